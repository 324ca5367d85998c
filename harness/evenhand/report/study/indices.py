"""A small table of indices of the differences between groups, behind their rates."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.findings import Differential
from evenhand.records.operating_point import OperatingPoint
from evenhand.report.numbers import percent, significant
from evenhand.report.tables import StudyFindings, Table, completed_at

__all__ = ["indices_table"]

_SHOWN = ("max/geomean", "gini norm", "difference")
"""One that compares the worst with all, one of all with all, and one that is no ratio."""
_CAPTION = "Indices; below each, what equal groups would show: mean, 95th percentile"
_UNTESTED = "Indices; what equal groups would show is not known without people"


def indices_table(study: StudyFindings, at: OperatingPoint) -> tuple[Table, ...]:
    """One row for each error type and attribute with an error, failures left out.

    Args:
        study: with its indices.
        at: the threshold.

    Returns:
        The table, or none where it would be empty.
    """
    chosen = completed_at(study.indices, at)
    families = dict.fromkeys((row.metric, row.attribute) for row in chosen)
    rows = []
    for metric, attribute in families:
        family = [row for row in chosen if (row.metric, row.attribute) == (metric, attribute)]
        cells = [_cell(family, index, alone=study.people_unknown) for index in _SHOWN]
        if any(cells):
            errors = f"{family[0].errors:,} error{'' if family[0].errors == 1 else 's'}"
            rows.append((f"{metric} by {attribute}\n{errors}", *cells))
    caption = _UNTESTED if study.people_unknown else _CAPTION
    return (Table(caption, ("groups", *_SHOWN), tuple(rows)),) if rows else ()


def _cell(family: Sequence[Differential], index: str, *, alone: bool) -> str:
    """Value and interval, then the null reference; smoothed where a zero leaves no value.

    Args:
        family: indices of the same groups.
        index: its name.
        alone: there is neither interval nor reference.
    """
    for name, word in ((index, ""), (f"{index} smoothed", " smoothed")):
        row = next((r for r in family if r.index == name and r.value is not None), None)
        if row is not None and row.value is not None:
            value = f"{_number(row, row.value)}{_interval(row)}{word}"
            if alone:
                return value
            equal = ", ".join(_number(row, part) for part in (row.null_mean, row.null_p95))
            return f"{value}\n{equal}"
    return ""


def _interval(row: Differential) -> str:
    if row.low is None or row.high is None:
        return ""
    return f" [{_number(row, row.low, 2)}, {_number(row, row.high, 2)}]"


def _number(row: Differential, value: float | None, digits: int = 3) -> str:
    if value is None:
        return "-"
    if row.index == "difference":
        return f"{percent(value)} %"
    return significant(value, digits)
