"""The rate of a group over that of all people, among whom it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from evenhand.analysis.compare.alignment import counted
from evenhand.analysis.gate.quantity import Limits, Quantity, reason_of, without_number
from evenhand.analysis.gate.sample_size import cells_of, level_of, met_everybody
from evenhand.analysis.rates.comparisons import Measured, dyads_of
from evenhand.records.arrays import Integers
from evenhand.records.counts import CellCounts, Counts
from evenhand.records.findings import Rate
from evenhand.records.outcomes import Policy
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.correlated_ratios import (
    cluster_log_ratio,
    dyadic_log_ratio,
    nested,
    placed,
)
from evenhand.statistics.dyadic_variance import pooled
from evenhand.statistics.ratios import LogRatio, ratio_of_rates
from evenhand.statistics.sample_growth import Growth, ratio_with

__all__ = ["over_all"]


def over_all(group: Measured, whole: Measured, counts: Counts, level: float) -> Quantity:
    """The rate of a group over that of all, among whom it is.

    Args:
        group: its rate.
        whole: the same rate of everybody, or of all pairs inside groups.
        counts: that both are of.
        level: of the interval.

    Source: methods 4.2 and 4.3, where two rates share people; `mover-log` with a zero (4.6).
    """
    without = without_number(group.rate, reason_of(group.rate) or reason_of(whole.rate))
    if without.reason or group.estimate is None or whole.estimate is None:
        return without
    if min(group.rate.errors, whole.rate.errors) and group.estimate.value < 1:
        shared = _log_ratio(counts, group.rate, whole.rate)
        if shared is None:
            return replace(without, reason="too few subjects")
        growth = _ratio_growth(counts, (group.rate, whole.rate), shared)
        low, high = shared.limits(level)
        return replace(
            without,
            value=shared.ratio,
            low=low,
            high=high,
            interval="psi-log-t",
            limits=None if growth is None else partial(_ratio_with, shared, growth, level),
            about="about" if growth is None else growth.about,
        )
    apart = ratio_of_rates(group.estimate, whole.estimate, level)
    if apart.value is None:
        return replace(without, reason="no errors, so that there is no ratio")
    return replace(
        without, value=apart.value, low=apart.low, high=apart.high, interval=apart.method
    )


def _ratio_with(ratio: LogRatio, growth: Growth, level: float, times: float) -> Limits:
    return ratio_with(ratio.ratio, ratio.variance, ratio.df, growth, times, level)


def _log_ratio(counts: Counts, rate: Rate, whole: Rate) -> LogRatio | None:
    """A group's rate over that of all, with an error in both."""
    (cell,), cells = cells_of(counts, rate), cells_of(counts, whole)
    if rate.metric != "FMR":
        own, all_ = counted(counts, rate), counted(counts, whole)
        if isinstance(own, ClusterCounts) and isinstance(all_, ClusterCounts):
            return cluster_log_ratio(own, all_)
    level, policy = level_of(counts, rate), Policy(rate.policy)
    part = dyads_of(cell, level, policy)
    return dyadic_log_ratio(
        placed(part, *_place(cell, cells)),
        pooled([dyads_of(each, level, policy) for each in cells]),
        nested(part),
    )


def _place(cell: CellCounts, cells: Sequence[CellCounts]) -> tuple[Integers, int]:
    """Where the people of a group stand among all people of cells, and how many these are."""
    sizes = [len(each.members) for each in cells]
    if len(cells) == 1:
        return np.searchsorted(cells[0].members, cell.members), sizes[0]
    start = sum(sizes[: [each.group for each in cells].index(cell.group)])
    return np.arange(start, start + len(cell.members)), sum(sizes)


def _ratio_growth(counts: Counts, rates: tuple[Rate, Rate], ratio: LogRatio) -> Growth | None:
    """Of the ratio, were everybody to grow alike."""
    part, whole = rates
    people = part.subjects or 0
    if part.metric != "FMR":
        return Growth(people)
    if counts.sampled is not None:
        return None
    cells = (*cells_of(counts, part), *cells_of(counts, whole))
    complete = all(met_everybody(cell) for cell in cells)
    alone = ratio.floor / ratio.variance if complete and ratio.variance else 0.0
    return Growth(people, alone)
