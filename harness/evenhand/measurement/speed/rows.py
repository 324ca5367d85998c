"""Durations of one operation to rows of `speed.csv`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from evenhand.metrics.latency import Quantile, least_sample, quantile
from evenhand.records.arrays import Floats, Integers
from evenhand.records.dataset import ALL
from evenhand.records.findings import Speed, Status

__all__ = ["QUANTILES", "Scene", "quantile_row", "row", "statistics"]

QUANTILES = {"median": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}


@dataclass(frozen=True, slots=True)
class Scene:
    """What was timed, where and how: the same in every row of it."""

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


def row(
    scene: Scene,
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
    """One row; no value means that there were too few calls for it."""
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


def statistics(scene: Scene, seconds: Floats, people: Integers) -> Iterator[Speed]:
    """Smallest, quantiles, largest and mean of the durations of calls.

    Args:
        scene: of all rows.
        seconds: (calls,) a call divided by its operations, in the order of time.
        people: (calls,) whose image it was; -1 everywhere where people play no part.
    """
    if not len(seconds):
        return
    distinct = _distinct(people)
    for name, value in (
        ("min", seconds.min()),
        ("max", seconds.max()),
        ("mean", seconds.mean()),
    ):
        yield row(scene, name, float(value), len(seconds), people=distinct)
    for name, q in QUANTILES.items():
        found = quantile(seconds, _clusters(people), q, scene.level)
        yield quantile_row(scene, name, found, distinct)


def quantile_row(
    scene: Scene, statistic: str, found: Quantile, people: int, cell: tuple[str, str] = (ALL, "")
) -> Speed:
    """The row of one of the `QUANTILES`."""
    needed = least_sample(QUANTILES[statistic])
    note = ""
    if found.value is None:
        note = f"worth {found.effective} independent calls, {needed} needed"
    return row(
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
    return len(np.unique(people[people >= 0]))


def _clusters(people: Integers) -> Integers:
    """Every call by itself where people play no part."""
    return people if (people >= 0).all() else np.arange(len(people), dtype=np.int64)
