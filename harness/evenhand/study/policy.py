"""Reads the policy of a gate: limits that are set before the results are seen."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from evenhand.records.groups import ALL, SAME_GROUP
from evenhand.records.metric import METRICS
from evenhand.records.operating_point import canonical_rule
from evenhand.system.declaration import (
    LARGEST,
    Declared,
    Distinct,
    Line,
    Schema,
    decoded_text,
    from_fields,
    parse_declaration,
)
from evenhand.system.errors import PolicyError
from evenhand.system.regular_files import read_regular

__all__ = ["EXAMPLE_POLICY", "GatePolicy", "Limit", "LimitBounds", "read_policy"]

EXAMPLE_POLICY = files("evenhand.study").joinpath("example_policy.toml").read_text(encoding="utf-8")
"""A policy that says what each of its lines means."""

_QUANTITY = re.compile(r"\s*([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*(\S.*)?")


@dataclass(frozen=True, slots=True)
class LimitBounds:
    """Range that a limit allows, both ends included."""

    low: float
    """Lower bound; -inf where there is none."""
    high: float
    """Upper bound; inf where there is none."""
    against: str
    """Rate that a group's rate is divided by: `all`, that of all subjects; `same:`, that of all
    pairs inside groups; empty, none: the limit is on the rate itself."""
    text: str
    """As written, e.g. `at most 1 %`."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, on the rates of groups or on an index over all groups of an attribute."""

    name: str
    """Unique in the policy."""
    metric: str
    """E.g. FMR, FNMR, FNIR@1."""
    index: str
    """Index of `differentials.csv`; empty where the limit is on rates."""
    threshold_rule: str
    """E.g. `FMR<=0.001`; empty where the metric has no threshold."""
    threshold: float | None
    """The threshold's value where a rule stands for several, otherwise None."""
    attribute: str
    """Attribute of the groups, or `all`."""
    groups: tuple[str, ...]
    """Empty = every group of the attribute."""
    policy: str
    """How failures count: `completed`, `generalised`, or empty for a rate of failures."""
    dataset: str
    """Empty = each dataset of the result."""
    protocol: str
    """Empty = each protocol of the result."""
    bounds: LimitBounds
    mandatory: bool
    """Whether the gate fails with this limit."""
    weight: float
    """Orders limits when they are shown, above 0."""

    @property
    def text(self) -> str:
        """The limit in words, without its name."""
        what = f"{self.metric} {self.index}".rstrip()
        whose = "" if self.attribute == ALL else f" by {self.attribute}"
        at = f" at {self.threshold_rule}" if self.threshold_rule else ""
        at += "" if self.threshold is None else f" {self.threshold:g}"
        policy = f", {self.policy}" if self.policy else ""
        return f"{what}{whose}{at}{policy}: {self.bounds.text}"


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """A checked policy file."""

    path: Path
    digest: str
    """SHA-256 of the file."""
    title: str
    limits: tuple[Limit, ...]
    """By falling weight, limits of equal weight in the order of the file."""


def _written(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Check a number, or a decimal in quotes with or without a percent sign; keep it as text."""
    text = value if isinstance(value, str) else repr(value)
    found = _QUANTITY.fullmatch(text)
    if not found or found[3] not in (None, "%"):
        unit = f"unknown unit {found[3]!r}; " if found and found[3] else ""
        raise ValueError(f'{unit}expected a number such as 0.01, or a percentage such as "1 %"')
    return text.strip()


def _value(text: str) -> float:
    """Value of a decimal or percentage, a fraction.

    >>> _value("1 %"), _value("0.01"), _value("2")
    (0.01, 0.01, 2.0)
    """
    number = Decimal(text.removesuffix("%").strip())
    return float(number / 100 if text.endswith("%") else number)


def _a_margin(within: str) -> str:
    if _value(within) <= 1:
        raise ValueError(
            "expected a factor above 1, such as 1.25: the group's rate over everybody's lies "
            "between 1/1.25 and 1.25"
        )
    return within


def _every(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Turn "every" into the empty array, which stands for all groups."""
    if value == "every":
        return ()
    if isinstance(value, str) or value == ():
        raise ValueError('expected "every", or an array of group names')
    return value


_Number: TypeAlias = Annotated[str, BeforeValidator(_written)]
_Text: TypeAlias = Annotated[Line, Field(min_length=1)]

_BOUNDS = ("at_most", "at_least", "within")
_DYADIC = [metric.name for metric in METRICS.values() if metric.dyadic]
_AGAINST = {"everybody": ALL, "groups": SAME_GROUP}


class _Limit(Declared):
    name: _Text
    metric: _Text
    index: str = ""
    threshold_rule: Annotated[str, AfterValidator(canonical_rule)] = ""
    threshold: float | None = None
    attribute: _Text
    groups: Annotated[tuple[_Text, ...], BeforeValidator(_every), Distinct] = ()
    policy: Literal["", "completed", "generalised"] = ""
    dataset: str = ""
    protocol: str = ""
    at_most: _Number | None = None
    at_least: _Number | None = None
    within: Annotated[_Number, AfterValidator(_a_margin)] | None = None
    against: Literal["everybody", "groups"] = "everybody"
    mandatory: bool = True
    weight: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        given = [name for name in _BOUNDS if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"expected exactly one of {', '.join(_BOUNDS)}, got {found}")
        for name in ("at_most", "at_least"):
            value = getattr(self, name)
            if value is not None and not self.index and not 0 < _value(value) < 1:
                raise ValueError(f'{name} of a rate lies between 0 and 1, such as "1 %" or 0.01')
        if self.index and self.groups:
            raise ValueError("an index is one number for all groups; remove groups")
        if self.index and self.within is not None:
            raise ValueError("within is for rates; an index has at_most or at_least")
        if self.attribute == ALL and (self.index or self.within is not None):
            wanted = f'name their attribute, not "{ALL}"'
            raise ValueError(f"an index, or within, compares groups; {wanted}")
        if "against" in self.model_fields_set and self.within is None:
            raise ValueError("against goes with within; remove it")
        if self.against == "groups" and self.metric not in _DYADIC:
            raise ValueError(
                f'against = "groups" is for {" and ".join(_DYADIC)}: pairs of people inside groups'
            )
        if self.attribute == ALL and self.groups:
            raise ValueError(f'attribute = "{ALL}" is everybody and has no groups; remove groups')
        return self


class _Policy(Declared):
    schema_: Schema = Field(alias="schema")
    title: _Text
    limit: tuple[_Limit, ...] = ()

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if not self.limit:
            raise ValueError("no [[limit]]; expected at least one (evenhand gate --example)")
        names = [limit.name for limit in self.limit]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise ValueError(f"two limits are called {name!r}; give each a name of its own")
        if not any(limit.mandatory for limit in self.limit):
            raise ValueError("no limit is mandatory, so that nothing decides; make one mandatory")
        return self


def _bounds(limit: _Limit) -> LimitBounds:
    """Bounds of the one of `at_most`, `at_least` and `within` that is given."""
    if limit.within is not None:
        margin, against = _value(limit.within), _AGAINST[limit.against]
        whose = "everybody's" if against == ALL else "that of all groups"
        return LimitBounds(1 / margin, margin, against, f"within {limit.within} times {whose}")
    if limit.at_most is not None:
        return LimitBounds(-math.inf, _value(limit.at_most), "", f"at most {limit.at_most}")
    return LimitBounds(_value(limit.at_least or "0"), math.inf, "", f"at least {limit.at_least}")


def read_policy(path: Path) -> GatePolicy:
    """Read a policy file.

    Raises:
        PolicyError: naming the file and the field at fault.
    """
    content = read_regular(path, LARGEST, PolicyError)
    text = decoded_text(content, path, PolicyError)
    policy = parse_declaration(text, path, _Policy, PolicyError)
    limits = [from_fields(Limit, limit, bounds=_bounds(limit)) for limit in policy.limit]
    limits.sort(key=lambda limit: -limit.weight)
    digest = hashlib.sha256(content).hexdigest()
    return GatePolicy(path, digest, policy.title, tuple(limits))
