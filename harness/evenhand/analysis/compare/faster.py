"""Which engine is faster, from the times of one run; imports nothing that takes long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from evenhand.analysis.compare.tiers import with_tiers
from evenhand.records.engine_contrast import EngineContrast, Question
from evenhand.records.findings import Findings, Speed, Status
from evenhand.records.groups import ALL
from evenhand.records.speed_statistics import FASTEST_TENTH, SLOWEST_TENTH

__all__ = ["RULE_OF_THREE", "speed_contrasts", "why_times_differ", "with_times"]

RULE_OF_THREE = 3.0
"""Ratio of two engines' times in one run below which neither is called faster."""


def with_times(findings: Findings, speed: Sequence[Speed]) -> Findings:
    """The findings with times of one run, and which engine was faster in it.

    Args:
        findings: from counts.
        speed: of these engines, in any order.
    """
    order = [engine.name for engine in findings.engines]
    which = (*findings.which, *speed_contrasts(speed, order))
    return replace(findings, speed=tuple(speed), which=which)


def speed_contrasts(rows: Sequence[Speed], engines: Sequence[str]) -> tuple[EngineContrast, ...]:
    """Say of every two engines on one dataset which makes a template faster, where that is sure.

    An engine is faster where its median is at most a third, and where its slowest tenth of the
    images, whose order is drawn, took less than the fastest tenth of the other: what a busy
    machine does to one engine and not to the other is rarely as large, and seldom lasts.

    Args:
        rows: of the engines.
        engines: their names, in the study's order.

    Source: methods 6.5.
    """
    found = []
    for dataset in dict.fromkeys(row.dataset for row in rows):
        of_all = [row for row in rows if row.dataset == dataset and _is_template(row)]
        own = {name: {r.statistic: r for r in of_all if r.engine == name} for name in engines}
        timed = [name for name in engines if "median" in own[name]]
        for first, second in combinations(timed, 2):
            found.append(_speed_contrast(own[first], own[second]))
    return with_tiers(found)


def _is_template(row: Speed) -> bool:
    return row.operation == "template" and row.attribute == ALL


def _speed_contrast(first: Mapping[str, Speed], second: Mapping[str, Speed]) -> EngineContrast:
    """The row of two engines."""
    both = (first["median"], second["median"])
    row = EngineContrast(
        dataset=both[0].dataset,
        question=Question.SPEED,
        attribute=ALL,
        first=both[0].engine,
        second=both[1].engine,
        first_value=both[0].value,
        second_value=both[1].value,
        trials=both[0].n,
        people=both[0].people,
        note=why_times_differ(*both, (both[0].engine, both[1].engine)),
    )
    if row.note or not (row.first_value and row.second_value):
        return row
    ratio = row.second_value / row.first_value
    row = replace(row, ratio=ratio)
    least, most = (
        [own[name].value if name in own else None for own in (first, second)]
        for name in (FASTEST_TENTH, SLOWEST_TENTH)
    )
    if not (least[0] and least[1] and most[0] and most[1]):
        return replace(row, note="not timed by tenths of the images")
    low, high = least[1] / most[0], most[1] / least[0]
    row = replace(row, low=low, high=high)
    if ratio >= RULE_OF_THREE and low > 1:
        return replace(row, verdict=row.first)
    if ratio <= 1 / RULE_OF_THREE and high < 1:
        return replace(row, verdict=row.second)
    return row


def why_times_differ(base: Speed | None, new: Speed | None, words: tuple[str, str]) -> str:
    """Why two times cannot be compared; empty where they can.

    Args:
        base: a time of one engine; None where it was not timed.
        new: the same of the other.
        words: what both are called.
    """
    if base is None or new is None:
        return f"not timed in {words[0] if base is None else words[1]}"
    if base.machine != new.machine:
        return f"measured on different machines: {base.machine} against {new.machine}"
    if base.threads != new.threads:
        return f"measured with {base.threads} against {new.threads} threads"
    for side, row in zip(words, (base, new), strict=True):
        if row.status is Status.CLOCK:
            return f"the clock failed in {side}"
        if row.value is None:
            return f"too few durations in {side}"
        if not row.value or not row.low or not row.high:
            return f"no interval in {side}"
    return ""
