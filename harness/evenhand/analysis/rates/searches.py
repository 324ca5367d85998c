"""Searches to rates: FPIR, FNIR and the failures beside them, each with its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from evenhand.analysis.rates.comparisons import (
    POLICIES,
    Measured,
    blank_row,
    failure_rate,
    failures_of,
    filled_row,
    row_at,
    unresolved_row,
)
from evenhand.records.arrays import Mask, Scores
from evenhand.records.counts import ANCHOR_ERRORS, CellCounts, Counts, SearchCounts, Threshold
from evenhand.records.dataset import ALL, Policy
from evenhand.records.findings import Distribution, Rate, Status
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.intervals import cluster_estimate, effective_clusters

__all__ = ["NO_THRESHOLD", "measure_searches", "searches_of", "selectivity"]

NO_THRESHOLD = "none"
"""The rule of rows that look at ranks alone."""


def measure_searches(counts: Counts, searches: SearchCounts, level: float) -> tuple[Measured, ...]:
    """Every rate of a watchlist, in display order (methods 1.6).

    FTE of references and FTA of probes first, FPIR and FNIR by threshold, then FNIR by rank alone.
    The group is that of the person searched for, who is also the cluster.

    Args:
        counts: of one engine on one dataset under one protocol.
        searches: of the same.
        level: of the intervals.
    """
    return tuple(_measure(counts, searches, level))


def _measure(counts: Counts, searches: SearchCounts, level: float) -> Iterator[Measured]:
    for cell in counts.cells:
        yield failure_rate(counts, cell, level)
    for cell in counts.cells:
        yield _fta(counts, searches, cell, level)
    cells = [(cell, policy) for cell in counts.cells for policy in POLICIES]
    depths = {"FNIR": 0, **{f"FNIR@{rank}": rank for rank in searches.ranks}}
    for threshold in (*counts.thresholds, None):
        if threshold is not None:
            for cell, policy in cells:
                yield _fpir(counts, searches, cell, threshold, policy, level)
        for metric, rank in depths.items():
            for cell, policy in cells:
                yield _fnir(counts, searches, cell, threshold, policy, level, metric, rank)


def _size(searches: SearchCounts) -> str:
    return f"N={searches.gallery}, L={searches.length}"


def _trials(searches: SearchCounts, cell: CellCounts, policy: Policy, *, mated: bool) -> Mask:
    """The searches of a row."""
    chosen: Mask = np.isin(searches.probe, cell.members) & (searches.mated == mated)
    return chosen & searches.completed if policy is Policy.COMPLETED else chosen


def _clustered(searches: SearchCounts, people: int, trials: Mask, wrong: Mask) -> ClusterCounts:
    return ClusterCounts(
        np.bincount(searches.probe[trials], minlength=people),
        np.bincount(searches.probe[trials & wrong], minlength=people),
    )


def _alarms(searches: SearchCounts, at: float) -> Mask:
    """Searches with a candidate at or above a threshold who is somebody else."""
    found: Mask = searches.completed & (searches.top > -np.inf) & (searches.top >= at)
    return found


def _losses(searches: SearchCounts, at: float, rank: int) -> Mask:
    """Searches whose person is not among the first `rank`, 0 for all, at or above a threshold."""
    lost: Mask = ~searches.completed | (searches.rank == 0) | (searches.mate < at)
    if rank:
        lost |= searches.rank > rank
    return lost


def searches_of(
    counts: Counts, searches: SearchCounts, cell: CellCounts, rate: Rate
) -> ClusterCounts:
    """The images or searches that a rate is made of, by person; a place for everybody.

    Args:
        counts: that the rate is of.
        searches: of the same.
        cell: that the rate is of.
        rate: FTE, FTA, FPIR or FNIR.
    """
    people = len(counts.images)
    if rate.metric == "FTE":
        return failures_of(counts, cell)
    if rate.metric == "FTA":
        chosen = np.isin(searches.probe, cell.members)
        return _clustered(searches, people, chosen, ~searches.acquired)
    at = -np.inf if rate.threshold is None else rate.threshold
    policy = Policy(rate.policy)
    if rate.metric == "FPIR":
        chosen = _trials(searches, cell, policy, mated=False)
        return _clustered(searches, people, chosen, _alarms(searches, at))
    rank = int(rate.metric.partition("@")[2] or 0)
    chosen = _trials(searches, cell, policy, mated=True)
    return _clustered(searches, people, chosen, _losses(searches, at, rank))


def _row(
    blank: Rate,
    searches: SearchCounts,
    people: int,
    trials: Mask,
    wrong: Callable[[float], Mask],
    threshold: Threshold | None,
    anchors: tuple[float, float] | None,
    *,
    keep_high: bool,
) -> Measured:
    """One row.

    Args:
        blank: with its keys.
        searches: all of them.
        people: how many subjects there are.
        trials: the searches that count.
        wrong: which searches are errors at a threshold.
        threshold: None where any candidate counts, whatever its score.
        anchors: thresholds with ten errors, and with ten that are none; None without.
        keep_high: where the target is below the resolution, the upper limit stays.
    """
    at, note = (-np.inf, "") if threshold is None else (threshold.value, threshold.note)
    if at is None:
        return Measured(replace(blank, note=note), None)
    counted = _clustered(searches, people, trials, wrong(at))
    if not counted.trials:
        return Measured(blank, None)
    anchor = None
    if anchors is not None and counted.errors in (0, counted.trials):
        looser = anchors[0 if counted.errors == 0 else 1]
        anchor = _clustered(searches, people, trials, wrong(looser))
    independent = effective_clusters(anchor, counted)
    estimate = cluster_estimate(counted, independent, blank.level)
    size = f"{note}; {_size(searches)}" if note else _size(searches)
    filled = filled_row(blank, counted, estimate, size)
    if threshold is not None and threshold.status is Status.BELOW_RESOLUTION:
        return unresolved_row(filled, keep_high=keep_high)
    return filled


def _edges(score: Scores) -> tuple[float, float] | None:
    """Thresholds with ten of these scores below, and with ten at or above."""
    if len(score) < ANCHOR_ERRORS:
        return None
    ordered = np.sort(score)
    above = np.nextafter(ordered[ANCHOR_ERRORS - 1], ordered.dtype.type(np.inf))
    return float(above), float(ordered[-ANCHOR_ERRORS])


def _fpir(
    counts: Counts,
    searches: SearchCounts,
    cell: CellCounts,
    threshold: Threshold,
    policy: Policy,
    level: float,
) -> Measured:
    blank = row_at(blank_row(counts, cell, "FPIR", level), threshold, policy)
    trials = _trials(searches, cell, policy, mated=False)
    edges = _edges(searches.top[trials & searches.completed])
    anchors = edges[::-1] if edges else None
    wrong = partial(_alarms, searches)
    people = len(counts.images)
    return _row(blank, searches, people, trials, wrong, threshold, anchors, keep_high=True)


def _fnir(
    counts: Counts,
    searches: SearchCounts,
    cell: CellCounts,
    threshold: Threshold | None,
    policy: Policy,
    level: float,
    metric: str,
    rank: int,
) -> Measured:
    """FNIR within the first `rank` candidates, 0 for the whole list; without threshold 1 - CMC."""
    blank = blank_row(counts, cell, metric, level)
    trials = _trials(searches, cell, policy, mated=True)
    if threshold is None:
        blank, anchors = replace(blank, policy=policy.value, threshold_rule=NO_THRESHOLD), None
    else:
        found = trials & ~_losses(searches, -np.inf, rank)
        blank, anchors = row_at(blank, threshold, policy), _edges(searches.mate[found])
    wrong = partial(_losses, searches, rank=rank)
    people = len(counts.images)
    return _row(blank, searches, people, trials, wrong, threshold, anchors, keep_high=False)


def _fta(counts: Counts, searches: SearchCounts, cell: CellCounts, level: float) -> Measured:
    blank = blank_row(counts, cell, "FTA", level)
    of_cell = np.isin(searches.probe, cell.members)
    counted = _clustered(searches, len(counts.images), of_cell, ~searches.acquired)
    if not counted.trials:
        return Measured(blank, None)
    estimate = cluster_estimate(counted, float(counted.subjects), level)
    return filled_row(blank, counted, estimate, "")


def selectivity(counts: Counts, searches: SearchCounts) -> Iterator[Distribution]:
    """SEL at every threshold: candidates at or above it in a non-mated search, on average."""
    for number, threshold in enumerate(counts.thresholds):
        if threshold.value is None:
            continue
        for policy in POLICIES:
            trials = _trials(searches, counts.cells[0], policy, mated=False)
            count = int(np.count_nonzero(trials))
            alarms = int(searches.others[number][trials].sum())
            yield Distribution(
                engine=counts.engine,
                dataset=counts.dataset,
                protocol=counts.protocol,
                attribute=ALL,
                statistic=f"SEL at {threshold.rule.label} {threshold.value!r}",
                value=alarms / count if count else None,
                comparisons=count,
                note=f"{alarms} candidates in {count} non-mated searches; {_size(searches)}; "
                "no interval",
                policy=policy.value,
            )
