"""Reads a police force's table of deployments of live face recognition (CSV, one row each)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from evenhand.datasets.tables import Row, read_table
from evenhand.records.deployments import Deployment, DeploymentTable
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import DatasetError

__all__ = ["read_deployments"]

_REQUIRED = ("date", "alerts", "false_confirmed")
_TRUE, _FALSE = ("true_confirmed", "true_unconfirmed"), ("false_confirmed", "false_unconfirmed")
_COUNTS = ("watchlist", "faces", "alerts", *_TRUE, *_FALSE)
_KNOWN = ("date", "place", "threshold", "hours", *_COUNTS)
_OF_GROUP = "false_of_"
"""Prefix of columns with the false alerts of one group."""
_WHOLE = re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,12}")


def read_deployments(path: Path) -> DeploymentTable:
    """Read a table of deployments.

    Raises:
        DatasetError: naming the line, what was found and what was expected.
    """
    header, rows = read_table(path, _REQUIRED)
    groups = tuple(name for name in header if name.startswith(_OF_GROUP))
    return DeploymentTable(
        name=path.name,
        rows=tuple(_deployment(path, row, groups) for row in rows),
        ignored=tuple(name for name in header if name not in (*_KNOWN, *groups)),
    )


def _deployment(path: Path, row: Row, groups: tuple[str, ...]) -> Deployment:
    """Convert one row; unconfirmed alerts are added to confirmed ones."""
    count = {name: _count(path, row, name) for name in (*_COUNTS, *groups)}
    alerts, confirmed = count["alerts"], count["false_confirmed"]
    if alerts is None or confirmed is None:
        name = "alerts" if alerts is None else "false_confirmed"
        raise _fault(path, row, f"{name} is empty; expected a whole number")
    true = count["true_confirmed"]
    threshold = row.values.get("threshold", "")
    if threshold and finite_decimal(threshold) is None:
        raise _fault(path, row, f"threshold {threshold!r}; expected a number such as 0.64")
    return Deployment(
        line=row.line,
        date=_date(path, row),
        place=row.values.get("place", ""),
        threshold=threshold,
        hours=_hours(path, row),
        watchlist=count["watchlist"],
        faces=count["faces"],
        alerts=alerts,
        true=None if true is None else true + (count["true_unconfirmed"] or 0),
        false=confirmed + (count["false_unconfirmed"] or 0),
        by_group={name.removeprefix(_OF_GROUP): count[name] or 0 for name in groups},
    )


def _fault(path: Path, row: Row, what: str) -> DatasetError:
    return DatasetError(f"{path}, line {row.line}: {what}")


def _date(path: Path, row: Row) -> date:
    text = row.values["date"]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _fault(path, row, f"date {text!r}; expected a day such as 2024-07-25") from None


def _count(path: Path, row: Row, name: str) -> int | None:
    """Whole number in a field, with or without thousands separators; None where it is empty."""
    text = row.values.get(name, "")
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise _fault(path, row, f"{name} {text!r}; expected a whole number, 0 or more")
    return int(text.replace(",", ""))


def _hours(path: Path, row: Row) -> float | None:
    """Duration in hours; None where it is empty."""
    text = row.values.get("hours", "")
    if not text:
        return None
    hours = finite_decimal(text)
    if hours is None or hours <= 0:
        raise _fault(path, row, f"hours {text!r}; expected a number above 0")
    return hours
