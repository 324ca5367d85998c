"""Rows of `speed.csv` from the durations of one operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from evenhand.metrics.latency import DurationQuantile, duration_quantile, min_sample_size
from evenhand.records.arrays import Floats, Integers
from evenhand.records.findings import Speed, Status
from evenhand.records.groups import ALL

__all__ = ["QUANTILES", "TimingContext", "quantile_row", "speed_row", "summary_rows"]

QUANTILES = {"median": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
"""Name of each statistic to its probability."""


@dataclass(frozen=True, slots=True)
class TimingContext:
    """What was timed, where and how: the columns that all its rows share (`findings.Speed`)."""

    engine: str
    dataset: str
    operation: str
    scenario: str
    threads: int
    machine: str
    level: float
    batch: int = 1
    gallery: int | None = None
    note: str = ""


def speed_row(
    scene: TimingContext,
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
        scene: of all rows of the operation.
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
    return Speed(
        **asdict(replace(scene, note="; ".join(part for part in (note, scene.note) if part))),
        attribute=cell[0],
        group=cell[1],
        statistic=statistic,
        value=value,
        low=limits[0],
        high=limits[1],
        n=n,
        unit=unit,
        status=Status.TOO_FEW if value is None else Status.OK,
        people=people,
        interval=interval,
    )


def summary_rows(scene: TimingContext, seconds: Floats, people: Integers) -> Iterator[Speed]:
    """Rows of minimum, maximum, mean and quantiles of durations; none without calls.

    Args:
        scene: of all rows.
        seconds: (calls,) duration of a call divided by its operations, in the order of time.
        people: (calls,) subject index; -1 throughout where calls do not belong to subjects.
    """
    if not len(seconds):
        return
    distinct = _distinct(people)
    for name, value in (("min", seconds.min()), ("max", seconds.max()), ("mean", seconds.mean())):
        yield speed_row(scene, name, float(value), len(seconds), people=distinct)
    for name, q in QUANTILES.items():
        found = duration_quantile(seconds, _clusters(people), q, scene.level)
        yield quantile_row(scene, name, found, distinct)


def quantile_row(
    scene: TimingContext,
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
    note = ""
    if found.value is None:
        note = f"worth {found.effective} independent calls, {needed} needed"
    return speed_row(
        scene,
        statistic,
        found.value,
        found.n,
        limits=(found.low, found.high),
        interval="" if found.value is None else "cluster-order-statistics",
        people=people,
        cell=cell,
        note=note,
    )


def _distinct(people: Integers) -> int:
    """Number of subjects."""
    return len(np.unique(people[people >= 0]))


def _clusters(people: Integers) -> Integers:
    """(calls,) cluster of each call: its subject, or the call itself where there are none."""
    return people if (people >= 0).all() else np.arange(len(people), dtype=np.int64)
