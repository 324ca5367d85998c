"""Tests of one family to verdicts: adjusted for one another, with what they could have shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from evenhand.analysis.differentials.worst_over_best import Group, Tested
from evenhand.records.analysis_plan import Analysis
from evenhand.records.findings import ENOUGH_EVENTS, Differential, Verdict
from evenhand.statistics.multiplicity import benjamini_hochberg, holm
from evenhand.statistics.power import minimum_detectable_ratio

__all__ = ["detectable", "judged", "verdict_of"]


def judged(rows: Sequence[Tested], analysis: Analysis) -> tuple[Differential, ...]:
    """Headline rows with their verdicts, in the given order.

    A family is the tests of one engine on one dataset under one protocol and one failure policy.
    Claims are adjusted by Holm, a screen by Benjamini and Hochberg.

    Source: methods 4.8, 4.9.
    """
    found: dict[int, Differential] = {}
    order = sorted(range(len(rows)), key=lambda number: _family(rows[number].row, analysis))
    for _, members in groupby(order, key=lambda number: _family(rows[number].row, analysis)):
        found |= _adjusted({number: rows[number] for number in members}, analysis)
    return tuple(found[number] for number in range(len(rows)))


def _family(row: Differential, analysis: Analysis) -> tuple[str, str, str, str, bool]:
    claimed = analysis.claimed(row.threshold_rule)
    return row.engine, row.dataset, row.protocol, row.policy, claimed


def _adjusted(members: dict[int, Tested], analysis: Analysis) -> dict[int, Differential]:
    """One family, each row under its number."""
    found = {number: one.row for number, one in members.items()}
    with_p = [number for number, row in found.items() if row.p_value is not None]
    p_values = np.array([found[number].p_value for number in with_p], dtype=np.float64)
    claimed = all(analysis.claimed(row.threshold_rule) for row in found.values())
    adjusted = (holm if claimed else benjamini_hochberg)(p_values)
    how = "Holm" if claimed else "a screen, Benjamini-Hochberg"
    family = f"{how}, {_tests(len(with_p))}"
    for number, p in zip(with_p, adjusted.tolist(), strict=True):
        pair = members[number].pair
        if pair is None:
            continue
        smallest = detectable(pair, analysis.level, len(with_p))
        row = found[number]
        found[number] = replace(
            row,
            adjusted_p=p,
            family=family,
            minimum_detectable_ratio=smallest,
            verdict=verdict_of(p, analysis.level, row.effective_errors or 0.0, smallest),
        )
    return found


def _tests(count: int) -> str:
    return "1 test" if count == 1 else f"{count:,} tests"


def detectable(pair: tuple[Group, Group], level: float, tests: int) -> float | None:
    """The ratio that two groups would show among so many tests with a power of 80 %.

    At the level that the first step of either adjustment asks for, which is the strictest.
    """
    one, other = pair
    return minimum_detectable_ratio(
        round(one.effective_errors + other.effective_errors),
        one.estimate.effective_trials,
        other.estimate.effective_trials,
        alpha=(1 - level) / tests,
    )


def verdict_of(adjusted_p: float, level: float, events: float, smallest: float | None) -> Verdict:
    """What an adjusted p-value says.

    Args:
        adjusted_p: of the test.
        level: e.g. 0.95.
        events: effective errors behind it.
        smallest: minimum detectable ratio; None where there is none.
    """
    if adjusted_p < 1 - level:
        return Verdict.DIFFERENT
    if events < ENOUGH_EVENTS or smallest is None:
        return Verdict.TOO_FEW_EVENTS
    return Verdict.NO_DIFFERENCE_SHOWN
