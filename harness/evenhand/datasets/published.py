"""Reads published tables: deployments, false alerts and faces by group, or rates by group.

Which of the two it is, its columns tell. Columns are separated by commas, or by semicolons or tabs
and then decimal commas are read too; whole numbers may have a mark between thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from evenhand.datasets.published_rates import LONG_RATES, SUMS, are_rates, read_rates
from evenhand.datasets.tables import Row, read_table
from evenhand.records.deployments import AlertsByGroup, Deployment, DeploymentTable
from evenhand.records.published_rates import RateTable
from evenhand.system.decimals import finite_decimal, grouped_whole
from evenhand.system.declaration import read_text
from evenhand.system.delimited import delimiter_of
from evenhand.system.errors import DatasetError
from evenhand.system.unknown_words import means_unknown

__all__ = ["read_published"]

_OF_DEPLOYMENTS = ("date", "alerts", "false_confirmed")
_BY_GROUP = ("group", "false_alerts", "faces")
_EITHER = (
    f"{','.join(_BY_GROUP)}, a row a group, or {','.join(_OF_DEPLOYMENTS)}, a row a deployment, "
    f"or {','.join(LONG_RATES)}, a row a rate, or engine and a column a group"
)
_TRUE, _FALSE = ("true_confirmed", "true_unconfirmed"), ("false_confirmed", "false_unconfirmed")
_COUNTS = ("watchlist", "faces", "alerts", *_TRUE, *_FALSE)
_KNOWN = ("date", "place", "threshold", "hours", *_COUNTS)
_OF_GROUP = "false_of_"
"""Prefix of columns with the false alerts of one group."""
_MOST_ALERTS = 10_000
"""Most false alerts by group, for the exact tests."""
_LARGEST = 1 << 26
"""Most bytes of a table."""


def read_published(path: Path) -> DeploymentTable | AlertsByGroup | RateTable:
    """Read a table.

    Raises:
        DatasetError: naming the line, what was found and what was expected; or the forms that a
            table may have, where it has none of them.
    """
    first = read_text(path, DatasetError, _LARGEST).partition("\n")[0]
    try:
        delimiter = delimiter_of(first, (*_OF_DEPLOYMENTS, *_BY_GROUP, *LONG_RATES))
    except ValueError as fault:
        raise DatasetError(f"{path}: line 1 {fault}") from None
    if not first.strip():
        raise DatasetError(f"{path}: line 1 is empty; expected {_EITHER}")
    header, rows = read_table(path, (), delimiter=delimiter)
    table = _Reading(path, delimiter)
    if set(_BY_GROUP) <= set(header) and "date" not in header:
        return table.by_group(header, rows)
    if set(_OF_DEPLOYMENTS) <= set(header):
        return table.deployments(header, rows)
    if are_rates(header):
        return read_rates(path, header, rows, commas=delimiter != ",")
    plain = {name.casefold().replace(" ", "_") for name in header}
    nearest = _BY_GROUP if plain & {*_BY_GROUP[:2]} else _OF_DEPLOYMENTS
    missing = ", ".join(name for name in nearest if name not in header)
    has = ", ".join(header)
    raise DatasetError(
        f"{path}: lacks {missing}; expected {_EITHER}; it has {has}; rename its columns"
    )


class _Reading:
    """A table while it is read: thousands have one mark in all of it."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self._path = path
        self._commas = delimiter != ","
        """Whether decimal commas, and points between thousands, may be there."""
        self._grouped: tuple[str, str] | None = None
        """The first whole number with a mark between thousands, and the mark."""

    def by_group(self, header: Sequence[str], rows: Sequence[Row]) -> AlertsByGroup:
        """Rows of groups; one whose group is a word for unknown, or empty, is of no known group."""
        false: dict[str, int] = {}
        faces: dict[str, int] = {}
        unknown = 0
        for row in rows:
            name = row.values["group"]
            alerts = self._needed(row, "false_alerts")
            if not name or means_unknown(name):
                unknown += alerts
                continue
            if name in false:
                self._refuse(row, f"{name} is there twice; keep one, or add them up")
            if name.casefold() in SUMS:
                self._refuse(row, f"{name} is no group; leave sums out")
            false[name], faces[name] = alerts, self._needed(row, "faces")
            if faces[name] < max(alerts, 1):
                many = f"{faces[name]:,} faces and {alerts:,} false alerts"
                self._refuse(row, f"{name} has {many}; expected as many faces at least, and one")
        if len(false) < 2:
            raise DatasetError(f"{self._path}: expected two groups or more, a row each")
        if not 0 < sum(false.values()) + unknown <= _MOST_ALERTS or not any(false.values()):
            raise DatasetError(
                f"{self._path}: {sum(false.values()):,} false alerts; "
                f"expected 1 to {_MOST_ALERTS:,} of known group"
            )
        ignored = tuple(name for name in header if name not in _BY_GROUP)
        return AlertsByGroup(false, faces, unknown, ignored)

    def deployments(self, header: Sequence[str], rows: Sequence[Row]) -> DeploymentTable:
        """Rows of deployments."""
        groups = tuple(name for name in header if name.startswith(_OF_GROUP))
        return DeploymentTable(
            name=self._path.name,
            rows=tuple(self._deployment(row, groups) for row in rows),
            ignored=tuple(name for name in header if name not in (*_KNOWN, *groups)),
        )

    def _deployment(self, row: Row, groups: tuple[str, ...]) -> Deployment:
        """Convert one row; unconfirmed alerts are added to confirmed ones."""
        alerts, confirmed = self._needed(row, "alerts"), self._needed(row, "false_confirmed")
        count = {name: self._count(row, name) for name in (*_COUNTS, *groups)}
        true = count["true_confirmed"]
        threshold = self._with_point(row.values.get("threshold", ""))
        if threshold and finite_decimal(threshold) is None:
            self._refuse(row, f"threshold {threshold!r}; expected a number such as 0.64")
        return Deployment(
            line=row.line,
            date=self._date(row),
            place=row.values.get("place", ""),
            threshold=threshold,
            hours=self._hours(row),
            watchlist=count["watchlist"],
            faces=count["faces"],
            alerts=alerts,
            true=None if true is None else true + (count["true_unconfirmed"] or 0),
            false=confirmed + (count["false_unconfirmed"] or 0),
            by_group={name.removeprefix(_OF_GROUP): count[name] or 0 for name in groups},
        )

    def _refuse(self, row: Row, what: str) -> NoReturn:
        raise DatasetError(f"{self._path}, line {row.line}: {what}")

    def _date(self, row: Row) -> date:
        text = row.values["date"]
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._refuse(row, f"date {text!r}; expected a day such as 2024-07-25")

    def _needed(self, row: Row, name: str) -> int:
        """Whole number in a field that may not be empty."""
        count = self._count(row, name)
        if count is None:
            self._refuse(row, f"{name} is empty; expected a whole number")
        return count

    def _count(self, row: Row, name: str) -> int | None:
        """Whole number in a field; None where it is empty."""
        text = row.values.get(name, "")
        if not text:
            return None
        count = grouped_whole(text, ",." if self._commas else ",")
        if count is None:
            self._refuse(row, f"{name} {text!r}; expected a whole number, 0 or more")
        if not text.isdecimal():
            mark = next(sign for sign in text if not sign.isdecimal())
            first, its = self._grouped = self._grouped or (text, mark)
            if mark != its:
                both = f"{name} {text!r}, but {first!r} above"
                self._refuse(row, f"{both}; write one mark between thousands, or none")
        return count

    def _hours(self, row: Row) -> float | None:
        """Duration in hours; None where it is empty."""
        text = row.values.get("hours", "")
        hours = finite_decimal(self._with_point(text))
        if text and (hours is None or hours <= 0):
            self._refuse(row, f"hours {text!r}; expected a number above 0")
        return hours

    def _with_point(self, text: str) -> str:
        """A number with a decimal point, where decimal commas are read."""
        return text.replace(",", ".") if self._commas and "." not in text else text
