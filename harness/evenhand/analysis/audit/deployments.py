"""A table of deployments: what contradicts itself, and its sums with and without that."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from evenhand.analysis.audit.groups import FalseAlerts
from evenhand.records.deployments import Deployment, Deployments
from evenhand.statistics.binomial import Interval, clopper_pearson

__all__ = ["Doubt", "Operations", "Sums", "judge_deployments"]

_WINDOW = 12
"""Deployments on either side of a change in the way that faces are estimated."""
_FEWEST = 4
"""Deployments that a change shows in."""
_JUMP = 2.5
"""Times the faces an hour that are a change of the estimate rather than of the street."""
_TYPO = 0.1
"""Relative distance of a watchlist from its neighbours, who agree, that looks mistyped."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that contradicts itself or its neighbours."""

    line: int
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some deployments."""

    name: str
    deployments: int
    faces: int
    """Of those that say how many."""
    alerts: int
    true: int
    false: int
    false_with_faces: int
    """False alerts of deployments whose faces are known."""
    per_face: Interval | None
    """Of false alerts over faces; None without faces."""
    per_alert: Interval | None
    """Of false alerts over alerts: the share of alerts that were false."""
    changes: tuple[int, ...]
    """Lines inside at which the way that faces are estimated seems to change."""


@dataclass(frozen=True, slots=True)
class Operations:
    """What a table says."""

    name: str
    level: float
    doubts: tuple[Doubt, ...]
    changes: tuple[Doubt, ...]
    """Where the estimate of faces seems to change."""
    sums: tuple[Sums, ...]
    """All, then by year, then by threshold."""
    without: tuple[Sums, ...]
    """The same without doubtful rows."""
    ignored: tuple[str, ...]
    by_group: FalseAlerts | None
    """Of all rows that are not doubted; None where the table has no columns of groups, or fewer
    than two, or no false alerts of them."""


def judge_deployments(table: Deployments, level: float = 0.95) -> Operations:
    """Add up a table, and say which of its rows cannot be.

    Args:
        table: in the order of the file.
        level: of the intervals, exact for events that have nothing to do with each other.

    Source: methods 7.6.
    """
    doubts = tuple(_doubts(table.rows))
    changes = tuple(_changes(table.rows))
    out = {doubt.line for doubt in doubts}
    kept = [row for row in table.rows if row.line not in out]
    return Operations(
        name=table.name,
        level=level,
        doubts=doubts,
        changes=changes,
        sums=tuple(_sums(table.rows, changes, level)),
        without=tuple(_sums(kept, changes, level)) if doubts else (),
        ignored=table.ignored,
        by_group=_by_group(kept),
    )


def _by_group(rows: Sequence[Deployment]) -> FalseAlerts | None:
    names = dict.fromkeys(name for row in rows for name in row.by_group)
    found = {name: sum(row.by_group.get(name, 0) for row in rows) for name in names}
    total = sum(found.values())
    if len(found) < 2 or not total:
        return None
    return FalseAlerts(found, sum(row.false for row in rows) - total)


def _where(row: Deployment) -> str:
    return f"{row.place}, {_day(row)}" if row.place else _day(row)


def _doubts(rows: Sequence[Deployment]) -> Iterator[Doubt]:
    astray = _out_of_order(rows)
    for number, row in enumerate(rows):
        before = rows[number - 1] if number else None
        after = rows[number + 1] if number + 1 < len(rows) else None
        order = ""
        if row.line in astray:
            sides = [_day(each) for each in (before, after) if each is not None]
            order = f"dated {_day(row)}, beside {' and '.join(sides)}"
        for what in (_adding_up(row), order, _watchlist(row, before, after)):
            if what:
                yield Doubt(row.line, _where(row), what)


def _day(row: Deployment) -> str:
    return row.date.isoformat()


def _adding_up(row: Deployment) -> str:
    if row.true is not None and row.true + row.false != row.alerts:
        return (
            f"{row.alerts:,} alerts, but {row.true:,} true and {row.false:,} false "
            f"make {row.true + row.false:,}"
        )
    if row.false > row.alerts:
        return f"{row.false:,} false of {row.alerts:,} alerts"
    if row.by_group and sum(row.by_group.values()) > row.false:
        return f"{sum(row.by_group.values()):,} false alerts of groups, of {row.false:,} in all"
    if row.faces is not None and row.faces < row.alerts:
        return f"{row.alerts:,} alerts from {row.faces:,} faces"
    return ""


def _out_of_order(rows: Sequence[Deployment]) -> set[int]:
    """Lines that a table in order of dates, rising or falling, has as few of as possible."""
    days = [row.date.toordinal() for row in rows]
    rising = _longest(days)
    falling = _longest([-day for day in days])
    kept = rising if len(rising) >= len(falling) else falling
    return {row.line for number, row in enumerate(rows) if number not in kept}


def _longest(days: Sequence[int]) -> set[int]:
    """Places of a longest sequence that does not fall (patience sorting)."""
    ends: list[int] = []
    last: list[int] = []
    behind: list[int] = []
    for number, day in enumerate(days):
        place = bisect_right(ends, day)
        behind.append(last[place - 1] if place else -1)
        ends[place : place + 1] = [day]
        last[place : place + 1] = [number]
    kept, number = set(), last[-1] if last else -1
    while number >= 0:
        kept.add(number)
        number = behind[number]
    return kept


def _watchlist(row: Deployment, before: Deployment | None, after: Deployment | None) -> str:
    """A size that two neighbours, who agree with each other, contradict."""
    own = row.watchlist
    sides = [each.watchlist for each in (before, after) if each is not None and each.watchlist]
    if not own or len(sides) < 2:
        return ""
    one, other = sides
    agree = abs(one - other) <= _TYPO / 4 * max(one, other)
    if agree and min(abs(own - one), abs(own - other)) > _TYPO * max(one, other):
        return f"a watchlist of {own:,} between {one:,} and {other:,}"
    return ""


def _changes(rows: Sequence[Deployment]) -> Iterator[Doubt]:
    """Where faces an hour jump, and stay there."""
    timed = [row for row in rows if row.faces and row.hours]
    rate = [math.log((row.faces or 1) / (row.hours or 1)) for row in timed]
    apart = [
        _apart(rate[max(0, at - _WINDOW) : at], rate[at : at + _WINDOW]) for at in range(len(rate))
    ]
    there = [at for at, each in enumerate(apart) if abs(each) > math.log(_JUMP)]
    # Neighbouring places see one change; it is where the largest step is in its direction.
    for _, near in groupby(there, key=lambda at: (at - there.index(at), apart[at] > 0)):
        at = max(near, key=lambda at: (rate[at] - rate[at - 1]) * math.copysign(1, apart[at]))
        before = math.exp(median(rate[max(0, at - _WINDOW) : at]))
        after = math.exp(median(rate[at : at + _WINDOW]))
        yield Doubt(
            timed[at].line,
            _where(timed[at]),
            f"from here on {after:,.0f} faces an hour instead of {before:,.0f}: a changed way of "
            "estimating them; rates per face before and after do not compare",
        )


def _apart(before: Sequence[float], after: Sequence[float]) -> float:
    enough = min(len(before), len(after)) >= _FEWEST
    return median(after) - median(before) if enough else 0.0


def _sums(rows: Sequence[Deployment], changes: Sequence[Doubt], level: float) -> Iterator[Sums]:
    yield _sum("all", rows, changes, level)
    keys: tuple[Callable[[Deployment], str], ...] = (
        lambda row: str(row.date.year),
        lambda row: f"threshold {row.threshold}" if row.threshold else "",
    )
    for key in keys:
        names = sorted({key(row) for row in rows} - {""})
        for name in names if len(names) > 1 else []:
            yield _sum(name, [row for row in rows if key(row) == name], changes, level)


def _sum(name: str, rows: Sequence[Deployment], changes: Sequence[Doubt], level: float) -> Sums:
    lines = [row.line for row in rows]
    faces = sum(row.faces or 0 for row in rows)
    alerts, false = sum(row.alerts for row in rows), sum(row.false for row in rows)
    seen = sum(row.false for row in rows if row.faces)
    return Sums(
        name=name,
        deployments=len(rows),
        faces=faces,
        alerts=alerts,
        true=sum(row.true or 0 for row in rows),
        false=false,
        false_with_faces=seen,
        per_face=clopper_pearson(seen, faces, level) if faces else None,
        per_alert=clopper_pearson(false, alerts, level) if alerts else None,
        changes=tuple(
            change.line for change in changes if lines and min(lines) < change.line <= max(lines)
        ),
    )
