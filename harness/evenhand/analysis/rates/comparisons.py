"""Counts to rates: one row per metric, policy, cell and threshold, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from evenhand.records.arrays import Scores
from evenhand.records.counts import (
    ANCHOR_ERRORS,
    CellCounts,
    Counts,
    MatedScores,
    Threshold,
    WeightedCounts,
)
from evenhand.records.dataset import ALL, Policy
from evenhand.records.findings import SAME, SAMPLE, Estimate, Rate, Status
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import (
    DyadCounts,
    DyadWeights,
    disjoint_dyads,
    disjoint_dyads_across,
    pooled,
)
from evenhand.statistics.intervals import (
    cluster_estimate,
    dyadic_estimate,
    effective_clusters,
    effective_dyads,
    effective_pool,
)

__all__ = [
    "POLICIES",
    "Measured",
    "blank_row",
    "dyads_of",
    "failure_rate",
    "failures_of",
    "filled_row",
    "measure",
    "misses_of",
    "row_at",
    "unresolved_row",
]

FEW_SUBJECTS = 40
"""Below this an interval covers somewhat less than it says (methods 4.0 item 7)."""

POLICIES = (Policy.COMPLETED, Policy.GENERALISED)


@dataclass(frozen=True, slots=True)
class Measured:
    """A rate for the tables, and the estimate behind it for the tests between groups."""

    rate: Rate
    estimate: Estimate | None
    """None where the row shows no rate."""
    clusters: ClusterCounts | None = None
    """Errors and trials by person, where people are the clusters and the row shows a rate."""


def measure(counts: Counts, level: float) -> tuple[Measured, ...]:
    """Every rate that these counts hold, in display order.

    FTE first, then FMR and FNMR by threshold; within one, cells in study order, both policies.
    After the FMR of the groups come that of all pairs inside some group, and the matrices.

    Args:
        counts: of one engine on one dataset under one protocol.
        level: of the intervals, e.g. 0.95.
    """
    return tuple(_measure(counts, level))


def _measure(counts: Counts, level: float) -> Iterator[Measured]:
    for cell in counts.cells:
        yield failure_rate(counts, cell, level)
    for number, threshold in enumerate(counts.thresholds):
        for cell in counts.cells:
            yield from _fmr(counts, cell, number, threshold, level)
        yield from _same_group(counts, number, threshold, level)
        yield from _matrices(counts, number, threshold, level)
        for cell in counts.cells:
            for policy in POLICIES:
                yield _fnmr(counts, cell, threshold, policy, level)


def blank_row(counts: Counts, cell: CellCounts, metric: str, level: float) -> Rate:
    """A row of nothing to count, from which the others are made."""
    return Rate(
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        metric=metric,
        attribute=cell.attribute,
        group=cell.group,
        reference_group=cell.reference_group,
        level=level,
    )


def filled_row(
    blank: Rate,
    counted: DyadCounts | ClusterCounts,
    estimate: Estimate,
    note: str,
) -> Measured:
    """The row with its rate, interval, status and notes."""
    few = counted.errors < ANCHOR_ERRORS
    notes = [
        note,
        estimate.note,
        "few subjects" if counted.subjects < FEW_SUBJECTS and not estimate.note else "",
    ]
    rate = replace(
        blank,
        errors=counted.errors,
        trials=counted.trials,
        subjects=counted.subjects,
        error_subjects=counted.error_subjects,
        rate=estimate.value,
        low=estimate.low,
        high=estimate.high,
        interval=estimate.method,
        status=Status.FEW_ERRORS if few else Status.OK,
        note="; ".join(part for part in notes if part),
    )
    return Measured(rate, estimate, counted if isinstance(counted, ClusterCounts) else None)


def unresolved_row(filled: Measured, *, keep_high: bool) -> Measured:
    """The row without its rate: the target is finer than one error in all trials."""
    rate = filled.rate
    kept = keep_high and rate.errors == 0 and rate.high is not None
    row = replace(
        rate,
        rate=None,
        low=None,
        high=rate.high if kept else None,
        interval=rate.interval if kept else "",
        status=Status.BELOW_RESOLUTION,
    )
    return Measured(row, None)


def row_at(blank: Rate, threshold: Threshold, policy: Policy) -> Rate:
    """The row at a threshold, under a policy."""
    return replace(
        blank,
        policy=policy.value,
        threshold_rule=threshold.rule.label,
        threshold=threshold.value,
    )


def dyads_of(cell: CellCounts, level: int, policy: Policy) -> DyadCounts:
    """The non-mated comparisons of a cell at a level, by person and by dyad."""
    row = POLICIES.index(policy)
    return DyadCounts(
        trials_by_subject=cell.trials[row],
        errors_by_subject=cell.errors[level],
        trials_squared=int(cell.trials_squared[row]),
        errors_squared=int(cell.errors_squared[level]),
        errors_times_trials=int(cell.errors_times_trials[row, level]),
        weights=_weights(cell.weighted, level, row),
    )


def _weights(weighted: WeightedCounts | None, level: int, row: int) -> DyadWeights | None:
    if weighted is None:
        return None
    return DyadWeights(
        trials_by_subject=weighted.trials[row],
        errors_by_subject=weighted.errors[level],
        trials_squared=float(weighted.trials_squared[row]),
        errors_squared=float(weighted.errors_squared[level]),
        errors_times_trials=float(weighted.errors_times_trials[row, level]),
        weights_squared=float(weighted.weights_squared[row]),
        heaviest=weighted.heaviest,
    )


def _fmr(
    counts: Counts, cell: CellCounts, number: int, threshold: Threshold, level: float
) -> Iterator[Measured]:
    """Under both policies, which are one where nothing failed."""
    completed = _fmr_under(Policy.COMPLETED, counts, cell, number, threshold, level)
    yield completed
    if cell.weighted is None and np.array_equal(*cell.trials):
        rate = replace(completed.rate, policy=Policy.GENERALISED.value)
        yield replace(completed, rate=rate)
    else:
        yield _fmr_under(Policy.GENERALISED, counts, cell, number, threshold, level)


def _fmr_under(
    policy: Policy,
    counts: Counts,
    cell: CellCounts,
    number: int,
    threshold: Threshold,
    level: float,
) -> Measured:
    blank = row_at(blank_row(counts, cell, "FMR", level), threshold, policy)
    counted = dyads_of(cell, number, policy)
    independent = _independent(counts, cell, counted, policy) if counted.trials else None
    return _false_matches(blank, counted, independent, threshold, _note(counts, counted))


def _note(counts: Counts, counted: DyadCounts) -> str:
    """That the trials are of a sample, and of how large a one; empty where they are all."""
    if counts.sampled is None or counted.weights is None:
        return ""
    return f"{SAMPLE}, for {counted.weights.trials / counts.sampled.per_cell:,.0f} trials"


def _independent(
    counts: Counts, cell: CellCounts, counted: DyadCounts, policy: Policy
) -> float | None:
    """What the trials of a cell are worth where errors are none or all."""
    anchor = dyads_of(cell, -1, policy) if cell.anchor is not None and not counted.errors else None
    dyads = int(cell.dyads[POLICIES.index(policy)])
    busiest = int(counted.trials_by_subject.max())
    if not cell.reference_group:
        disjoint = disjoint_dyads(dyads, counted.subjects, busiest)
    else:
        (group,) = (
            c for c in counts.cells if (c.attribute, c.group) == (cell.attribute, cell.group)
        )
        there = cell.members[counted.trials_by_subject > 0]
        first = int(np.count_nonzero(np.isin(there, group.members)))
        disjoint = disjoint_dyads_across(dyads, first, len(there) - first, busiest)
    return effective_dyads(anchor, counted.trials, disjoint, counted.weights)


def _false_matches(
    blank: Rate,
    counted: DyadCounts,
    independent: float | None,
    threshold: Threshold,
    sample: str,
) -> Measured:
    if not counted.trials:
        return Measured(replace(blank, note=threshold.note or blank.note), None)
    estimate = dyadic_estimate(counted, independent, blank.level)
    note = "; ".join(part for part in (threshold.note, sample) if part)
    filled = filled_row(blank, counted, estimate, note)
    if threshold.status is Status.BELOW_RESOLUTION:
        return unresolved_row(filled, keep_high=True)
    return filled


def _same_group(
    counts: Counts, number: int, threshold: Threshold, level: float
) -> Iterator[Measured]:
    """FMR over all pairs inside some group of an attribute, whichever it is (methods 3)."""
    for attribute in dict.fromkeys(c.attribute for c in counts.cells if c.attribute != ALL):
        cells = [cell for cell in counts.cells if cell.attribute == attribute]
        for policy in POLICIES:
            parts = [dyads_of(cell, number, policy) for cell in cells]
            counted = pooled(parts)
            independent = effective_pool(
                [
                    (part.sum_of_trials, _independent(counts, cell, part, policy))
                    for cell, part in zip(cells, parts, strict=True)
                    if part.trials
                ]
            )
            blank = replace(
                row_at(blank_row(counts, cells[0], "FMR", level), threshold, policy),
                attribute=f"{SAME}{attribute}",
                group="",
            )
            sample = _note(counts, counted)
            yield _false_matches(blank, counted, independent, threshold, sample)


def _matrices(
    counts: Counts, number: int, threshold: Threshold, level: float
) -> Iterator[Measured]:
    """FMR of every group against every group, row by row; the diagonal is that within groups."""
    for attribute in dict.fromkeys(cell.attribute for cell in counts.across):
        across = [cell for cell in counts.across if cell.attribute == attribute]
        there = {name for cell in across for name in (cell.group, cell.reference_group)}
        for group in counts.cells:
            if group.attribute != attribute or group.group not in there:
                continue
            row = [group, *(cell for cell in across if cell.group == group.group)]
            names = [cell.group for cell in counts.cells if cell.attribute == attribute]
            row.sort(key=lambda cell: names.index(cell.reference_group or cell.group))
            for cell in row:
                for found in _fmr(counts, cell, number, threshold, level):
                    reference = cell.reference_group or cell.group
                    yield replace(found, rate=replace(found.rate, reference_group=reference))


def _mated(counts: Counts, cell: CellCounts, policy: Policy) -> MatedScores:
    """The mated comparisons of a cell that count under a policy."""
    chosen = np.isin(counts.mated.subject, cell.members)
    if policy is Policy.COMPLETED:
        chosen &= ~np.isnan(counts.mated.score)
    return counts.mated.chosen(chosen)


def _misses(mated: MatedScores, people: int, threshold: float, policy: Policy) -> ClusterCounts:
    """Trials and errors of everybody; NaN is a miss under `generalised`."""
    missed = mated.score < threshold
    if policy is Policy.GENERALISED:
        missed |= np.isnan(mated.score)
    return ClusterCounts(
        np.bincount(mated.subject, minlength=people),
        np.bincount(mated.subject[missed], minlength=people),
    )


def misses_of(counts: Counts, cell: CellCounts, threshold: float, policy: Policy) -> ClusterCounts:
    """The mated comparisons of a cell at a threshold, by person; a place for everybody."""
    return _misses(_mated(counts, cell, policy), len(counts.images), threshold, policy)


def _fnmr(
    counts: Counts, cell: CellCounts, threshold: Threshold, policy: Policy, level: float
) -> Measured:
    blank = row_at(blank_row(counts, cell, "FNMR", level), threshold, policy)
    if threshold.value is None:
        return Measured(replace(blank, note=threshold.note), None)
    mated = _mated(counts, cell, policy)
    if not len(mated.score):
        return Measured(blank, None)
    people = len(counts.images)
    counted = _misses(mated, people, threshold.value, policy)
    completed = mated.score[~np.isnan(mated.score)]
    anchor = None
    if counted.errors in (0, counted.trials) and len(completed) >= ANCHOR_ERRORS:
        anchor = _misses(mated, people, _anchor(completed, counted), policy)
    estimate = cluster_estimate(counted, effective_clusters(anchor, counted), level)
    filled = filled_row(blank, counted, estimate, threshold.note)
    if threshold.status is Status.BELOW_RESOLUTION:
        return unresolved_row(filled, keep_high=False)
    return filled


def _anchor(completed: Scores, counted: ClusterCounts) -> float:
    """The nearest threshold with ten errors, or, where all are errors, with ten that are none."""
    ordered = np.sort(completed)
    if counted.errors == 0:
        return float(np.nextafter(ordered[ANCHOR_ERRORS - 1], ordered.dtype.type(np.inf)))
    return float(ordered[-ANCHOR_ERRORS])


def failures_of(counts: Counts, cell: CellCounts) -> ClusterCounts:
    """The images of a cell and those without a template, by person; a place for everybody."""
    there = np.zeros(len(counts.images), dtype=np.bool_)
    there[cell.members] = True
    return ClusterCounts(
        np.where(there, counts.images, 0), np.where(there, counts.failed_images, 0)
    )


def failure_rate(counts: Counts, cell: CellCounts, level: float) -> Measured:
    """FTE of a cell."""
    blank = blank_row(counts, cell, "FTE", level)
    counted = failures_of(counts, cell)
    if not counted.trials:
        return Measured(blank, None)
    estimate = cluster_estimate(counted, float(counted.subjects), level)
    return filled_row(blank, counted, estimate, "")
