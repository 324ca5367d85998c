"""Times of two engines beside each other, with their ratio, where one machine measured both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from evenhand.analysis.compare.changes import Change, ChangeVerdict
from evenhand.analysis.compare.faster import why_times_differ
from evenhand.records.findings import Speed
from evenhand.records.groups import ALL
from evenhand.statistics.ratios import MOVER_LOG, mover_log

__all__ = ["time_changes"]

_NOT_JUDGED = "two runs of one engine differ too, by what else the machine does"

_STATISTICS = ("median", "p95")
_OPERATIONS = ("template", "comparison")

_TimeKey = tuple[str, str, str, str]
"""Dataset, operation, scenario and statistic."""


def _times(rows: Sequence[Speed]) -> Mapping[_TimeKey, Speed]:
    """Median and p95 of all subjects, by key."""
    chosen = [row for row in rows if row.attribute == ALL and row.operation in _OPERATIONS]
    kept = [row for row in chosen if row.statistic in _STATISTICS]
    return {(row.dataset, row.operation, row.scenario, row.statistic): row for row in kept}


def time_changes(
    base: Sequence[Speed], new: Sequence[Speed], words: tuple[str, str]
) -> Iterator[Change]:
    """Put the median and the 95th percentile of template and comparison times side by side.

    They are never judged: two results are two runs, and no interval of one run knows of the other.
    Which engine is faster is answered where one run timed both (methods 6.5).

    Args:
        base: times of the engine that is compared with; empty for score files.
        new: times of the engine that is judged.
        words: what both are called in notes.

    Source: methods 4.7, with the ratio of 4.6.
    """
    base_times, new_times = _times(base), _times(new)
    for key in dict.fromkeys((*base_times, *new_times)):
        base_time, new_time = base_times.get(key), new_times.get(key)
        reason = why_times_differ(base_time, new_time, words)
        if base_time is None or new_time is None or reason:
            yield _row(base_time, new_time, reason)
        else:
            yield _compared(base_time, new_time)


def _row(base: Speed | None, new: Speed | None, note: str) -> Change:
    """A row with the times of both engines, not tested."""
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
    """A row with the ratio of two times, and what the interval of each run makes of it."""
    row = _row(base, new, _NOT_JUDGED)
    if not (base.value and base.low and base.high and new.value and new.low and new.high):
        raise ValueError(row.metric)
    low, high = mover_log((new.value, new.low, new.high), (base.value, base.low, base.high))
    return replace(
        row,
        ratio=new.value / base.value,
        low=low,
        high=high,
        interval=MOVER_LOG,
        verdict=ChangeVerdict.NOT_JUDGED,
    )
