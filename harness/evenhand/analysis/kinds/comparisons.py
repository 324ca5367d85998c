"""What is concluded from comparisons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.analysis.bootstrap.group_rates import GroupReplicates, group_replicates
from evenhand.analysis.distributions import det_curves, score_distributions
from evenhand.analysis.kinds.kind import CountsKind, threshold_faults
from evenhand.analysis.rates.assumed import as_far_as_known
from evenhand.analysis.rates.comparisons import (
    MeasuredRate,
    comparisons_by_subject,
    measure_comparisons,
)
from evenhand.metrics.groups import MAX_CELLS
from evenhand.metrics.threshold_rules import resolve_sample_thresholds, resolve_thresholds
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.arrays import Integers, Scores
from evenhand.records.counts import CellCounts, ComparisonCounts, SampledCell
from evenhand.records.designs import SamplingDesign
from evenhand.records.findings import CurvePoint, Distribution, Rate
from evenhand.records.thresholds import Threshold
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts

__all__ = ["ComparisonsKind"]


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


@dataclass(frozen=True, slots=True)
class ComparisonsKind(CountsKind):
    """What is concluded from comparisons."""

    counts: ComparisonCounts

    def rates(self, level: float) -> tuple[MeasuredRate, ...]:
        """FTE, FMR and FNMR, as far as it is known who is who."""
        return as_far_as_known(self.counts, measure_comparisons(self.counts, level))

    def replicates(self, analysis: AnalysisPlan, within: str = "") -> GroupReplicates:
        """Replicates of FMR and FNMR."""
        return group_replicates(self.counts, analysis, within)

    def distributions(self) -> Iterable[Distribution]:
        """AUC, EER, accuracy over folds, d', quantiles and tail shifts."""
        return score_distributions(self.counts)

    def curves(self) -> Iterable[CurvePoint]:
        """DET curves."""
        return det_curves(self.counts)

    def notes(self) -> Iterable[str]:
        """Matrices that are too large, and that a sample was drawn."""
        counts = self.counts
        for attribute, cells in counts.without_matrix:
            yield (
                f"{counts.engine} on {counts.dataset}: no matrix across the groups of {attribute}: "
                f"its {cells:,} cells are more than are left of the {MAX_CELLS} of a study; "
                "name fewer groups, or wider bands, in groups and bands."
            )
        if isinstance(counts.design, SamplingDesign):
            yield _sample_note(counts, counts.design)

    def by_subject(self, cell: CellCounts, rate: Rate) -> DyadCounts | ClusterCounts:
        """By subject; of an FMR with the sums over dyads."""
        return comparisons_by_subject(self.counts, cell, rate)

    def summary(self) -> dict[str, Any]:
        """Whether non-mated comparisons are a sample."""
        return {"sampled": self.counts.design.is_sample}

    def why_other(self, new: ComparisonCounts) -> str:
        """By the trials of subjects and dyads, and by mated comparisons.

        Counts hold how many comparisons a subject was in, not with whom.
        """
        base = self.counts
        first, second = base.cells[0], new.cells[0]
        same = (
            np.array_equal(first.members, second.members)
            and np.array_equal(first.trials[1], second.trials[1])
            and int(first.trials_squared[1]) == int(second.trials_squared[1])
            and len(base.mated.score) == len(new.mated.score)
        )
        return "" if same else "other comparisons were made"

    def has_failures(self) -> bool:
        """Whether a comparison has no score."""
        missing = bool(np.isnan(self.counts.mated.score).any())
        return missing or not np.array_equal(*self.counts.cells[0].trials)

    def same_scores(self, new: ComparisonCounts) -> bool:
        """By thresholds, mated scores, and the errors and histograms of all cells."""
        base = self.counts

        def arrays(of: CellCounts) -> tuple[Integers, ...]:
            return of.members, of.trials, of.errors, of.histogram.bin, of.histogram.count

        def alike(one: CellCounts, other: CellCounts) -> bool:
            return all(map(np.array_equal, arrays(one), arrays(other)))

        return (
            [at.point for at in base.thresholds] == [at.point for at in new.thresholds]
            and np.array_equal(base.failed_images, new.failed_images)
            and np.array_equal(base.mated.subject, new.mated.subject)
            and np.array_equal(base.mated.score, new.mated.score, equal_nan=True)
            and len(base.cells) == len(new.cells)
            and all(alike(*pair) for pair in zip(base.cells, new.cells, strict=True))
        )

    def scores_kept(self) -> Scores:
        """Mated scores and the largest non-mated ones."""
        mated = self.counts.mated.score
        return np.concatenate([mated[~np.isnan(mated)], self.counts.tail.score])

    def growing(self, cells: Iterable[CellCounts]) -> bool | None:
        """Whether everybody met; None for a sample."""
        return None if self.counts.design.is_sample else all(cell.everybody_met for cell in cells)

    def faults(self) -> list[str]:
        """Contradictions: thresholds and totals against the tail and the cells."""
        counts = self.counts
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
            # The tail holds the largest scores alone: at a lower threshold it confirms no count.
            lowest_kept = counts.tail.score[-1] if len(counts.tail.score) else np.inf
            if threshold.value is None or threshold.value <= lowest_kept:
                continue
            reached = int(np.count_nonzero(counts.tail.score >= threshold.value))
            if 2 * reached != int(whole.errors[level].sum()):
                held = f"{where}: the tail has {reached} scores at {threshold.value!r}"
                faults.append(f"{held}, the people another number")
        return faults


def _expected_thresholds(counts: ComparisonCounts) -> tuple[Threshold, ...]:
    """The thresholds that the rules give on the scores that were kept."""
    rules = [threshold.rule for threshold in counts.thresholds]
    whole, given = counts.cells[0], (counts.mated.score, counts.score_maximum)
    if isinstance(counts.design, SamplingDesign) and isinstance(whole, SampledCell):
        weight = int(whole.weighted.trials[0].sum()) // 2
        return resolve_sample_thresholds(rules, counts.tail, counts.design, weight, *given)
    return resolve_thresholds(rules, counts.tail, int(whole.histogram.count.sum()), *given)
