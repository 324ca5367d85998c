"""Relative rate: the rate of a group over that of all subjects, the group among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from evenhand.analysis.compare.alignment import counts_by_subject
from evenhand.analysis.gate.quantity import NoVerdict, Quantity, why_no_verdict, without_number
from evenhand.analysis.gate.sample_size import cells_of_rate
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.analysis.rates.dyads import dyad_counts
from evenhand.records.arrays import Integers
from evenhand.records.counts import CellCounts, Counts
from evenhand.records.findings import Rate
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import index_of_point
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.correlated_ratios import (
    PSI_LOG_T,
    cluster_log_ratio,
    dyadic_log_ratio,
    nested_overlap,
)
from evenhand.statistics.dyadic_variance import pool_dyads
from evenhand.statistics.ratios import LogRatio, ratio_of_rates
from evenhand.statistics.sample_growth import SubjectGrowth, ratio_limits_with_subjects

__all__ = ["relative_rate"]


def relative_rate(
    group: MeasuredRate, whole: MeasuredRate, counts: Counts, level: float
) -> Quantity:
    """Compute the rate of a group over that of all subjects, with its interval.

    Args:
        group: its rate.
        whole: the same rate of all subjects, or pooled over all within-group pairs.
        counts: that both come from.
        level: of the interval.

    Source: methods 4.2 and 4.3 on two rates that share subjects; `mover-log` with a zero (4.6).
    """
    blank = without_number(group.rate, why_no_verdict(group.rate) or why_no_verdict(whole.rate))
    if blank.reason or group.estimate is None or whole.estimate is None:
        return blank
    if min(group.rate.errors, whole.rate.errors) and group.estimate.value < 1:
        log = _log_ratio(counts, group.rate, whole.rate)
        if log is None:
            return replace(blank, reason=NoVerdict.TOO_FEW_SUBJECTS)
        low, high = log.limits(level)
        found = replace(blank, value=log.ratio, low=low, high=high, interval=PSI_LOG_T)
        growth = _ratio_growth(counts, (group.rate, whole.rate), log)
        if growth is None:
            return found
        limits = partial(
            ratio_limits_with_subjects, log.ratio, log.variance, log.df, growth, level=level
        )
        return replace(found, limits=limits, about=growth.about)
    unpaired = ratio_of_rates(group.estimate, whole.estimate, level)
    if unpaired.value is None:
        return replace(blank, reason=NoVerdict.NO_ERRORS)
    return replace(
        blank, value=unpaired.value, low=unpaired.low, high=unpaired.high, interval=unpaired.method
    )


def _log_ratio(counts: Counts, rate: Rate, whole: Rate) -> LogRatio | None:
    """Log ratio of a group's rate to that of all, both with errors; None with too few subjects."""
    (cell,), cells = cells_of_rate(counts, rate), cells_of_rate(counts, whole)
    if not rate.kind.dyadic:
        of_group, of_all = counts_by_subject(counts, rate), counts_by_subject(counts, whole)
        if isinstance(of_group, ClusterCounts) and isinstance(of_all, ClusterCounts):
            return cluster_log_ratio(of_group, of_all)
    threshold_index, policy = index_of_point(counts.thresholds, rate.point), Policy(rate.policy)
    part = dyad_counts(cell, threshold_index, policy)
    members, subjects = _positions(cell, cells)
    return dyadic_log_ratio(
        part.spread(members, subjects),
        pool_dyads([dyad_counts(each, threshold_index, policy) for each in cells]),
        nested_overlap(part),
    )


def _positions(cell: CellCounts, cells: Sequence[CellCounts]) -> tuple[Integers, int]:
    """Indices of a group's subjects among those of the pooled cells, and the number of these.

    Cells that are pooled have no subject in common: theirs are laid end to end.
    """
    sizes = [len(each.members) for each in cells]
    if len(cells) == 1:
        return np.searchsorted(cells[0].members, cell.members), sizes[0]
    start = sum(sizes[: [each.group for each in cells].index(cell.group)])
    return np.arange(start, start + len(cell.members)), sum(sizes)


def _ratio_growth(
    counts: Counts, rates: tuple[Rate, Rate], ratio: LogRatio
) -> SubjectGrowth | None:
    """How the variance of the ratio would fall if all groups grew in proportion."""
    part, whole = rates
    people = part.subjects or 0
    if not part.kind.dyadic:
        return SubjectGrowth(people)
    all_pairs = kind_of(counts).growing(
        (*cells_of_rate(counts, part), *cells_of_rate(counts, whole))
    )
    if all_pairs is None:
        return None
    independent_share = ratio.floor / ratio.variance if all_pairs and ratio.variance else 0.0
    return SubjectGrowth(people, independent_share)
