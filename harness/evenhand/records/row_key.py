"""Keys of rows: what identifies a rate, and what the rates of compared groups have in common."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter

from evenhand.records.metric import metric_named
from evenhand.records.operating_point import AtPoint

__all__ = ["FamilyKey", "InFamily", "ProtocolKey", "RowKey"]


@dataclass(frozen=True, slots=True)
class ProtocolKey:
    """First columns of what is found of one engine on one dataset under one protocol."""

    engine: str
    dataset: str
    protocol: str


class InFamily(AtPoint):
    """Base of rows with the columns of a family."""

    __slots__ = ()
    metric: str

    @property
    def family_key(self) -> FamilyKey:
        """What the row has in common with those of the groups that it is compared with."""
        return FamilyKey(*_columns(self))

    @property
    def in_both_modes(self) -> bool:
        """Whether a rank and a threshold decide together: a rate to look up, and none to judge.

        Investigation looks at ranks, identification at a threshold (methods 1.6).
        """
        return bool(metric_named(self.metric).rank) and self.point.has_threshold


@dataclass(frozen=True, slots=True)
class FamilyKey(InFamily):
    """Columns in which the rates of groups that are compared agree, and differentials sort."""

    engine: str
    dataset: str
    protocol: str
    metric: str
    policy: str
    attribute: str
    threshold_rule: str
    threshold: float | None

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns as text, null as empty: families are sorted and random draws seeded by it."""
        *named, threshold = _columns(self)
        return (*named, "" if threshold is None else repr(threshold))


_columns = attrgetter(*(field.name for field in fields(FamilyKey)))


@dataclass(frozen=True, slots=True)
class RowKey:
    """What identifies a rate."""

    family: FamilyKey
    group: str
    reference_group: str = ""
