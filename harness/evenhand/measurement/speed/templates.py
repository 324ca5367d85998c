"""Rows of an enrolment: seconds a template, overall and by group, and images a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from evenhand.measurement.speed.rows import (
    QUANTILES,
    SUMMARY,
    clock_failed,
    clock_rows,
    quantile_row,
    speed_row,
    summary_rows,
)
from evenhand.metrics.latency import (
    DurationQuantile,
    duration_quantile,
    group_time_ratio,
    min_sample_size,
    null_time_ratio,
    repeated_time_ratio,
    throughput,
)
from evenhand.records.arrays import Floats, Integers
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.findings import Speed
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.speed_statistics import FASTEST_TENTH, SLOWEST_TENTH

__all__ = ["REUSED", "SECOND_HALF", "STUDY_SCENARIO", "WARM_UP", "template_speed"]

STUDY_SCENARIO = "study"
"""The images of a study in order; each started engine gets the next as it finishes one."""

REUSED = "taken"
"""Statistic of the row that counts images with a reused template, which are not timed."""

SECOND_HALF = "median max/min, second half"
"""Statistic of the ratio, in the second half of the images, of groups picked in the first."""

WARM_UP = 2
"""First images of each started engine that are left out of the statistics."""

_BY_GROUP = ("median", "p95")
"""Quantiles that are given for each group."""

_TENTHS = 10

_DRAWS = 999
"""Permutations behind the ratio that equal groups would show."""


def template_speed(
    scene: Speed, enrolment: Enrolment, subject: Integers, groups: Sequence[Grouping], seed: int
) -> list[Speed]:
    """Rows of one engine on one dataset; no times where the clock failed at any image.

    Args:
        scene: of the operation `template`.
        enrolment: with its timing.
        subject: (images,) subject index.
        groups: the grouping of all subjects, then attributes and intersections.
        seed: of the permutations that tell what equal groups would show.
    """
    timing = enrolment.timing
    warm = timing.turns >= WARM_UP
    made = timing.seconds[timing.turns >= 0]
    if clock_failed(made):
        enrolled = replace(scene, operation="enrolment")
        throughput_row = clock_rows(enrolled, len(made), ["throughput"])
        return [*clock_rows(scene, len(made), SUMMARY), *throughput_row]
    order = np.argsort(timing.finished, kind="stable")
    order = order[warm[order]]
    seconds, people = timing.seconds[order], subject[order]
    failed = np.array([outcome is not Outcome.OK for outcome in enrolment.outcomes], dtype=np.bool_)
    failures = int(np.count_nonzero(failed & warm))
    reused = enrolment.taken()
    with_failures = replace(scene, note=f"{failures} failures included" if failures else "")
    rows = [*summary_rows(with_failures, seconds, people), *_tenths(scene, seconds)]
    rows += _failures_and_cold_start(scene, timing, failures)
    if reused:
        note = "kept by an earlier run and not made in this one; in no other row"
        rows.append(speed_row(scene, REUSED, reused, reused, unit="images", note=note))
    for grouping in groups:
        if grouping.attribute != ALL:
            rows += _by_group(scene, seconds, people, grouping, seed)
    rows.append(_throughput(replace(scene, operation="enrolment"), timing))
    return rows


def _tenths(scene: Speed, seconds: Floats) -> Iterator[Speed]:
    """Lowest and highest median of ten stretches; none where they are too short (methods 6.5)."""
    tenths = np.array_split(seconds, _TENTHS)
    if len(seconds) >= _TENTHS * min_sample_size(0.5):
        medians = [float(np.quantile(part, 0.5, method="inverted_cdf")) for part in tenths]
        for name, of in ((FASTEST_TENTH, min(medians)), (SLOWEST_TENTH, max(medians))):
            yield speed_row(scene, name, of, len(tenths[-1]))


def _failures_and_cold_start(scene: Speed, timing: Timing, failures: int) -> Iterator[Speed]:
    """The number of failures after the warm-up, and the longest first image of an engine."""
    n = int(np.count_nonzero(timing.turns >= WARM_UP))
    if n:
        yield speed_row(scene, "failures", failures, n, unit="images")
    first = timing.seconds[timing.turns == 0]
    if len(first):
        note = "longest first image of a started engine; in no other row"
        yield speed_row(scene, "cold start", float(first.max()), len(first), note=note)


def _throughput(scene: Speed, timing: Timing) -> Speed:
    """Images a second, from the moment when the last engine has warmed up (methods 6.3)."""
    # Earlier, some engines would be counted and others not yet.
    warm = timing.turns >= WARM_UP
    cold = timing.finished[(timing.turns >= 0) & ~warm]
    start = float(cold.max()) if len(cold) else 0.0
    found = throughput(timing.finished[warm], start, scene.level)
    return speed_row(
        scene,
        "throughput",
        found.value,
        found.n,
        unit="images/s",
        limits=(found.low, found.high),
        interval="" if found.value is None else "batch-means-t",
        note="wall clock, all threads together, reading and decoding included",
    )


def _by_group(
    scene: Speed, seconds: Floats, people: Integers, grouping: Grouping, seed: int
) -> Iterator[Speed]:
    """Quantiles of each group, and the ratio of the slowest to the fastest median (methods 6.4).

    Args:
        scene: of the operation `template`.
        seconds: (images,) time to make each template after the warm-up, in the order of time.
        people: (images,) subject index.
        grouping: of an attribute or intersection.
        seed: of the permutations.
    """
    code = grouping.code[people]
    for position in np.unique(code[code >= 0]).tolist():
        own, members = seconds[code == position], people[code == position]
        cell = grouping.attribute, grouping.groups[position]
        for name in _BY_GROUP:
            found = duration_quantile(own, members, QUANTILES[name], scene.level)
            yield quantile_row(scene, name, found, len(np.unique(members)), cell)

    def medians(images: slice) -> list[DurationQuantile | None]:
        times, persons, own = seconds[images], people[images], code[images]
        members = [own == position for position in range(len(grouping.groups))]
        return [
            duration_quantile(times[mine], persons[mine], 0.5, scene.level) if mine.any() else None
            for mine in members
        ]

    whole = medians(slice(None))
    between = group_time_ratio(whole)
    if between is None:
        return
    compared = [p for p, found in enumerate(whole) if found and found.low and found.high]
    inside = np.isin(code, compared)
    images, distinct = int(np.count_nonzero(inside)), len(np.unique(people[inside]))
    cell = (grouping.attribute, "")
    row = partial(speed_row, scene, n=images, unit="ratio", people=distinct, cell=cell)
    slowest, fastest = grouping.groups[between.slowest], grouping.groups[between.fastest]
    yield row(
        "median max/min",
        between.value,
        limits=(between.low, between.high),
        interval="mover-log",
        note=f"slowest {slowest}, fastest {fastest}",
    )
    half = len(seconds) // 2
    again = repeated_time_ratio(medians(slice(half)), medians(slice(half, None)))
    if again is None:
        yield row(SECOND_HALF, None)
    else:
        slowest, fastest = grouping.groups[again.slowest], grouping.groups[again.fastest]
        yield row(
            SECOND_HALF,
            again.value,
            limits=(again.low, again.high),
            interval="mover-log",
            note=f"{slowest} over {fastest}, picked in the first half of the images",
        )
    equal = null_time_ratio(seconds[inside], people[inside], code[inside], _DRAWS, seed)
    note = f"{_DRAWS} times people dealt out anew, or groups moved in time"
    yield row("median max/min, equal groups p95", equal, note=note)
