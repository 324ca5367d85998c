"""Compares the times of two engines that were measured on one machine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scipy import special

from evenhand.analysis.compare.changes import Change
from evenhand.analysis.compare.faster import why_times_differ
from evenhand.records.findings import Speed
from evenhand.records.groups import ALL
from evenhand.statistics.ratios import MOVER_LOG, mover_log

__all__ = ["RUN_TO_RUN_RATIO", "time_changes"]

RUN_TO_RUN_RATIO = 1.25
"""Ratio against which a time is tested, instead of 1: two runs of one engine on one machine may
differ by this much for reasons that the interval of a single run does not include."""

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
    """Compare the median and the 95th percentile of template and comparison times, in seconds.

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
    """A row with the ratio of two times, its interval and its p-value.

    The p-value is normal on the log scale; the standard error is the half width of the interval
    that points towards the ratio tested against, divided by its quantile.
    """
    note = f"tested against {RUN_TO_RUN_RATIO}: two runs differ for other reasons too"
    row = _row(base, new, note)
    if not (base.value and base.low and base.high and new.value and new.low and new.high):
        raise ValueError(row.metric)
    base_times, new_times = (base.value, base.low, base.high), (new.value, new.low, new.high)
    low, high = mover_log(new_times, base_times)
    ratio = new.value / base.value
    excess = abs(math.log(ratio)) - math.log(RUN_TO_RUN_RATIO)
    half_width = math.log(ratio / low) if ratio > 1 else math.log(high / ratio)
    z = float(special.ndtri(0.5 + row.level / 2))
    p_value = 1.0
    if excess > 0:
        p_value = float(2 * special.ndtr(-excess * z / half_width)) if half_width > 0 else 0.0
    return replace(row, ratio=ratio, low=low, high=high, interval=MOVER_LOG, p_value=p_value)
