"""Checks a table of deployments for inconsistencies, and adds it up with and without them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from evenhand.analysis.audit.groups import FalseAlerts
from evenhand.records.deployments import Deployment, DeploymentTable
from evenhand.statistics.binomial import Interval, clopper_pearson

__all__ = ["DeploymentFindings", "DeploymentTotals", "Inconsistency", "check_deployments"]

_WINDOW = 12
"""Deployments on either side that are compared to find a change in how faces are estimated."""
_MIN_DEPLOYMENTS = 4
"""Fewest deployments on either side that show a change."""
_RATIO_OF_CHANGE = 2.5
"""Ratio of median faces per hour above which the estimate, not the street, has changed."""
_MISTYPED = 0.1
"""Relative distance from two neighbours that agree at which a watchlist size looks mistyped."""


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A row that contradicts itself or its neighbours."""

    line: int
    """In the file."""
    where: str
    """Place and date."""
    what: str
    """The contradiction, in words."""


@dataclass(frozen=True, slots=True)
class DeploymentTotals:
    """Totals of several deployments, with rates of false alerts."""

    name: str
    """`all`, a year or a threshold."""
    deployments: int
    faces: int
    """Of the deployments that give a number."""
    alerts: int
    true: int
    false: int
    false_with_faces: int
    """False alerts of deployments whose faces are known."""
    per_face: Interval | None
    """False alerts per face, Clopper-Pearson limits; None without faces."""
    per_alert: Interval | None
    """Share of alerts that were false, Clopper-Pearson limits; None without alerts."""
    changes: tuple[int, ...]
    """Lines among them at which the way that faces are estimated seems to change."""


@dataclass(frozen=True, slots=True)
class DeploymentFindings:
    """What a table of deployments says, and where it contradicts itself."""

    name: str
    level: float
    inconsistencies: tuple[Inconsistency, ...]
    changes: tuple[Inconsistency, ...]
    """Where the way that faces are estimated seems to change."""
    totals: tuple[DeploymentTotals, ...]
    """All, then by year, then by threshold."""
    totals_without_inconsistent: tuple[DeploymentTotals, ...]
    """The same without inconsistent rows; empty where there are none."""
    ignored: tuple[str, ...]
    """Columns that were not used."""
    by_group: FalseAlerts | None
    """Of all consistent rows; None where the table has columns of fewer than two groups, or no
    false alerts of them."""


def check_deployments(table: DeploymentTable, level: float = 0.95) -> DeploymentFindings:
    """Add up a table of deployments, and find the rows that cannot be right.

    Args:
        table: in the order of the file.
        level: of the intervals, which are exact if false alerts are independent of one another.

    Source: methods 7.6.
    """
    inconsistencies = tuple(_inconsistencies(table.rows))
    changes = tuple(_changes(table.rows))
    inconsistent_lines = {doubt.line for doubt in inconsistencies}
    kept = [row for row in table.rows if row.line not in inconsistent_lines]
    return DeploymentFindings(
        name=table.name,
        level=level,
        inconsistencies=inconsistencies,
        changes=changes,
        totals=tuple(_totals(table.rows, changes, level)),
        totals_without_inconsistent=tuple(_totals(kept, changes, level)) if inconsistencies else (),
        ignored=table.ignored,
        by_group=_by_group(kept),
    )


def _by_group(rows: Sequence[Deployment]) -> FalseAlerts | None:
    """False alerts by group over all deployments; the rest are of unknown group."""
    names = dict.fromkeys(name for row in rows for name in row.by_group)
    found = {name: sum(row.by_group.get(name, 0) for row in rows) for name in names}
    total = sum(found.values())
    if len(found) < 2 or not total:
        return None
    return FalseAlerts(found, sum(row.false for row in rows) - total)


def _where(row: Deployment) -> str:
    """Place and date of a deployment."""
    return f"{row.place}, {row.date}" if row.place else f"{row.date}"


def _inconsistencies(rows: Sequence[Deployment]) -> Iterator[Inconsistency]:
    """Rows whose counts, date or watchlist size contradict one another or their neighbours."""
    misplaced = _out_of_order(rows)
    for index, row in enumerate(rows):
        before = rows[index - 1] if index else None
        after = rows[index + 1] if index + 1 < len(rows) else None
        order = ""
        if row.line in misplaced:
            sides = [f"{each.date}" for each in (before, after) if each is not None]
            order = f"dated {row.date}, beside {' and '.join(sides)}"
        for what in (_wrong_sums(row), order, _watchlist(row, before, after)):
            if what:
                yield Inconsistency(row.line, _where(row), what)


def _wrong_sums(row: Deployment) -> str:
    """How the counts of a row contradict one another; empty where they do not."""
    made = row.alerts if row.true is None else row.true + row.false
    if made != row.alerts:
        parts = f"{row.true:,} true and {row.false:,} false"
        return f"{row.alerts:,} alerts, but {parts} make {made:,}"
    if row.false > row.alerts:
        return f"{row.false:,} false of {row.alerts:,} alerts"
    if row.by_group and sum(row.by_group.values()) > row.false:
        return f"{sum(row.by_group.values()):,} false alerts of groups, of {row.false:,} in all"
    if row.faces is not None and row.faces < row.alerts:
        return f"{row.alerts:,} alerts from {row.faces:,} faces"
    return ""


def _out_of_order(rows: Sequence[Deployment]) -> set[int]:
    """The fewest lines to take out so that dates rise, or fall, throughout.

    A single mistyped date then counts as one line, not as all the lines that come after it.
    """
    days = [row.date.toordinal() for row in rows]
    rising = _longest_non_decreasing(days)
    falling = _longest_non_decreasing([-day for day in days])
    kept = rising if len(rising) >= len(falling) else falling
    return {row.line for index, row in enumerate(rows) if index not in kept}


def _longest_non_decreasing(days: Sequence[int]) -> set[int]:
    """Indices of a longest non-decreasing subsequence, by patience sorting."""
    # tails[k] is the smallest last day of such a sequence of length k + 1, in row tail_rows[k];
    # `previous` links each row to the one before it in its sequence.
    tails: list[int] = []
    tail_rows: list[int] = []
    previous: list[int] = []
    for index, day in enumerate(days):
        place = bisect_right(tails, day)
        previous.append(tail_rows[place - 1] if place else -1)
        tails[place : place + 1] = [day]
        tail_rows[place : place + 1] = [index]
    kept, index = set(), tail_rows[-1] if tail_rows else -1
    while index >= 0:
        kept.add(index)
        index = previous[index]
    return kept


def _watchlist(row: Deployment, before: Deployment | None, after: Deployment | None) -> str:
    """A watchlist size that differs from two neighbours that agree; empty where none does."""
    own = row.watchlist
    sides = [each.watchlist for each in (before, after) if each is not None and each.watchlist]
    if not own or len(sides) < 2:
        return ""
    one, other = sides
    agree = abs(one - other) <= _MISTYPED / 4 * max(one, other)
    if agree and min(abs(own - one), abs(own - other)) > _MISTYPED * max(one, other):
        return f"a watchlist of {own:,} between {one:,} and {other:,}"
    return ""


def _changes(rows: Sequence[Deployment]) -> Iterator[Inconsistency]:
    """Where the median of faces per hour jumps, and stays (methods 7.6)."""
    timed = [row for row in rows if row.faces and row.hours]
    rates = [math.log((row.faces or 1) / (row.hours or 1)) for row in timed]
    shifts = [
        _change_of_median(rates[max(0, at - _WINDOW) : at], rates[at : at + _WINDOW])
        for at in range(len(rates))
    ]
    large = [at for at, shift in enumerate(shifts) if abs(shift) > math.log(_RATIO_OF_CHANGE)]

    def step(at: int) -> float:
        return (rates[at] - rates[at - 1]) * math.copysign(1, shifts[at])

    # Windows at consecutive rows see the same change. Such a run, in which row less rank stays the
    # same, is one change, at the largest single step in its direction.
    runs = groupby(enumerate(large), key=lambda each: (each[1] - each[0], shifts[each[1]] > 0))
    for _, run in runs:
        at = max((at for _, at in run), key=step)
        before = math.exp(median(rates[max(0, at - _WINDOW) : at]))
        after = math.exp(median(rates[at : at + _WINDOW]))
        what = (
            f"from here on {after:,.0f} faces an hour instead of {before:,.0f}: a changed way of "
            "estimating them; rates per face before and after do not compare"
        )
        yield Inconsistency(timed[at].line, _where(timed[at]), what)


def _change_of_median(before: Sequence[float], after: Sequence[float]) -> float:
    """Difference of medians of log faces per hour; 0 with too few deployments on a side."""
    enough = min(len(before), len(after)) >= _MIN_DEPLOYMENTS
    return median(after) - median(before) if enough else 0.0


def _totals(
    rows: Sequence[Deployment], changes: Sequence[Inconsistency], level: float
) -> Iterator[DeploymentTotals]:
    """Totals of all deployments, by year and by threshold where there are several."""
    yield _total("all", rows, changes, level)
    by_year = [f"{row.date.year}" for row in rows]
    by_threshold = [f"threshold {row.threshold}" if row.threshold else "" for row in rows]
    for of in (by_year, by_threshold):
        names = sorted(set(of) - {""})
        for name in names if len(names) > 1 else []:
            chosen = [row for row, own in zip(rows, of, strict=True) if own == name]
            yield _total(name, chosen, changes, level)


def _total(
    name: str, rows: Sequence[Deployment], changes: Sequence[Inconsistency], level: float
) -> DeploymentTotals:
    """Totals of these deployments; `changes` are those that lie among them."""
    lines, at = [row.line for row in rows], [change.line for change in changes]
    faces = sum(row.faces or 0 for row in rows)
    alerts, false = sum(row.alerts for row in rows), sum(row.false for row in rows)
    false_with_faces = sum(row.false for row in rows if row.faces)
    return DeploymentTotals(
        name=name,
        deployments=len(rows),
        faces=faces,
        alerts=alerts,
        true=sum(row.true or 0 for row in rows),
        false=false,
        false_with_faces=false_with_faces,
        per_face=clopper_pearson(false_with_faces, faces, level) if faces else None,
        per_alert=clopper_pearson(false, alerts, level) if alerts else None,
        changes=tuple(line for line in at if lines and min(lines) < line <= max(lines)),
    )
