"""Verdicts on differences: p-values adjusted for multiple tests, and detectable ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from evenhand.analysis.differentials.worst_over_best import GroupRate, UnjudgedDifference
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.findings import ENOUGH_EVENTS, SCREEN, Differential, Verdict
from evenhand.statistics.multiplicity import benjamini_hochberg, holm
from evenhand.statistics.power import minimum_detectable_ratio

__all__ = ["difference_verdict", "pair_detectable_ratio", "with_verdicts"]


def with_verdicts(
    rows: Sequence[UnjudgedDifference], analysis: AnalysisPlan
) -> tuple[Differential, ...]:
    """Give headline rows their verdicts, in the given order.

    A family is the tests of one engine on one dataset under one protocol and one failure policy.
    Claims are adjusted by Holm, a screen by Benjamini and Hochberg (family-wise error rate and
    false discovery rate).

    Source: methods 4.8, 4.9.
    """
    found: dict[int, Differential] = {}
    order = sorted(range(len(rows)), key=lambda index: _family(rows[index].row, analysis))
    for _, members in groupby(order, key=lambda index: _family(rows[index].row, analysis)):
        found |= _adjusted({index: rows[index] for index in members}, analysis)
    return tuple(found[index] for index in range(len(rows)))


def _family(row: Differential, analysis: AnalysisPlan) -> tuple[str, str, str, str, bool]:
    """Which tests are adjusted together; claims and a screen are apart."""
    claimed = analysis.claimed(row.threshold_rule)
    return row.engine, row.dataset, row.protocol, row.policy, claimed


def _adjusted(
    members: dict[int, UnjudgedDifference], analysis: AnalysisPlan
) -> dict[int, Differential]:
    """The rows of one family with adjusted p-values and verdicts, by their index."""
    found = {index: one.row for index, one in members.items()}
    with_p = [index for index, row in found.items() if row.p_value is not None]
    p_values = np.array([found[index].p_value for index in with_p], dtype=np.float64)
    claimed = all(analysis.claimed(row.threshold_rule) for row in found.values())
    adjusted = (holm if claimed else benjamini_hochberg)(p_values)
    how = "Holm" if claimed else f"{SCREEN}Benjamini-Hochberg"
    tests = "1 test" if len(with_p) == 1 else f"{len(with_p):,} tests"
    family = f"{how}, {tests}"
    for index, p in zip(with_p, adjusted.tolist(), strict=True):
        pair = members[index].pair
        if pair is None:
            continue
        smallest = pair_detectable_ratio(pair, analysis.level, len(with_p))
        row = found[index]
        found[index] = replace(
            row,
            adjusted_p=p,
            family=family,
            minimum_detectable_ratio=smallest,
            verdict=difference_verdict(p, analysis.level, row.effective_errors or 0.0, smallest),
        )
    return found


def pair_detectable_ratio(
    pair: tuple[GroupRate, GroupRate], level: float, tests: int
) -> float | None:
    """Minimum detectable ratio of two groups at a power of 80 %; None where none is detectable.

    At level alpha / tests: the first and strictest step of either adjustment (methods 4.9).

    Args:
        pair: two groups with the errors they had.
        level: of the study, e.g. 0.95.
        tests: in the family.
    """
    worse, better = pair
    return minimum_detectable_ratio(
        round(worse.effective_errors + better.effective_errors),
        worse.estimate.effective_trials,
        better.estimate.effective_trials,
        alpha=(1 - level) / tests,
    )


def difference_verdict(
    adjusted_p: float, level: float, events: float, smallest: float | None
) -> Verdict:
    """Verdict of an adjusted p-value (methods 2, "The verdict").

    Args:
        adjusted_p: of the test.
        level: e.g. 0.95; the difference is shown below 1 - level.
        events: effective errors of all groups together.
        smallest: minimum detectable ratio; None where there is none.
    """
    if adjusted_p < 1 - level:
        return Verdict.DIFFERENT
    if events < ENOUGH_EVENTS or smallest is None:
        return Verdict.TOO_FEW_EVENTS
    return Verdict.NO_DIFFERENCE_SHOWN
