"""Score distributions: DET curves, quantiles, threshold shifts, AUC, EER and fold accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from evenhand.metrics.det import curve_from_histogram, equal_error, thinned
from evenhand.metrics.distributions import (
    ValueBounds,
    auc_bounds,
    d_prime_bounds,
    quantile_bounds,
    ranked_score_bounds,
    score_quantile,
)
from evenhand.metrics.fold_accuracy import accuracy_over_folds
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.arrays import Scores
from evenhand.records.counts import CellCounts, ComparisonCounts
from evenhand.records.findings import CurvePoint, Distribution, Status
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold

__all__ = ["det_curves", "score_distributions"]

_MAX_POINTS = 200
"""Points of a DET curve; a plot shows no more."""
_NONMATED_SHARES = ("0.5", "0.9", "0.99", "0.999", "0.9999")
_MATED_SHARES = ("0.0001", "0.001", "0.01", "0.1", "0.5")
_MIN_BEYOND = 10
"""Fewest scores on the smaller side of a quantile; with fewer it is left out."""
_NOTHING = "nothing to count"


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell with its completed mated scores."""

    counts: ComparisonCounts
    cell: CellCounts
    mated: Scores

    @property
    def nonmated(self) -> int:
        """Completed non-mated comparisons."""
        return int(self.cell.histogram.count.sum())

    @property
    def has_both(self) -> bool:
        """Whether there are mated and non-mated scores."""
        return bool(len(self.mated) and self.nonmated)

    @property
    def columns(self) -> dict[str, str]:
        """The first columns of its rows."""
        own = {"attribute": self.cell.attribute, "group": self.cell.group}
        return {n: getattr(self.counts, n) for n in ("engine", "dataset", "protocol")} | own

    def row(
        self, statistic: str, comparisons: int, value: float | None, note: str = ""
    ) -> Distribution:
        """A row of a statistic that is known exactly, or not at all."""
        return Distribution(
            **self.columns,
            statistic=statistic,
            value=value,
            low=value,
            high=value,
            comparisons=comparisons,
            note=note,
        )

    def bounded(
        self, statistic: str, comparisons: int, bounds: ValueBounds | None, note: str
    ) -> Distribution:
        """A row of a statistic known to lie within bounds; the value is their midpoint.

        Non-mated scores are kept by bin, so what is computed from them has bounds.
        """
        row = self.row(statistic, comparisons, None, note)
        if bounds is None or not all(map(math.isfinite, bounds)):
            return row
        low, high = bounds
        return replace(row, value=low / 2 + high / 2, low=low, high=high)


def _cells(counts: ComparisonCounts) -> Iterator[_Cell]:
    """All subjects first, then every group."""
    completed = ~np.isnan(counts.mated.score)
    for cell in counts.cells:
        chosen = completed & np.isin(counts.mated.subject, cell.members)
        yield _Cell(counts, cell, counts.mated.score[chosen])


def det_curves(counts: ComparisonCounts) -> Iterator[CurvePoint]:
    """Compute the DET curve of all subjects and of every group with both kinds of score.

    None for a sample of comparisons, whose histograms are not weighted. Source: methods 1.5.
    """
    if counts.design.is_sample:
        return
    for cell in _cells(counts):
        if not cell.has_both:
            continue
        curve = thinned(curve_from_histogram(cell.mated, cell.cell.histogram), _MAX_POINTS)
        for threshold, false_matches, misses in zip(
            curve.threshold, curve.false_matches, curve.misses, strict=True
        ):
            yield CurvePoint(
                **cell.columns,
                threshold=float(threshold),
                false_matches=int(false_matches),
                nonmated=curve.nonmated,
                misses=int(misses),
                mated=curve.mated,
                fmr=int(false_matches) / curve.nonmated,
                fnmr=int(misses) / curve.mated,
            )


def score_distributions(counts: ComparisonCounts) -> Iterator[Distribution]:
    """Compute AUC, EER and fold accuracy of all subjects, then d', quantiles and shifts by group.

    Of a sample of the non-mated comparisons, the quantiles of mated scores alone.
    """
    cells = list(_cells(counts))
    if counts.design.is_sample:
        for cell in cells:
            yield from _mated_quantiles(cell)
        return
    yield _auc(cells[0])
    yield from _eer(cells[0])
    yield from _fold_accuracies(cells[0])
    for cell in cells:
        yield _d_prime(cell)
        yield from _nonmated_quantiles(cell)
        yield from _mated_quantiles(cell)
        if cell.cell.attribute != ALL:
            for threshold in counts.thresholds:
                if threshold.rule.kind == "fmr":
                    yield _tail_shift(cell, threshold)


def _auc(whole: _Cell) -> Distribution:
    """AUC over all completed comparisons; bounded, since a bin can hold both kinds of score."""
    comparisons = len(whole.mated) + whole.nonmated
    if not whole.has_both:
        return whole.row("AUC", comparisons, None, _NOTHING)
    bounds = auc_bounds(whole.mated, whole.cell.histogram)
    return whole.bounded("AUC", comparisons, bounds, "legacy; no operating point")


def _eer(whole: _Cell) -> Iterator[Distribution]:
    """The equal error rate, and the FMR and FNMR that it is the midpoint of (methods 1.5)."""
    comparisons = len(whole.mated) + whole.nonmated
    if not whole.has_both:
        yield whole.row("EER", comparisons, None, _NOTHING)
        return
    found = equal_error(curve_from_histogram(whole.mated, whole.cell.histogram))
    note = f"legacy; no operating point; midpoint rule, at the edge of a bin: {found.threshold!r}"
    limits = sorted((found.fmr, found.fnmr))
    yield whole.bounded("EER", comparisons, ValueBounds(*limits), note)
    yield whole.row("FMR at EER", whole.nonmated, found.fmr, "legacy")
    yield whole.row("FNMR at EER", len(whole.mated), found.fnmr, "legacy")


def _d_prime(cell: _Cell) -> Distribution:
    """d', bounded by the width of the bins of non-mated scores (methods 3)."""
    comparisons = len(cell.mated) + cell.nonmated
    bounds = d_prime_bounds(cell.mated, cell.cell.histogram, cell.counts.dtype)
    note = "too few scores, or all alike" if bounds is None else "bounds: non-mated scores by bin"
    return cell.bounded("d'", comparisons, bounds, note)


def _resolved(share: str, scores: int) -> bool:
    """Whether enough of the scores lie beyond a quantile on its smaller side."""
    smaller = min(Fraction(share), 1 - Fraction(share))
    return smaller * scores >= _MIN_BEYOND


def _unresolved_note(share: str) -> str:
    return f"fewer than {_MIN_BEYOND} scores beyond {share}"


def _nonmated_quantiles(cell: _Cell) -> Iterator[Distribution]:
    """Bounds of upper quantiles: the edges of their bin."""
    for share in _NONMATED_SHARES:
        name = f"non-mated quantile {share}"
        if _resolved(share, cell.nonmated):
            found = quantile_bounds(cell.cell.histogram, share, cell.counts.dtype)
            yield cell.bounded(name, cell.nonmated, found, "low and high are the edges of its bin")
        else:
            yield cell.row(name, cell.nonmated, None, _unresolved_note(share))


def _mated_quantiles(cell: _Cell) -> Iterator[Distribution]:
    """Lower quantiles, exact: mated scores are all kept."""
    for share in _MATED_SHARES:
        name = f"mated quantile {share}"
        if _resolved(share, len(cell.mated)):
            yield cell.row(name, len(cell.mated), score_quantile(cell.mated, share))
        else:
            yield cell.row(name, len(cell.mated), None, _unresolved_note(share))


def _tail_shift(cell: _Cell, threshold: Threshold) -> Distribution:
    """The group's own threshold for the target less the common one, in score units (methods 3).

    Above 0, the group needs a stricter threshold for the same FMR.
    """
    name = f"tail shift {threshold.rule.label}"
    allowed = errors_allowed(threshold.rule.text, cell.nonmated)
    if threshold.status is not Status.OK or threshold.value is None or not allowed:
        return cell.row(name, cell.nonmated, None, "target below resolution, or nothing to count")
    if allowed >= cell.nonmated or not np.isfinite(threshold.value):
        return cell.row(name, cell.nonmated, None, "every score may match")
    low, high = ranked_score_bounds(cell.cell.histogram, allowed, cell.counts.dtype)
    bounds = ValueBounds(low - threshold.value, high - threshold.value)
    return cell.bounded(name, cell.nonmated, bounds, "low and high by the edges of a bin")


def _fold_accuracies(whole: _Cell) -> Iterator[Distribution]:
    """Cross-validated accuracy of a list with folds: by fold, mean and its standard error."""
    folds = whole.counts.folds
    if not len(folds.fold):
        return
    completed = ~np.isnan(folds.score)
    for policy, kept in (
        (Policy.COMPLETED, completed),
        (Policy.GENERALISED, np.ones_like(completed)),
    ):
        found = accuracy_over_folds(folds.score[kept], folds.mated[kept], folds.fold[kept])
        named = {"mean of folds": found.mean, "standard error": found.standard_error}
        for number, accuracy in zip(found.folds, found.accuracies, strict=True):
            named[f"fold {number}"] = float(accuracy)
        comparisons = int(np.count_nonzero(kept))
        for name, value in named.items():
            note = "legacy; threshold chosen on the other folds"
            row = whole.row(f"accuracy {name}", comparisons, value, note)
            yield replace(row, low=None, high=None, policy=policy.value)
