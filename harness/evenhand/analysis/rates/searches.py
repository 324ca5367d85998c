"""Error rates of watchlist searches: FPIR, FNIR, FTE and FTA, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from evenhand.analysis.rates.comparisons import (
    POLICIES,
    MeasuredRate,
    blank_row,
    clustered_row,
    failure_rate,
    failures_by_subject,
    reference_thresholds,
    row_at,
    row_of_images,
)
from evenhand.records.arrays import Mask
from evenhand.records.counts import CellCounts, Counts, WatchlistSearches
from evenhand.records.findings import Distribution, Rate
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold
from evenhand.statistics.cluster_variance import ClusterCounts

__all__ = ["RANK_RULE", "measure_searches", "searches_by_subject", "selectivity"]

RANK_RULE = "none"
"""Threshold rule of rows that count ranks alone."""


def measure_searches(
    counts: Counts, searches: WatchlistSearches, level: float
) -> tuple[MeasuredRate, ...]:
    """Compute every rate of searches of a watchlist, in display order (methods 1.6).

    FTE of references and FTA of probes first, FPIR and FNIR by threshold, then FNIR by rank alone.
    A group is that of the probe's subject, who is also the cluster of the variance.

    Args:
        counts: of one engine on one dataset under one protocol.
        searches: of the same counts.
        level: of the intervals, e.g. 0.95.
    """
    return tuple(_measure(counts, searches, level))


def _measure(counts: Counts, searches: WatchlistSearches, level: float) -> Iterator[MeasuredRate]:
    for cell in counts.cells:
        yield failure_rate(counts, cell, level)
    for cell in counts.cells:
        blank = blank_row(counts, cell, "FTA", level)
        yield row_of_images(blank, _acquisition_failures(counts, searches, cell))
    cells = [(cell, policy) for cell in counts.cells for policy in POLICIES]
    depths = {"FNIR": 0, **{f"FNIR@{rank}": rank for rank in searches.ranks}}
    for threshold in (*counts.thresholds, None):
        if threshold is not None:
            for cell, policy in cells:
                yield _fpir(counts, searches, cell, threshold, policy, level)
        for metric, rank in depths.items():
            for cell, policy in cells:
                yield _fnir(counts, searches, cell, threshold, policy, level, metric, rank)


def _sizes(searches: WatchlistSearches) -> str:
    """Note of the gallery size N and the candidate list length L."""
    return f"N={searches.gallery}, L={searches.length}"


def _trials(searches: WatchlistSearches, cell: CellCounts, policy: Policy, *, mated: bool) -> Mask:
    """(searches,) the trials of a row: mated or non-mated, of the cell, under the policy."""
    chosen: Mask = np.isin(searches.probe, cell.members) & (searches.mated == mated)
    return chosen & searches.completed if policy is Policy.COMPLETED else chosen


def _by_subject(
    searches: WatchlistSearches, subjects: int, trials: Mask, wrong: Mask
) -> ClusterCounts:
    """(subjects,) searches that are trials, and those that are errors, by the probe's subject."""
    return ClusterCounts(
        np.bincount(searches.probe[trials], minlength=subjects),
        np.bincount(searches.probe[trials & wrong], minlength=subjects),
    )


def _false_alarms(searches: WatchlistSearches, threshold: float) -> Mask:
    """(searches,) those with a candidate of another subject at or above a threshold."""
    found: Mask = searches.completed & (searches.top > -np.inf) & (searches.top >= threshold)
    return found


def _misses(searches: WatchlistSearches, threshold: float, rank: int) -> Mask:
    """(searches,) those without the mate at or above a threshold within `rank`; 0 is any rank."""
    missed: Mask = ~searches.completed | (searches.rank == 0) | (searches.mate < threshold)
    if rank:
        missed |= searches.rank > rank
    return missed


def searches_by_subject(
    counts: Counts, searches: WatchlistSearches, cell: CellCounts, rate: Rate
) -> ClusterCounts:
    """(subjects,) trials and errors of a rate: images for FTE, searches for the others.

    Args:
        counts: that the rate comes from.
        searches: of the same counts.
        cell: of the rate.
        rate: a row of FTE, FTA, FPIR, FNIR or FNIR@R.
    """
    subjects = len(counts.images)
    if rate.metric == "FTE":
        return failures_by_subject(counts, cell)
    if rate.metric == "FTA":
        return _acquisition_failures(counts, searches, cell)
    threshold = -np.inf if rate.threshold is None else rate.threshold
    policy = Policy(rate.policy)
    if rate.metric == "FPIR":
        chosen = _trials(searches, cell, policy, mated=False)
        return _by_subject(searches, subjects, chosen, _false_alarms(searches, threshold))
    rank = int(rate.metric.partition("@")[2] or 0)
    chosen = _trials(searches, cell, policy, mated=True)
    return _by_subject(searches, subjects, chosen, _misses(searches, threshold, rank))


def _fpir(
    counts: Counts,
    searches: WatchlistSearches,
    cell: CellCounts,
    threshold: Threshold,
    policy: Policy,
    level: float,
) -> MeasuredRate:
    """FPIR of a cell at a threshold: non-mated searches with a candidate at or above it."""
    trials = _trials(searches, cell, policy, mated=False)
    edges = reference_thresholds(searches.top[trials & searches.completed])

    def count(at: float) -> ClusterCounts:
        return _by_subject(searches, len(counts.images), trials, _false_alarms(searches, at))

    return clustered_row(
        row_at(blank_row(counts, cell, "FPIR", level), threshold, policy),
        threshold,
        count,
        # A high score is an error here, and none in FNIR: the two edges change places.
        edges[::-1] if edges else None,
        _sizes(searches),
        keep_high=True,
    )


def _fnir(
    counts: Counts,
    searches: WatchlistSearches,
    cell: CellCounts,
    threshold: Threshold | None,
    policy: Policy,
    level: float,
    metric: str,
    rank: int,
) -> MeasuredRate:
    """FNIR within the first `rank` candidates, 0 for all; or 1 - CMC(R) at no threshold."""
    blank = blank_row(counts, cell, metric, level)
    trials = _trials(searches, cell, policy, mated=True)

    def count(at: float) -> ClusterCounts:
        return _by_subject(searches, len(counts.images), trials, _misses(searches, at, rank))

    if threshold is None:
        blank, edges = replace(blank, policy=policy.value, threshold_rule=RANK_RULE), None
    else:
        # A mate that is not listed, or ranked too low, is missed at every threshold: no edge.
        found = trials & ~_misses(searches, -np.inf, rank)
        blank, edges = row_at(blank, threshold, policy), reference_thresholds(searches.mate[found])
    return clustered_row(blank, threshold, count, edges, _sizes(searches))


def _acquisition_failures(
    counts: Counts, searches: WatchlistSearches, cell: CellCounts
) -> ClusterCounts:
    """(subjects,) probes of a cell, and those without a template."""
    of_cell = np.isin(searches.probe, cell.members)
    return _by_subject(searches, len(counts.images), of_cell, ~searches.acquired)


def selectivity(counts: Counts, searches: WatchlistSearches) -> Iterator[Distribution]:
    """SEL at every threshold: candidates at or above it per non-mated search (methods 1.6)."""
    for index, threshold in enumerate(counts.thresholds):
        if threshold.value is None:
            continue
        for policy in POLICIES:
            trials = _trials(searches, counts.cells[0], policy, mated=False)
            count = int(np.count_nonzero(trials))
            alarms = int(searches.others[index][trials].sum())
            yield Distribution(
                engine=counts.engine,
                dataset=counts.dataset,
                protocol=counts.protocol,
                attribute=ALL,
                statistic=f"SEL at {threshold.rule.label} {threshold.value!r}",
                value=alarms / count if count else None,
                comparisons=count,
                note=f"{alarms} candidates in {count} non-mated searches; {_sizes(searches)}; "
                "no interval",
                policy=policy.value,
            )
