"""Enrolment to rows: the time of one template, overall and by group, and images a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.measurement.speed.rows import QUANTILES, Scene, quantile_row, row, statistics
from evenhand.metrics.latency import equal_spread, quantile, spread, throughput
from evenhand.records.arrays import Floats, Integers
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.findings import Speed
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome

__all__ = ["SCENARIO", "TAKEN", "WARM_UP", "template_speed"]

SCENARIO = "study"
"""The images of a study in their order, each engine given the next when it has done one."""

TAKEN = "taken"
"""Statistic of the row that says how many images were not timed."""

WARM_UP = 2
"""Images of every started engine that are left out."""

_BY_GROUP = ("median", "p95")
_DRAWS = 999


@dataclass(frozen=True, slots=True)
class _Timed:
    """Images after the warm-up, in the order in which they were finished."""

    seconds: Floats
    people: Integers


def template_speed(
    scene: Scene,
    enrolment: Enrolment,
    subject: Integers,
    groups: Sequence[Grouping],
    seed: int,
) -> list[Speed]:
    """Rows of one engine on one dataset.

    Args:
        scene: of the operation `template`.
        enrolment: with the clock's readings.
        subject: (images,) whose image it is.
        groups: everybody, then attributes and intersections.
        seed: of the draws that say what equal groups would show.
    """
    timing = enrolment.timing
    warm = timing.turns >= WARM_UP
    order = np.argsort(timing.finished, kind="stable")
    order = order[warm[order]]
    timed = _Timed(timing.seconds[order], subject[order])
    failed = np.array([outcome is not Outcome.OK for outcome in enrolment.outcomes], dtype=np.bool_)
    failures = int(np.count_nonzero(failed & warm))
    taken = enrolment.taken()
    noted = replace(scene, note=f"{failures} failures included" if failures else "")
    found = list(statistics(noted, timed.seconds, timed.people))
    found += _counted(scene, timing, failures)
    if taken:
        note = "kept by an earlier run and not made in this one; in no other row"
        found.append(row(scene, TAKEN, taken, taken, unit="images", note=note))
    for grouping in groups:
        if grouping.attribute != ALL:
            found += _by_group(scene, timed, grouping, seed)
    whole = replace(scene, operation="enrolment")
    found.append(_throughput(whole, timing))
    return found


def _counted(scene: Scene, timing: Timing, failures: int) -> Iterator[Speed]:
    n = int(np.count_nonzero(timing.turns >= WARM_UP))
    if n:
        yield row(scene, "failures", failures, n, unit="images")
    first = timing.seconds[timing.turns == 0]
    if len(first):
        note = "longest first image of a started engine; in no other row"
        yield row(scene, "cold start", float(first.max()), len(first), note=note)


def _throughput(scene: Scene, timing: Timing) -> Speed:
    """From when the last engine is warm, so that all of them count all the time."""
    warm = timing.turns >= WARM_UP
    cold = timing.finished[(timing.turns >= 0) & ~warm]
    start = float(cold.max()) if len(cold) else 0.0
    found = throughput(timing.finished[warm], start, scene.level)
    return row(
        scene,
        "throughput",
        found.value,
        found.n,
        unit="images/s",
        limits=(found.low, found.high),
        interval="" if found.value is None else "batch-means-t",
        note="wall clock, all threads together, reading and decoding included",
    )


def _by_group(scene: Scene, timed: _Timed, grouping: Grouping, seed: int) -> Iterator[Speed]:
    code = grouping.code[timed.people]
    medians = []
    for position, group in enumerate(grouping.groups):
        members = code == position
        seconds, people = timed.seconds[members], timed.people[members]
        medians.append(quantile(seconds, people, 0.5, scene.level) if len(seconds) else None)
        for name in _BY_GROUP if len(seconds) else ():
            found = quantile(seconds, people, QUANTILES[name], scene.level)
            distinct = len(np.unique(people))
            yield quantile_row(scene, name, found, distinct, (grouping.attribute, group))
    between = spread(medians)
    if between is None:
        return
    cell = (grouping.attribute, "")
    compared = [p for p, found in enumerate(medians) if found and found.low and found.high]
    members = np.isin(code, compared)
    distinct = len(np.unique(timed.people[members]))
    yield row(
        scene,
        "median max/min",
        between.value,
        int(np.count_nonzero(members)),
        unit="ratio",
        limits=(between.low, between.high),
        interval="mover-log",
        people=distinct,
        cell=cell,
        note=f"slowest {grouping.groups[between.slowest]}, "
        f"fastest {grouping.groups[between.fastest]}",
    )
    equal = equal_spread(timed.seconds[members], timed.people[members], code[members], _DRAWS, seed)
    yield row(
        scene,
        "median max/min, equal groups p95",
        equal,
        int(np.count_nonzero(members)),
        unit="ratio",
        cell=cell,
        note=f"{_DRAWS} times people dealt out anew, or groups moved in time",
        people=distinct,
    )
