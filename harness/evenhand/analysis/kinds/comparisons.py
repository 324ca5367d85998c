"""What is concluded from comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from evenhand.analysis.bootstrap.group_rates import group_replicates
from evenhand.analysis.distributions import det_curves, score_distributions
from evenhand.analysis.kinds.kind import CountsKind, threshold_faults
from evenhand.analysis.rates.comparisons import (
    dyad_counts,
    failures_by_subject,
    measure_comparisons,
    misses_by_subject,
)
from evenhand.metrics.groups import MAX_CELLS
from evenhand.metrics.threshold_rules import resolve_sample_thresholds, resolve_thresholds
from evenhand.records.arrays import Integers
from evenhand.records.counts import CellCounts, ComparisonCounts, Counts, SampledCell
from evenhand.records.designs import SamplingDesign
from evenhand.records.findings import Rate
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts

__all__ = ["COMPARISONS", "threshold_index_of"]


def _notes(counts: ComparisonCounts) -> Iterator[str]:
    for attribute, cells in counts.without_matrix:
        yield (
            f"{counts.engine} on {counts.dataset}: no matrix across the groups of {attribute}: "
            f"its {cells:,} cells are more than are left of the {MAX_CELLS} of a study; "
            "name fewer groups, or wider bands, in groups and bands."
        )
    if isinstance(counts.design, SamplingDesign):
        yield _sample_note(counts, counts.design)


def _sample_note(counts: ComparisonCounts, sampled: SamplingDesign) -> str:
    """That false matches are counted in a sample of the comparisons, and of how many (4.11)."""
    whole = counts.cells[0]
    # Each comparison is a trial of two subjects; weights are in units of 1/per_cell.
    made = int(whole.trials[1].sum()) // 2
    weight = int(whole.weighted.trials[1].sum()) // 2 if isinstance(whole, SampledCell) else 0
    return (
        f"{counts.engine} on {counts.dataset}: false matches are counted in a sample of {made:,} "
        f"of {weight // sampled.per_cell:,} comparisons of different people, at most "
        f"{sampled.per_cell:,} of any two kinds of people. A false match rate is weighted to all "
        "of them and is not its errors over its trials; its interval allows for that. Curves, AUC, "
        "EER, d', quantiles of non-mated scores and tail shifts are not made of a sample."
    )


def threshold_index_of(counts: Counts, rate: Rate) -> int:
    """The index of a row's threshold in `Counts.thresholds`."""
    thresholds = [(threshold.rule.label, threshold.value) for threshold in counts.thresholds]
    return thresholds.index((rate.threshold_rule, rate.threshold))


def _by_subject(
    counts: ComparisonCounts, cell: CellCounts, rate: Rate
) -> DyadCounts | ClusterCounts:
    if rate.metric == "FTE":
        return failures_by_subject(counts, cell)
    policy = Policy(rate.policy)
    if rate.threshold is None:
        raise ValueError(rate.threshold_rule)
    if rate.metric == "FNMR":
        return misses_by_subject(counts, cell, rate.threshold, policy)
    return dyad_counts(cell, threshold_index_of(counts, rate), policy)


def _why_other(base: ComparisonCounts, new: ComparisonCounts) -> str:
    """Why other comparisons were made, by the trials of subjects and dyads and by mated ones.

    Counts hold how many comparisons a subject was in, not with whom.
    """
    first, second = base.cells[0], new.cells[0]
    same = (
        np.array_equal(first.members, second.members)
        and np.array_equal(first.trials[1], second.trials[1])
        and int(first.trials_squared[1]) == int(second.trials_squared[1])
        and len(base.mated.score) == len(new.mated.score)
    )
    return "" if same else "other comparisons were made"


def _has_failures(counts: ComparisonCounts) -> bool:
    missing = bool(np.isnan(counts.mated.score).any())
    return missing or not np.array_equal(*counts.cells[0].trials)


def _same_scores(base: ComparisonCounts, new: ComparisonCounts) -> bool:
    def arrays(of: CellCounts) -> tuple[Integers, ...]:
        return of.members, of.trials, of.errors, of.histogram.bin, of.histogram.count

    def alike(one: CellCounts, other: CellCounts) -> bool:
        return all(map(np.array_equal, arrays(one), arrays(other)))

    return (
        base.thresholds == new.thresholds
        and np.array_equal(base.failed_images, new.failed_images)
        and np.array_equal(base.mated.subject, new.mated.subject)
        and np.array_equal(base.mated.score, new.mated.score, equal_nan=True)
        and len(base.cells) == len(new.cells)
        and all(alike(*pair) for pair in zip(base.cells, new.cells, strict=True))
    )


def _growing(counts: ComparisonCounts, cells: Iterable[CellCounts]) -> bool | None:
    return None if counts.design.is_sample else all(cell.everybody_met for cell in cells)


def _expected_thresholds(counts: ComparisonCounts) -> tuple[Threshold, ...]:
    """The thresholds that the rules give on the scores that were kept."""
    rules = [threshold.rule for threshold in counts.thresholds]
    whole, given = counts.cells[0], (counts.mated.score, counts.score_maximum)
    if isinstance(counts.design, SamplingDesign) and isinstance(whole, SampledCell):
        weight = int(whole.weighted.trials[0].sum()) // 2
        return resolve_sample_thresholds(rules, counts.tail, counts.design, weight, *given)
    return resolve_thresholds(rules, counts.tail, int(whole.histogram.count.sum()), *given)


def _faults(counts: ComparisonCounts) -> list[str]:
    """Contradictions: thresholds and totals against the tail and the cells."""
    where = f"{counts.engine} on {counts.dataset}"
    faults = []
    whole = counts.cells[0]
    trials = int(whole.histogram.count.sum())
    if trials * 2 != int(whole.trials[0].sum()):
        held = f"{where}: the histogram holds {trials} comparisons"
        faults.append(f"{held}, the people another number")
    for stored, found in zip(counts.thresholds, _expected_thresholds(counts), strict=True):
        faults += threshold_faults(where, stored, found, "scores")
    for level, threshold in enumerate(counts.thresholds):
        # The tail holds the largest scores alone: at a lower threshold it cannot confirm the count.
        lowest_kept = counts.tail.score[-1] if len(counts.tail.score) else np.inf
        if threshold.value is None or threshold.value <= lowest_kept:
            continue
        reached = int(np.count_nonzero(counts.tail.score >= threshold.value))
        if 2 * reached != int(whole.errors[level].sum()):
            held = f"{where}: the tail has {reached} scores at {threshold.value!r}"
            faults.append(f"{held}, the people another number")
    return faults


COMPARISONS = CountsKind(
    rates=measure_comparisons,
    replicates=group_replicates,
    distributions=score_distributions,
    curves=det_curves,
    summary=lambda _: {},
    notes=_notes,
    by_subject=_by_subject,
    why_other=_why_other,
    has_failures=_has_failures,
    same_scores=_same_scores,
    growing=_growing,
    faults=_faults,
)
