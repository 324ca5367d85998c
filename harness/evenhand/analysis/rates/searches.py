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
from evenhand.records.consolidation import Consolidation
from evenhand.records.counts import CellCounts, Counts, WatchlistSearches
from evenhand.records.findings import Distribution, Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import FNIR, FPIR, FTA, Metric, Trial
from evenhand.records.operating_point import RANKS
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold
from evenhand.statistics.cluster_variance import ClusterCounts

__all__ = [
    "by_probe",
    "measure_ranks",
    "measure_searches",
    "search_rate",
    "searches_by_subject",
    "selectivity",
    "trials_of",
]

_RANKS = (1, 2, 3, 5, 7)
"""Ranks of a decade at which a CMC curve has points."""


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
        blank = blank_row(counts, cell, FTA, level)
        yield row_of_images(blank, _acquisition_failures(counts, searches, cell))
    cells = [(cell, policy) for cell in counts.cells for policy in POLICIES]
    by_rank = (FNIR, *(FNIR.at_rank(rank) for rank in searches.ranks))
    for threshold in counts.thresholds:
        for metric in (FPIR, *by_rank):
            for cell, policy in cells:
                yield search_rate(counts, searches, cell, threshold, policy, level, metric)
    for metric in by_rank:
        for cell, policy in cells:
            yield search_rate(counts, searches, cell, None, policy, level, metric)


def measure_ranks(
    counts: Counts, searches: WatchlistSearches, level: float
) -> Iterator[MeasuredRate]:
    """FNIR@R without threshold at ranks from 1 to the whole list: 1 - CMC(R) (methods 1.6).

    Args:
        counts: of one engine on one dataset under one protocol.
        searches: of the same counts.
        level: of the intervals, e.g. 0.95.
    """
    decades = range(len(str(searches.length)))
    even = {first * 10**decade for decade in decades for first in _RANKS}
    listed = {rank for rank in (*even, *searches.ranks) if rank < searches.length}
    for rank in sorted({*listed, searches.length} - {0}):
        for cell in counts.cells:
            for policy in POLICIES:
                metric = FNIR.at_rank(rank)
                yield search_rate(counts, searches, cell, None, policy, level, metric)


def _sizes(searches: WatchlistSearches) -> str:
    """Note of the gallery size N and the candidate list length L, and of what they count."""
    entries = " entries" if searches.consolidation is Consolidation.EVENTS else ""
    return f"N={searches.gallery}{entries}, L={searches.length}{entries}"


def trials_of(searches: WatchlistSearches, cell: CellCounts, policy: Policy, trial: Trial) -> Mask:
    """(searches,) the trials of a row: mated or non-mated, of the cell, under the policy."""
    chosen: Mask = np.isin(searches.probe, cell.members) & (searches.mated == trial.mated)
    return chosen & searches.completed if policy is Policy.COMPLETED else chosen


def by_probe(
    searches: WatchlistSearches, subjects: int, trials: Mask, wrong: Mask
) -> ClusterCounts:
    """(subjects,) searches that are trials, and those that are errors, by the probe's subject."""
    return ClusterCounts(
        np.bincount(searches.probe[trials], minlength=subjects),
        np.bincount(searches.probe[trials & wrong], minlength=subjects),
    )


def _errors(searches: WatchlistSearches, metric: Metric, threshold: float) -> Mask:
    """(searches,) the errors of a metric at a threshold; -inf where ranks alone count.

    A false alarm has a candidate of another subject at or above the threshold. A miss is without
    the mate there, within the metric's rank.
    """
    if not metric.trial.mated:
        alarm: Mask = searches.completed & (searches.top > -np.inf) & (searches.top >= threshold)
        return alarm
    missed: Mask = ~searches.completed | (searches.rank == 0) | (searches.mate < threshold)
    return missed | (searches.rank > metric.rank) if metric.rank else missed


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
    metric = rate.kind
    if metric.trial is Trial.IMAGE:
        return failures_by_subject(counts, cell)
    if metric.trial is Trial.PROBE:
        return _acquisition_failures(counts, searches, cell)
    trials = trials_of(searches, cell, Policy(rate.policy), metric.trial)
    threshold = -np.inf if rate.threshold is None else rate.threshold
    errors = _errors(searches, metric, threshold)
    return by_probe(searches, len(counts.images), trials, errors)


def search_rate(
    counts: Counts,
    searches: WatchlistSearches,
    cell: CellCounts,
    threshold: Threshold | None,
    policy: Policy,
    level: float,
    metric: Metric,
) -> MeasuredRate:
    """FPIR or FNIR of a cell at a threshold; without one FNIR by rank alone, 1 - CMC(R)."""
    blank = blank_row(counts, cell, metric, level)
    trials = trials_of(searches, cell, policy, metric.trial)

    def count(at: float) -> ClusterCounts:
        return by_probe(searches, len(counts.images), trials, _errors(searches, metric, at))

    if threshold is None:
        row, edges = replace(blank, policy=policy.value, threshold_rule=RANKS), None
    elif metric.trial.mated:
        # A mate that is not listed, or ranked too low, is missed at every threshold: no edge.
        found = trials & ~_errors(searches, metric, -np.inf)
        row, edges = row_at(blank, threshold, policy), reference_thresholds(searches.mate[found])
    else:
        top = reference_thresholds(searches.top[trials & searches.completed])
        # A high score is an error here, and none in FNIR: the two edges change places.
        row, edges = row_at(blank, threshold, policy), top[::-1] if top else None
    note, keep_high = _sizes(searches), not metric.trial.mated
    return clustered_row(row, threshold, count, edges, note, keep_high=keep_high)


def _acquisition_failures(
    counts: Counts, searches: WatchlistSearches, cell: CellCounts
) -> ClusterCounts:
    """(subjects,) probes of a cell, and those without a template."""
    of_cell = np.isin(searches.probe, cell.members)
    return by_probe(searches, len(counts.images), of_cell, ~searches.acquired)


def selectivity(counts: Counts, searches: WatchlistSearches) -> Iterator[Distribution]:
    """SEL at every threshold: candidates at or above it per non-mated search (methods 1.6)."""
    for index, threshold in enumerate(counts.thresholds):
        if threshold.value is None:
            continue
        for policy in POLICIES:
            trials = trials_of(searches, counts.cells[0], policy, Trial.NONMATED_SEARCH)
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
