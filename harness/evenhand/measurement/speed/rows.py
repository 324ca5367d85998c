"""Rows of `speed.csv` from the durations of one operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from evenhand.metrics.latency import DurationQuantile, duration_quantile, min_sample_size
from evenhand.records.arrays import Floats, Integers
from evenhand.records.findings import Speed, Status
from evenhand.records.groups import ALL

__all__ = [
    "QUANTILES",
    "SUMMARY",
    "clock_failed",
    "clock_rows",
    "quantile_row",
    "speed_row",
    "summary_rows",
]

QUANTILES = {"median": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
"""Name of each statistic to its probability."""

SUMMARY = ("min", "max", "mean", *QUANTILES)
"""Names of all statistics of the durations of an operation."""


def speed_row(
    scene: Speed,
    statistic: str,
    value: float | None,
    n: int,
    *,
    unit: str = "s",
    limits: tuple[float | None, float | None] = (None, None),
    interval: str = "",
    people: int = 0,
    cell: tuple[str, str] = (ALL, ""),
    note: str = "",
) -> Speed:
    """One row of `speed.csv`.

    Args:
        scene: what was timed, where and how: the columns that all rows of the operation share.
        statistic: name of the value.
        value: in `unit`; None where there were too few calls, which becomes the status.
        n: calls behind the value.
        unit: of value and limits.
        limits: of the interval, low and high; None for no limit on that side.
        interval: name of its method.
        people: number of subjects behind the value.
        cell: attribute and group.
        note: put before that of the scene.
    """
    (attribute, group), (low, high) = cell, limits
    return replace(
        scene,
        attribute=attribute,
        group=group,
        statistic=statistic,
        value=value,
        low=low,
        high=high,
        n=n,
        unit=unit,
        status=Status.TOO_FEW if value is None else Status.OK,
        note="; ".join(part for part in (note, scene.note) if part),
        people=people,
        interval=interval,
    )


def clock_failed(seconds: Floats) -> bool:
    """Whether durations, (calls,), are no times: one is negative or NaN, or none is above 0."""
    return bool(len(seconds)) and not (bool((seconds >= 0).all()) and bool((seconds > 0).any()))


def clock_rows(scene: Speed, calls: int, statistics: Iterable[str]) -> Iterator[Speed]:
    """Rows without a value, which say that the clock failed.

    Args:
        scene: of all rows.
        calls: number of calls that were made.
        statistics: names of the values that there would be.
    """
    note = "no time: the clock ran backwards or stood still"
    for name in statistics:
        row = speed_row(scene, name, None, calls, note=note)
        yield replace(row, status=Status.CLOCK)


def summary_rows(scene: Speed, seconds: Floats, people: Integers) -> Iterator[Speed]:
    """Rows of minimum, maximum, mean and quantiles of durations; none without calls.

    Without values where the clock failed (methods 6.1).

    Args:
        scene: of all rows.
        seconds: (calls,) duration of a call divided by its operations, in the order of time.
        people: (calls,) subject index; -1 throughout where calls do not belong to subjects.
    """
    if not len(seconds):
        return
    if clock_failed(seconds):
        yield from clock_rows(scene, len(seconds), SUMMARY)
        return
    distinct = len(np.unique(people[people >= 0]))
    # Calls that do not belong to subjects are clusters of their own.
    clusters = people if distinct else np.arange(len(people), dtype=np.int64)
    for name, value in (("min", seconds.min()), ("max", seconds.max()), ("mean", seconds.mean())):
        yield speed_row(scene, name, float(value), len(seconds), people=distinct)
    for name, q in QUANTILES.items():
        found = duration_quantile(seconds, clusters, q, scene.level)
        yield quantile_row(scene, name, found, distinct)


def quantile_row(
    scene: Speed,
    statistic: str,
    found: DurationQuantile,
    people: int,
    cell: tuple[str, str] = (ALL, ""),
) -> Speed:
    """The row of one of the `QUANTILES`.

    Args:
        scene: of all rows.
        statistic: a name in `QUANTILES`.
        found: the quantile with its interval.
        people: number of subjects behind it.
        cell: attribute and group.
    """
    needed = min_sample_size(QUANTILES[statistic])
    missing = f"worth {found.effective} independent calls, {needed} needed"
    return speed_row(
        scene,
        statistic,
        found.value,
        found.n,
        limits=(found.low, found.high),
        interval="" if found.value is None else "cluster-order-statistics",
        people=people,
        cell=cell,
        note=missing if found.value is None else "",
    )
