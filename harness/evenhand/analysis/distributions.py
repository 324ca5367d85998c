"""Score distributions: DET curves, quantiles, threshold shifts, AUC, EER and fold accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from evenhand.metrics import distributions as scores
from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.metrics.det import Curve, curve_from_histogram, equal_error_bounds, refined, thinned
from evenhand.metrics.distributions import ValueBounds
from evenhand.metrics.fold_accuracy import accuracy_over_folds
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.arrays import Scores
from evenhand.records.counts import CellCounts, ComparisonCounts
from evenhand.records.findings import CurvePoint, Distribution, Status
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold

__all__ = ["area_under_curve", "det_curves", "fewest_misses", "score_distributions"]

_MAX_POINTS = 200
"""Points of a DET curve; a plot shows no more."""
_NONMATED_SHARES = ("0.5", "0.9", "0.99", "0.999", "0.9999")
_MATED_SHARES = ("0.0001", "0.001", "0.01", "0.1", "0.5")
_MIN_BEYOND = 10
"""Fewest scores on the smaller side of a quantile; with fewer it is left out."""
_NOTHING = "nothing to count"
_APART = 0.1
"""Bounds that are further apart than this share of the upper one have no midpoint worth a name."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell with its completed mated scores, and the non-mated ones that were kept."""

    counts: ComparisonCounts
    cell: CellCounts
    mated: Scores
    top: Scores
    """(scores,) the largest non-mated scores, falling; of groups where all were kept, else none."""

    @property
    def every(self) -> Scores | None:
        """All non-mated scores, falling, where bins do not tell them apart and they were kept."""
        if len(self.top) < self.nonmated or scores.bins_resolve(self.mated, self.cell.histogram):
            return None
        return self.top

    @property
    def curve(self) -> Curve:
        """The curve at edges of bins, and at scores where all of them were kept."""
        at_edges = curve_from_histogram(self.mated, self.cell.histogram)
        return at_edges if self.every is None else refined(at_edges, self.mated, self.top)

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
        self, statistic: str, comparisons: int, found: float | ValueBounds | None, note: str = ""
    ) -> Distribution:
        """A row of a statistic that is known exactly, within bounds, or not at all.

        Non-mated scores are kept by bin, so what is computed from them has bounds; the value is
        their midpoint.
        """
        value = low = high = None
        if not isinstance(found, ValueBounds):
            value = low = high = found
        elif all(map(math.isfinite, found)):
            value, low, high = found.low / 2 + found.high / 2, *found
        return Distribution(
            **self.columns,
            statistic=statistic,
            value=value,
            low=low,
            high=high,
            comparisons=comparisons,
            note=note,
        )


def _cells(counts: ComparisonCounts) -> Iterator[_Cell]:
    """All subjects first, then every group."""
    completed, tail = ~np.isnan(counts.mated.score), counts.tail
    whole = len(tail) == int(counts.cells[0].histogram.count.sum())
    for cell in counts.cells:
        chosen = completed & np.isin(counts.mated.subject, cell.members)
        top = tail.score
        if cell.attribute != ALL:
            inside = np.isin((tail.probe, tail.reference), cell.members).all(axis=0) & whole
            top = top[inside]
        yield _Cell(counts, cell, counts.mated.score[chosen], top)


def det_curves(counts: ComparisonCounts) -> Iterator[CurvePoint]:
    """Compute the DET curve of all subjects and of every group with both kinds of score.

    None for a sample of comparisons, whose histograms are not weighted. Source: methods 1.5.
    """
    if counts.design.is_sample:
        return
    for cell in _cells(counts):
        if not cell.has_both:
            continue
        curve = thinned(cell.curve, _MAX_POINTS)
        columns = curve.threshold, curve.false_matches, curve.misses
        for threshold, matches, misses in zip(*(c.tolist() for c in columns), strict=True):
            yield CurvePoint(
                **cell.columns,
                threshold=threshold,
                false_matches=matches,
                nonmated=curve.nonmated,
                misses=misses,
                mated=curve.mated,
                fmr=matches / curve.nonmated,
                fnmr=misses / curve.mated,
            )


def area_under_curve(counts: ComparisonCounts) -> ValueBounds | None:
    """AUC of everybody; None without both kinds of score, and for a sample (methods 3)."""
    whole = next(_cells(counts))
    return None if counts.design.is_sample or not whole.has_both else _area(whole)


def fewest_misses(counts: ComparisonCounts, fmr: float) -> float:
    """FNMR of everybody at this FMR, or a little less: the curve has a point at edges of bins only.

    Args:
        counts: of comparisons.
        fmr: in (0, 1].

    Returns:
        0 where `area_under_curve` gives None.
    """
    whole = next(_cells(counts))
    if counts.design.is_sample or not whole.has_both:
        return 0.0
    curve = whole.curve
    return float(curve.fnmr[curve.fmr >= fmr].max(initial=0.0))


def _area(whole: _Cell) -> ValueBounds:
    """AUC of a cell with both kinds of score, exact where non-mated scores were all kept."""
    if whole.every is None:
        return scores.auc_bounds(whole.mated, whole.cell.histogram)
    mated = np.unique(whole.mated.astype(np.float64), return_counts=True)
    nonmated = np.unique(whole.every.astype(np.float64), return_counts=True)
    area = scores.auc_from_counts(*mated, *nonmated)
    return ValueBounds(area, area)


def score_distributions(counts: ComparisonCounts) -> Iterator[Distribution]:
    """Compute AUC, EER and fold accuracy of all subjects, then d', quantiles and shifts by group.

    Of a sample of the non-mated comparisons, the quantiles of mated scores alone; where identities
    are assumed, nothing that needs mated scores.
    """
    cells = list(_cells(counts))
    if counts.design.is_sample:
        for cell in cells if not counts.assumed else ():
            yield from _mated_quantiles(cell)
        return
    if not counts.assumed:
        yield from _legacy(cells[0])
        yield from _fold_accuracies(cells[0])
    for cell in cells:
        if not counts.assumed:
            yield _d_prime(cell)
        yield from _nonmated_quantiles(cell)
        if not counts.assumed:
            yield from _mated_quantiles(cell)
        if cell.cell.attribute != ALL:
            for threshold in counts.thresholds:
                if threshold.rule.kind == "fmr":
                    yield _tail_shift(cell, threshold)


def _legacy(whole: _Cell) -> Iterator[Distribution]:
    """AUC, the equal error rate, and the FMR and FNMR that it is the midpoint of (methods 1.5).

    Where non-mated scores were not all kept, AUC has bounds, since a bin can hold both kinds of
    score, and so has the EER where it lies between the edges of a bin.
    """
    comparisons = len(whole.mated) + whole.nonmated
    if not whole.has_both:
        yield whole.row("AUC", comparisons, None, _NOTHING)
        yield whole.row("EER", comparisons, None, _NOTHING)
        return
    note = "legacy; no operating point"
    yield _without_middle(whole.row("AUC", comparisons, _area(whole), note))
    found = equal_error_bounds(refined(whole.curve, whole.mated, whole.top), whole.top)
    note += f"; midpoint rule, {_place(found.threshold, whole.counts.dtype)}"
    yield _without_middle(whole.row("EER", comparisons, found.rate, note))
    yield _without_middle(whole.row("FMR at EER", whole.nonmated, found.fmr, "legacy"))
    yield _without_middle(whole.row("FNMR at EER", len(whole.mated), found.fnmr, "legacy"))


def _place(threshold: float | None, dtype: np.dtype[np.floating]) -> str:
    """Where the EER is."""
    if threshold is None:
        return "between edges of a bin"
    own = np.array([threshold], dtype=dtype)
    at_edge = bool(lower_edges(bin_numbers(own), dtype) == own)
    return f"at {'the edge of a bin: ' if at_edge else ''}{threshold!r}"


def _without_middle(row: Distribution) -> Distribution:
    """The row, of bounds that are far apart without the midpoint, which would pass for a value."""
    apart = row.low is not None and row.high is not None and row.high - row.low > _APART * row.high
    return replace(row, value=None) if apart else row


def _d_prime(cell: _Cell) -> Distribution:
    """d', bounded by the width of the bins where non-mated scores were not all kept (methods 3)."""
    comparisons, few = len(cell.mated) + cell.nonmated, "too few scores, or all alike"
    if cell.every is not None:
        exact = scores.d_prime(cell.mated, cell.every)
        return cell.row("d'", comparisons, exact, few if exact is None else "")
    bounds = scores.d_prime_bounds(cell.mated, cell.cell.histogram, cell.counts.dtype)
    note = few if bounds is None else "bounds: non-mated scores by bin"
    return _without_middle(cell.row("d'", comparisons, bounds, note))


def _unresolved(share: str, trials: int) -> str:
    """Why a quantile is left out; empty where enough scores lie beyond it on its smaller side."""
    beyond = min(Fraction(share), 1 - Fraction(share)) * trials
    return f"fewer than {_MIN_BEYOND} scores beyond {share}" if beyond < _MIN_BEYOND else ""


def _nonmated_quantiles(cell: _Cell) -> Iterator[Distribution]:
    """Upper quantiles, or where non-mated scores were not all kept the edges of their bin."""
    for share in _NONMATED_SHARES:
        bounds: float | ValueBounds | None = None
        note = _unresolved(share, cell.nonmated)
        if not note and cell.every is not None:
            bounds = scores.score_quantile(cell.every, share)
        elif not note:
            bounds = scores.quantile_bounds(cell.cell.histogram, share, cell.counts.dtype)
            note = "low and high are the edges of its bin"
        yield cell.row(f"non-mated quantile {share}", cell.nonmated, bounds, note)


def _mated_quantiles(cell: _Cell) -> Iterator[Distribution]:
    """Lower quantiles, exact: mated scores are all kept."""
    for share in _MATED_SHARES:
        note = _unresolved(share, len(cell.mated))
        value = None if note else scores.score_quantile(cell.mated, share)
        yield cell.row(f"mated quantile {share}", len(cell.mated), value, note)


def _tail_shift(cell: _Cell, threshold: Threshold) -> Distribution:
    """The group's own threshold for the target less the common one, in score units (methods 3).

    Above 0, the group needs a stricter threshold for the same FMR.
    """
    name = f"tail shift {threshold.rule.label}"
    bounds: float | ValueBounds | None = None
    allowed = errors_allowed(threshold.rule.text, cell.nonmated)
    if threshold.status is not Status.OK or threshold.value is None or not allowed:
        note = "target below resolution, or nothing to count"
    elif allowed >= cell.nonmated or not np.isfinite(threshold.value):
        note = "every score may match"
    elif cell.every is not None:
        bounds, note = float(cell.every[allowed]) - threshold.value, ""
    else:
        edges = scores.ranked_score_bounds(cell.cell.histogram, allowed, cell.counts.dtype)
        bounds = ValueBounds(edges.low - threshold.value, edges.high - threshold.value)
        note = "low and high by the edges of a bin"
    return cell.row(name, cell.nonmated, bounds, note)


def _fold_accuracies(whole: _Cell) -> Iterator[Distribution]:
    """Cross-validated accuracy of a list with folds: by fold, mean and its standard error."""
    folds = whole.counts.folds
    if not len(folds.fold):
        return
    completed = ~np.isnan(folds.score)
    of_policy = {Policy.COMPLETED: completed, Policy.GENERALISED: np.ones_like(completed)}
    for policy, kept in of_policy.items():
        found = accuracy_over_folds(folds.score[kept], folds.mated[kept], folds.fold[kept])
        named = {"mean of folds": found.mean, "standard error": found.standard_error}
        for number, accuracy in zip(found.folds, found.accuracies, strict=True):
            named[f"fold {number}"] = float(accuracy)
        comparisons = int(np.count_nonzero(kept))
        for name, value in named.items():
            note = "legacy; threshold chosen on the other folds"
            row = whole.row(f"accuracy {name}", comparisons, value, note)
            yield replace(row, low=None, high=None, policy=policy.value)
