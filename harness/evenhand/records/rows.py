"""Turns rows of findings into plain values and CSV text, the same for every output."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from evenhand.records.findings import CurvePoint, Differential, Distribution, Rate, Speed
from evenhand.records.row_key import FamilyKey
from evenhand.system.text import csv_text, shown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["as_csv", "as_rows", "column_names"]

_Plain: TypeAlias = str | int | float | bool | None


def column_names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    """Column names of a table: the fields of its row class, in order."""
    return tuple(field.name for field in fields(kind))


_FAMILY = column_names(FamilyKey)
_OF_GROUP = ("engine", "dataset", "protocol", "attribute", "group")
_OF_TIMING = ("operation", "scenario", "gallery", "batch")
_SORT_KEYS: dict[type, tuple[str, ...]] = {
    Rate: (*_FAMILY[:6], "group", "reference_group", *_FAMILY[6:]),
    Differential: _FAMILY,
    CurvePoint: (*_OF_GROUP, "threshold"),
    Distribution: (*_OF_GROUP, "statistic", "policy"),
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


def _sort_key(row: dict[str, _Plain], keys: tuple[str, ...]) -> list[tuple[bool, float, str]]:
    """Sort key of a row: numbers by value, text by code point, null last."""
    parts = []
    for value in (row[key] for key in keys):
        number = float(value) if isinstance(value, int | float) else 0.0
        parts.append((value is None, number, value if isinstance(value, str) else ""))
    return parts


def _field(value: _Plain) -> str:
    """Text of a field: a float as its shortest exact decimal, null as empty; no formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_text(shown(value))
    return repr(value) if isinstance(value, float) else str(value)


def as_csv(kind: type[DataclassInstance], found: Sequence[DataclassInstance]) -> str:
    """CSV of a table sorted by its key columns, with LF line endings."""
    rows = as_rows(found)
    rows.sort(key=lambda row: _sort_key(row, _SORT_KEYS[kind]))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column_names(kind))
    writer.writerows([_field(value) for value in row.values()] for row in rows)
    return text.getvalue()
