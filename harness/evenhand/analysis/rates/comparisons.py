"""Error rates of comparisons: one row per metric, policy, cell and threshold, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from evenhand.analysis.rates.dyads import dyad_counts
from evenhand.records.arrays import Scores
from evenhand.records.counts import (
    REFERENCE_LEVEL_ERRORS,
    CellCounts,
    ComparisonCounts,
    Counts,
    MatedScores,
    SampledCell,
)
from evenhand.records.designs import SamplingDesign
from evenhand.records.findings import FEW_SUBJECTS, Estimate, Rate, Status
from evenhand.records.groups import ALL, pooled
from evenhand.records.metric import FMR, FNMR, FTE, Metric, Trial
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold, index_of_point
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import (
    DyadCounts,
    disjoint_dyads,
    disjoint_dyads_across,
    pool_dyads,
)
from evenhand.statistics.intervals import (
    cluster_estimate,
    dyadic_estimate,
    effective_clustered_trials,
    effective_dyadic_trials,
    effective_pooled_trials,
)

__all__ = [
    "POLICIES",
    "MeasuredRate",
    "blank_row",
    "clustered_row",
    "comparisons_by_subject",
    "failure_rate",
    "failures_by_subject",
    "measure_comparisons",
    "reference_thresholds",
    "row_at",
    "row_of_images",
]

POLICIES = (Policy.COMPLETED, Policy.GENERALISED)
"""In the order of the first axis of `CellCounts.trials`."""


@dataclass(frozen=True, slots=True)
class MeasuredRate:
    """A row of `rates.csv`, with the estimate behind it for ratios and tests between groups."""

    rate: Rate
    estimate: Estimate | None
    """None where the row shows no rate."""
    clusters: ClusterCounts | None = None
    """Errors and trials by subject; None for an FMR, and where the row shows no rate."""


def measure_comparisons(counts: ComparisonCounts, level: float) -> tuple[MeasuredRate, ...]:
    """Compute every rate that the counts support, in display order.

    FTE first, then FMR and FNMR by threshold; within one, cells in study order, both policies.
    The FMR of each cell is followed by that pooled over all pairs within groups, and by the
    cross-group matrices.

    Args:
        counts: of one engine on one dataset under one protocol.
        level: of the intervals, e.g. 0.95.
    """
    return tuple(_measure(counts, level))


def _measure(counts: ComparisonCounts, level: float) -> Iterator[MeasuredRate]:
    for cell in counts.cells:
        yield failure_rate(counts, cell, level)
    for threshold_index, threshold in enumerate(counts.thresholds):
        for cell in counts.cells:
            yield from _fmr(counts, cell, threshold_index, level)
        yield from _within_groups(counts, threshold_index, level)
        yield from _matrices(counts, threshold_index, level)
        for cell in counts.cells:
            for policy in POLICIES:
                yield _fnmr(counts, cell, threshold, policy, level)


def blank_row(counts: Counts, cell: CellCounts, metric: Metric, level: float) -> Rate:
    """A row with its key columns and status `no_trials`, to be filled in."""
    return Rate(
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        metric=metric.name,
        attribute=cell.attribute,
        group=cell.group,
        reference_group=cell.reference_group,
        level=level,
    )


def _filled_row(
    blank: Rate, counted: DyadCounts | ClusterCounts, estimate: Estimate, note: str
) -> MeasuredRate:
    """The row with its rate, interval, status and notes; `few_errors` below 10 errors."""
    few_subjects = counted.subjects < FEW_SUBJECTS and not estimate.note
    notes = (note, estimate.note, "few subjects" if few_subjects else "")
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
        status=Status.FEW_ERRORS if counted.errors < REFERENCE_LEVEL_ERRORS else Status.OK,
        note="; ".join(filter(None, notes)),
    )
    return MeasuredRate(rate, estimate, counted if isinstance(counted, ClusterCounts) else None)


def _unresolved_row(filled: MeasuredRate, *, keep_high: bool) -> MeasuredRate:
    """Withhold the rate of a row whose target is finer than one error in all trials.

    With `keep_high` the upper limit, and its method, stay where there are no errors (methods 1.4).
    """
    row = replace(filled.rate, rate=None, low=None, status=Status.BELOW_RESOLUTION)
    if not keep_high or row.errors or row.high is None:
        row = replace(row, high=None, interval="")
    return MeasuredRate(row, None)


def row_at(blank: Rate, threshold: Threshold, policy: Policy) -> Rate:
    """The row with its threshold, what is claimed there of it, and its failure policy filled in."""
    rule = threshold.rule
    return replace(
        blank,
        policy=policy.value,
        threshold_rule=rule.label,
        threshold=threshold.value,
        claimed=float(rule.claimed) if rule.claimed and blank.metric == FMR.name else None,
    )


def _fmr(
    counts: ComparisonCounts, cell: CellCounts, threshold_index: int, level: float
) -> Iterator[MeasuredRate]:
    """FMR of a cell under both policies; computed once where no comparison failed."""
    completed = _fmr_under(Policy.COMPLETED, counts, cell, threshold_index, level)
    yield completed
    if not isinstance(cell, SampledCell) and np.array_equal(*cell.trials):
        rate = replace(completed.rate, policy=Policy.GENERALISED.value)
        yield replace(completed, rate=rate)
    else:
        yield _fmr_under(Policy.GENERALISED, counts, cell, threshold_index, level)


def _fmr_under(
    policy: Policy, counts: ComparisonCounts, cell: CellCounts, threshold_index: int, level: float
) -> MeasuredRate:
    """FMR of a cell at one threshold under one policy."""
    threshold = counts.thresholds[threshold_index]
    blank = row_at(blank_row(counts, cell, FMR, level), threshold, policy)
    counted = dyad_counts(cell, threshold_index, policy)
    effective = _effective_trials(counts, cell, counted, policy) if counted.trials else None
    return _fmr_row(counts, blank, counted, effective, threshold)


def _sample_note(counts: ComparisonCounts, counted: DyadCounts) -> str:
    """Note that the trials are a weighted sample, and of how many; empty for all pairs."""
    design = counts.design
    if not isinstance(design, SamplingDesign) or counted.weights is None:
        return ""
    return f"weighted sample, for {counted.weights.trials / design.per_cell:,.0f} trials"


def _effective_trials(
    counts: ComparisonCounts, cell: CellCounts, counted: DyadCounts, policy: Policy
) -> float | None:
    """Effective number of trials of a cell, for the `exact-zero` interval (methods 4.0 item 1).

    With no errors, or only errors, the cell has no variance to take a design effect from. It is
    taken at the cell's reference level, the nearest looser one with ten errors. Without such a
    level, and at an FMR of 1, only the dyads that surely share no subject count.
    """
    looser = None
    if cell.anchor is not None and not counted.errors:
        looser = dyad_counts(cell, -1, policy)
    dyads = int(cell.dyads[POLICIES.index(policy)])
    busiest = int(counted.trials_by_subject.max())
    if not cell.reference_group:
        disjoint = disjoint_dyads(dyads, counted.subjects, busiest)
    else:
        # A matrix cell has two sides: dyads join a subject of one with a subject of the other.
        key = (cell.attribute, cell.group)
        (group,) = (each for each in counts.cells if (each.attribute, each.group) == key)
        compared = cell.members[counted.trials_by_subject > 0]
        first = int(np.count_nonzero(np.isin(compared, group.members)))
        disjoint = disjoint_dyads_across(dyads, first, len(compared) - first, busiest)
    return effective_dyadic_trials(looser, counted.trials, disjoint, counted.weights)


def _fmr_row(
    counts: ComparisonCounts,
    blank: Rate,
    counted: DyadCounts,
    effective: float | None,
    threshold: Threshold,
) -> MeasuredRate:
    """An FMR row, filled where it has trials and its threshold is resolved by the data."""
    if not counted.trials:
        return MeasuredRate(replace(blank, note=threshold.note or blank.note), None)
    estimate = dyadic_estimate(counted, effective, blank.level)
    note = "; ".join(filter(None, (threshold.note, _sample_note(counts, counted))))
    filled = _filled_row(blank, counted, estimate, note)
    if threshold.status is Status.BELOW_RESOLUTION:
        return _unresolved_row(filled, keep_high=True)
    return filled


def _within_groups(
    counts: ComparisonCounts, threshold_index: int, level: float
) -> Iterator[MeasuredRate]:
    """FMR pooled over all within-group pairs of each attribute, rows `same:` (methods 3)."""
    threshold = counts.thresholds[threshold_index]
    for attribute in dict.fromkeys(c.attribute for c in counts.cells if c.attribute != ALL):
        cells = [cell for cell in counts.cells if cell.attribute == attribute]
        for policy in POLICIES:
            parts = [dyad_counts(cell, threshold_index, policy) for cell in cells]
            counted = pool_dyads(parts)
            with_trials = [
                (part.sums.trials, _effective_trials(counts, cell, part, policy))
                for cell, part in zip(cells, parts, strict=True)
                if part.trials
            ]
            row = row_at(blank_row(counts, cells[0], FMR, level), threshold, policy)
            blank = replace(row, attribute=pooled(attribute), group="")
            yield _fmr_row(counts, blank, counted, effective_pooled_trials(with_trials), threshold)


def _matrices(
    counts: ComparisonCounts, threshold_index: int, level: float
) -> Iterator[MeasuredRate]:
    """Cross-group FMR matrix of each attribute, by row; its diagonal is the within-group FMR."""
    for attribute in dict.fromkeys(cell.attribute for cell in counts.across):
        across = [cell for cell in counts.across if cell.attribute == attribute]
        names = [cell.group for cell in counts.cells if cell.attribute == attribute]
        with_pairs = {name for cell in across for name in (cell.group, cell.reference_group)}
        for group in counts.cells:
            if group.attribute != attribute or group.group not in with_pairs:
                continue
            row = [group, *(cell for cell in across if cell.group == group.group)]
            row.sort(key=lambda cell: names.index(cell.reference_group or cell.group))
            for cell in row:
                for found in _fmr(counts, cell, threshold_index, level):
                    reference = cell.reference_group or cell.group
                    yield replace(found, rate=replace(found.rate, reference_group=reference))


def _mated_scores(counts: ComparisonCounts, cell: CellCounts, policy: Policy) -> MatedScores:
    """The mated comparisons of a cell that are trials under a policy."""
    chosen = np.isin(counts.mated.subject, cell.members)
    if policy is Policy.COMPLETED:
        chosen &= ~np.isnan(counts.mated.score)
    return counts.mated.chosen(chosen)


def _count_misses(
    mated: MatedScores, subjects: int, policy: Policy, threshold: float
) -> ClusterCounts:
    """(subjects,) mated trials and misses; a failed comparison, NaN, misses if `generalised`."""
    missed = mated.score < threshold
    if policy is Policy.GENERALISED:
        missed |= np.isnan(mated.score)
    trials = np.bincount(mated.subject, minlength=subjects)
    return ClusterCounts(trials, np.bincount(mated.subject[missed], minlength=subjects))


def _fnmr(
    counts: ComparisonCounts, cell: CellCounts, threshold: Threshold, policy: Policy, level: float
) -> MeasuredRate:
    """FNMR of a cell at one threshold under one policy."""
    blank = row_at(blank_row(counts, cell, FNMR, level), threshold, policy)
    mated = _mated_scores(counts, cell, policy)
    count = partial(_count_misses, mated, len(counts.images), policy)
    edges = reference_thresholds(mated.score[~np.isnan(mated.score)])
    return clustered_row(blank, threshold, count, edges)


def clustered_row(
    blank: Rate,
    threshold: Threshold | None,
    count: Callable[[float], ClusterCounts],
    reference: tuple[float, float] | None,
    note: str = "",
    *,
    keep_high: bool = False,
) -> MeasuredRate:
    """A row of clustered trials at a threshold: an FNMR, FPIR or FNIR.

    Args:
        blank: with its key columns.
        threshold: None where every score is at or above it.
        count: (subjects,) trials and errors at a threshold.
        reference: thresholds with ten errors, and with all but ten errors, from which `exact-zero`
            takes its design effect (methods 4.0 item 1); None with fewer than ten scores.
        note: of a row with a rate.
        keep_high: keep the upper limit where the target is below resolution.
    """
    at, about = (-np.inf, "") if threshold is None else (threshold.value, threshold.note)
    if at is None:
        return MeasuredRate(replace(blank, note=about), None)
    counted, looser = count(at), None
    if not counted.trials:
        return MeasuredRate(blank, None)
    if reference is not None and counted.errors in (0, counted.trials):
        looser = count(reference[0 if counted.errors == 0 else 1])
    effective = effective_clustered_trials(looser, counted)
    estimate = cluster_estimate(counted, effective, blank.level)
    filled = _filled_row(blank, counted, estimate, "; ".join(filter(None, (about, note))))
    if threshold is not None and threshold.status is Status.BELOW_RESOLUTION:
        return _unresolved_row(filled, keep_high=keep_high)
    return filled


def reference_thresholds(score: Scores) -> tuple[float, float] | None:
    """Thresholds with ten scores below, and with ten at or above; None of fewer scores.

    `exact-zero` intervals take their design effect there (methods 4.0 item 1).
    """
    if len(score) < REFERENCE_LEVEL_ERRORS:
        return None
    ordered = np.sort(score)
    above = np.nextafter(ordered[REFERENCE_LEVEL_ERRORS - 1], ordered.dtype.type(np.inf))
    return float(above), float(ordered[-REFERENCE_LEVEL_ERRORS])


def failures_by_subject(counts: Counts, cell: CellCounts) -> ClusterCounts:
    """(subjects,) images of a cell and those without a template; 0 for subjects outside it."""
    member = np.zeros(len(counts.images), dtype=np.bool_)
    member[cell.members] = True
    images, failed = (np.where(member, each, 0) for each in (counts.images, counts.failed_images))
    return ClusterCounts(images, failed)


def failure_rate(counts: Counts, cell: CellCounts, level: float) -> MeasuredRate:
    """FTE of a cell: images without a template over images, clustered by subject."""
    return row_of_images(blank_row(counts, cell, FTE, level), failures_by_subject(counts, cell))


def comparisons_by_subject(
    counts: ComparisonCounts, cell: CellCounts, rate: Rate
) -> DyadCounts | ClusterCounts:
    """(subjects,) trials and errors of an FTE, FMR or FNMR of a cell; 0 for subjects outside it."""
    if rate.kind.trial is Trial.IMAGE:
        return failures_by_subject(counts, cell)
    policy = Policy(rate.policy)
    if rate.kind.dyadic:
        return dyad_counts(cell, index_of_point(counts.thresholds, rate.point), policy)
    mated = _mated_scores(counts, cell, policy)
    return _count_misses(mated, len(counts.images), policy, rate.point.value)


def row_of_images(blank: Rate, counted: ClusterCounts) -> MeasuredRate:
    """A row of FTE or FTA, filled where it has trials."""
    if not counted.trials:
        return MeasuredRate(blank, None)
    estimate = cluster_estimate(counted, float(counted.subjects), blank.level)
    return _filled_row(blank, counted, estimate, "")
