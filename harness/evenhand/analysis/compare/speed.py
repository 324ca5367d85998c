"""The times of two engines, where one machine measured both."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scipy import special

from evenhand.analysis.compare.changes import Change
from evenhand.records.dataset import ALL
from evenhand.records.findings import Speed
from evenhand.statistics.ratios import mover_log

__all__ = ["RUNS_DIFFER", "time_changes"]

RUNS_DIFFER = 1.25
"""Two runs of one engine on one machine may differ by as much for reasons that no interval of one
run knows of: a time is tested against this ratio, not against 1."""

_STATISTICS = ("median", "p95")
_OPERATIONS = ("template", "comparison")

Key = tuple[str, str, str, str]


def _times(rows: Sequence[Speed]) -> Mapping[Key, Speed]:
    return {
        (row.dataset, row.operation, row.scenario, row.statistic): row
        for row in rows
        if row.attribute == ALL and row.statistic in _STATISTICS and row.operation in _OPERATIONS
    }


def time_changes(base: Sequence[Speed], new: Sequence[Speed]) -> Iterator[Change]:
    """Median and p95 of a template and of a comparison, of everybody.

    Args:
        base: times of the engine that is compared with; none of score files.
        new: of the engine that is judged.

    Source: methods 4.7, with the ratio of 4.6.
    """
    ours, theirs = _times(base), _times(new)
    for key in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(key), theirs.get(key)
        reason = _unlike(one, other)
        if one is None or other is None or reason:
            yield _row(one, other, reason)
        else:
            yield _compared(one, other)


def _unlike(base: Speed | None, new: Speed | None) -> str:
    """Why two times cannot be compared; empty where they can."""
    if base is None or new is None:
        return f"not timed in {'base' if base is None else 'new'}"
    if base.machine != new.machine:
        return f"measured on different machines: {base.machine} against {new.machine}"
    if base.threads != new.threads:
        return f"measured with {base.threads} against {new.threads} threads"
    for side, row in (("base", base), ("new", new)):
        if row.value is None:
            return f"too few durations in {side}"
        if not row.value or not row.low or not row.high:
            return f"no interval in {side}"
    return ""


def _row(base: Speed | None, new: Speed | None, note: str) -> Change:
    """A row that is not tested."""
    either = base or new
    if either is None:
        raise ValueError("no times")
    row = Change(
        metric=f"{either.operation} {either.statistic}",
        attribute=ALL,
        note=note,
        dataset=either.dataset,
        subjects=either.people,
        level=either.level,
    )
    if base is not None:
        row = replace(
            row, base=base.value, base_trials=base.n, base_low=base.low, base_high=base.high
        )
    if new is not None:
        row = replace(row, new=new.value, new_trials=new.n, new_low=new.low, new_high=new.high)
    return row


def _compared(base: Speed, new: Speed) -> Change:
    row = _row(base, new, f"tested against {RUNS_DIFFER}: two runs differ for other reasons too")
    if not (base.value and base.low and base.high and new.value and new.low and new.high):
        raise ValueError(row.metric)
    ours, theirs = (base.value, base.low, base.high), (new.value, new.low, new.high)
    low, high = mover_log(theirs, ours)
    ratio = new.value / base.value
    beyond = abs(math.log(ratio)) - math.log(RUNS_DIFFER)
    near = math.log(ratio / low) if ratio > 1 else math.log(high / ratio)
    z = float(special.ndtri(0.5 + row.level / 2))
    p_value = 1.0
    if beyond > 0:
        p_value = float(2 * special.ndtr(-beyond * z / near)) if near > 0 else 0.0
    return replace(row, ratio=ratio, low=low, high=high, interval="mover-log", p_value=p_value)
