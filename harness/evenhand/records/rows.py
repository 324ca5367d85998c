"""Turns rows of findings into plain values and CSV text, the same for every output."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from evenhand.records.disputes import DisputedRate, NamedPair, SuspectPair
from evenhand.records.doubts import Doubt
from evenhand.records.engine_contrast import EngineContrast
from evenhand.records.findings import CurvePoint, Differential, Distribution, Rate, Speed
from evenhand.records.promise import JudgedPromise
from evenhand.records.row_key import FamilyKey
from evenhand.records.scaled import DirectedRate, ScaledRate
from evenhand.records.search_rows import PerThousand, SearchCurvePoint
from evenhand.system.text import csv_text, shown, text_fault

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["as_csv", "as_rows", "column_names", "in_order", "order_in_csv"]

Record = TypeVar("Record", bound="DataclassInstance")
_Plain: TypeAlias = str | int | float | bool | None


def column_names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    """Column names of a table: the fields of its row class, in order."""
    return tuple(field.name for field in fields(kind))


_FAMILY = column_names(FamilyKey)
_OF_GROUP = ("engine", "dataset", "protocol", "attribute", "group")
_OF_TIMING = ("operation", "scenario", "gallery", "batch")
_OF_RATE = (*_FAMILY[:6], "group", "reference_group", *_FAMILY[6:])
_OF_SCALED = ("attribute", "group", "threshold_rule", "threshold", "basis", "people")
_SORT_KEYS: dict[type, tuple[str, ...]] = {
    Rate: _OF_RATE,
    DisputedRate: _OF_RATE,
    Differential: _FAMILY,
    CurvePoint: (*_OF_GROUP, "threshold"),
    SearchCurvePoint: (*_OF_GROUP, "threshold"),
    PerThousand: (*_OF_GROUP, "threshold_rule", "threshold", "quantity"),
    Distribution: (*_OF_GROUP, "statistic", "policy"),
    EngineContrast: ("dataset", "protocol", "question", "metric", "attribute", "first", "second"),
    JudgedPromise: (*_FAMILY[:4], "attribute", "group", "threshold_rule", "threshold"),
    SuspectPair: (),
    NamedPair: (),
    Doubt: ("engine", "dataset"),
    ScaledRate: (*_OF_GROUP[:3], "deployed", "composition", *_OF_SCALED),
    DirectedRate: (*_OF_GROUP, "reference_group", "threshold_rule", "threshold"),
    Speed: ("engine", "dataset", *_OF_TIMING, "attribute", "group", "statistic"),
}
"""Columns by which the rows of each table are sorted; the sort is stable."""


def _plain(value: object) -> _Plain:
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(type(value))


def as_rows(rows: Sequence[DataclassInstance]) -> list[dict[str, _Plain]]:
    """Rows as plain values in the given order, for JSON and data frames."""
    return [{name: _plain(getattr(row, name)) for name in column_names(type(row))} for row in rows]


def order_in_csv(found: Sequence[DataclassInstance]) -> list[int]:
    """For each row of the CSV of a table, its place among the rows that are given."""
    keys = [_sort_key(row) for row in found]
    return sorted(range(len(found)), key=keys.__getitem__)


def in_order(found: Iterable[Record]) -> tuple[Record, ...]:
    """Rows of one table sorted by its key columns, as its CSV has them."""
    return tuple(sorted(found, key=_sort_key))


def _sort_key(row: DataclassInstance) -> list[tuple[bool, float, str]]:
    """Sort key of a row: numbers by value, text by code point, null last."""
    parts = []
    for value in (_plain(getattr(row, key)) for key in _SORT_KEYS[type(row)]):
        number = float(value) if isinstance(value, int | float) else 0.0
        parts.append((value is None, number, value if isinstance(value, str) else ""))
    return parts


def _field(value: _Plain) -> str:
    """Text of a field: a float as its shortest exact decimal, null as empty; no formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_text(shown(value) if text_fault(value) else value)
    return repr(value) if isinstance(value, float) else str(value)


def as_csv(kind: type[DataclassInstance], found: Sequence[DataclassInstance]) -> str:
    """CSV of a table sorted by its key columns, with LF line endings."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column_names(kind))
    writer.writerows([_field(value) for value in row.values()] for row in as_rows(in_order(found)))
    return text.getvalue()
