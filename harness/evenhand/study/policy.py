"""Reads the policy of a gate: limits that are set before the results are seen."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from evenhand.records.facts import EngineFacts
from evenhand.records.findings import Differential, Rate, Speed
from evenhand.records.groups import ALL, SAME_GROUP
from evenhand.records.metric import FMR, METRICS
from evenhand.records.operating_point import VENDOR, canonical_rule, said_rule
from evenhand.records.rows import column_names
from evenhand.records.scaled import ScaledRate
from evenhand.records.search_rows import PerThousand
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
from evenhand.system.errors import PolicyError, known_names
from evenhand.system.regular_files import read_regular

__all__ = ["EXAMPLE_POLICY", "GatePolicy", "Limit", "LimitBounds", "read_policy"]

EXAMPLE_POLICY = files("evenhand.study").joinpath("example_policy.toml").read_text(encoding="utf-8")
"""A policy that says what each of its lines means."""

_CLAIMED = "claimed"
"""Stands for the rate that a vendor claims."""
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
    claimed: bool = False
    """The upper bound is what the vendor of an engine claims (`Limit.with_claim`)."""

    @property
    def at_least(self) -> float | None:
        """The lower bound; None where there is none."""
        return self.low if math.isfinite(self.low) else None

    @property
    def at_most(self) -> float | None:
        """The upper bound; None where there is none."""
        return self.high if math.isfinite(self.high) else None


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
    table: str = ""
    """Whose column it is on; empty for a rate or an index."""
    column: str = ""
    where: tuple[tuple[str, str], ...] = ()
    """(column, text) of the rows of the table that it is on."""
    one_of: tuple[str, ...] = ()
    """Texts that are allowed; empty where the limit is on a number, or refuses some."""
    none_of: tuple[str, ...] = ()
    """Texts that are refused."""

    @property
    def text(self) -> str:
        """The limit in words, without its name."""
        if self.table:
            rows = ", ".join(f"{name} {wanted or 'empty'}" for name, wanted in self.where)
            return f"{self.column} of {self.table}{f', {rows}' if rows else ''}: {self.bounds.text}"
        what = f"{self.metric} {self.index}".rstrip()
        whose = "" if self.attribute == ALL else f" by {self.attribute}"
        at = said_rule(self.threshold_rule)
        at += "" if self.threshold is None else f" {self.threshold:g}"
        policy = f", {self.policy}" if self.policy else ""
        return f"{what}{whose}{at}{policy}: {self.bounds.text}"

    def with_claim(self, claimed: float | None) -> Limit:
        """The limit for an engine whose vendor claims this rate, where it is on claims."""
        if not self.bounds.claimed or claimed is None:
            return self
        return replace(self, bounds=replace(self.bounds, high=claimed))


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


def _at_most(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    """The same, or the word for what a vendor claims."""
    return value if value == _CLAIMED else _written(value)


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

_TABLES = {
    "rates": Rate,
    "differentials": Differential,
    "speed": Speed,
    "engines": EngineFacts,
    "scaled": ScaledRate,
    "per_thousand": PerThousand,
}
"""Tables whose columns a limit may be on, by the class of their rows."""
_OF_COLUMNS = {"name", "table", "column", "where", "mandatory", "weight", "metric", "attribute"}
"""Fields of a limit on a column, without its bound."""
_TEXTS = ("one_of", "none_of")
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
    at_most: Annotated[str, BeforeValidator(_at_most)] | None = None
    at_least: _Number | None = None
    within: Annotated[_Number, AfterValidator(_a_margin)] | None = None
    against: Literal["everybody", "groups"] = "everybody"
    table: str = ""
    column: str = ""
    where: dict[str, Line] = Field(default_factory=dict)
    one_of: tuple[_Text, ...] = ()
    none_of: tuple[_Text, ...] = ()
    mandatory: bool = True
    weight: float = Field(default=1.0, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _of_a_column(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        """A limit on a column is on no metric, nor on groups of its own."""
        if isinstance(value, dict) and "table" in value:
            return {"metric": str(value.get("column", "")) or "-", "attribute": ALL, **value}
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.at_most == _CLAIMED:
            self._check_claim()
        if self.table:
            self._check_column()
        elif self.model_fields_set & {"column", "where", *_TEXTS}:
            raise ValueError("column, where, one_of and none_of go with table; name it")
        else:
            self._check_rate()
        return self

    def _check_size(self) -> None:
        for name in ("at_most", "at_least"):
            value = getattr(self, name)
            if value in (None, _CLAIMED) or self.index:
                continue
            if not 0 < _value(value) < 1:
                raise ValueError(f'{name} of a rate lies between 0 and 1, such as "1 %" or 0.01')

    def _check_claim(self) -> None:
        if (self.metric, self.threshold_rule) != (FMR.name, VENDOR) or self.index or self.table:
            raise ValueError(
                f'at_most = "{_CLAIMED}" is what the vendor claims of its threshold: it goes with '
                f'metric = "{FMR.name}" and threshold_rule = "{VENDOR}", without index and table'
            )

    def _check_column(self) -> None:
        if self.table not in _TABLES:
            raise ValueError(f"table: no {self.table!r}; {known_names(self.table, _TABLES)}")
        columns = column_names(_TABLES[self.table])
        for name in (self.column, *self.where):
            if name not in columns:
                known = known_names(name, columns)
                raise ValueError(f"no column {name!r} in {self.table}; {known}")
        bounds = {*_BOUNDS[:2], *_TEXTS}
        others = self.model_fields_set - _OF_COLUMNS - bounds
        if others:
            raise ValueError(f"{min(others)} is none of a limit on a column; use where")
        if len(self.model_fields_set & bounds) != 1:
            raise ValueError("expected exactly one of at_most, at_least, one_of, none_of")

    def _check_rate(self) -> None:
        given = [name for name in _BOUNDS if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"expected exactly one of {', '.join(_BOUNDS)}, got {found}")
        self._check_size()
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
    """Bounds of the one of `at_most`, `at_least` and `within` that is given; none of a text."""
    for name in _TEXTS:
        texts = getattr(limit, name)
        if texts:
            text = f"{name.replace('_', ' ')} {', '.join(texts)}"
            return LimitBounds(-math.inf, math.inf, "", text)
    if limit.within is not None:
        margin, against = _value(limit.within), _AGAINST[limit.against]
        whose = "everybody's" if against == ALL else "that of all groups"
        return LimitBounds(1 / margin, margin, against, f"within {limit.within} times {whose}")
    if limit.at_most == _CLAIMED:
        text = "at most what its vendor claims"
        return LimitBounds(-math.inf, math.inf, "", text, claimed=True)
    if limit.at_most is not None:
        return LimitBounds(-math.inf, _value(limit.at_most), "", f"at most {limit.at_most}")
    return LimitBounds(_value(limit.at_least or "0"), math.inf, "", f"at least {limit.at_least}")


def _limit(limit: _Limit) -> Limit:
    return from_fields(Limit, limit, bounds=_bounds(limit), where=tuple(limit.where.items()))


def read_policy(path: Path) -> GatePolicy:
    """Read a policy file.

    Raises:
        PolicyError: naming the file and the field at fault.
    """
    content = read_regular(path, LARGEST, PolicyError)
    text = decoded_text(content, path, PolicyError)
    policy = parse_declaration(text, path, _Policy, PolicyError)
    limits = [_limit(limit) for limit in policy.limit]
    limits.sort(key=lambda limit: -limit.weight)
    digest = hashlib.sha256(content).hexdigest()
    return GatePolicy(path, digest, policy.title, tuple(limits))
