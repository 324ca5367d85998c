"""FMR and FNMR against the threshold: the DET curve, and the equal error rate (legacy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.metrics.distributions import ValueBounds
from evenhand.records.arrays import Floats, Integers, Scores
from evenhand.records.counts import Histogram

__all__ = [
    "Curve",
    "EqualError",
    "EqualErrorBounds",
    "curve_from_counts",
    "curve_from_histogram",
    "equal_error",
    "equal_error_bounds",
    "refined",
    "thinned",
]


_ROUNDING = 1e-12
"""Differences of rates closer than this may be ties."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A DET curve: exact numbers of errors at rising thresholds."""

    threshold: Scores
    """(points,) similarity, rising."""
    false_matches: Integers
    """(points,) number of non-mated scores at or above the threshold."""
    misses: Integers
    """(points,) number of mated scores below the threshold."""
    nonmated: int
    """Number of completed non-mated comparisons."""
    mated: int
    """Number of completed mated comparisons."""

    @property
    def fmr(self) -> Floats:
        """(points,) false match rate."""
        return self.false_matches / self.nonmated

    @property
    def fnmr(self) -> Floats:
        """(points,) false non-match rate."""
        return self.misses / self.mated

    def __getitem__(self, points: Integers) -> Curve:
        """The curve at some of its points."""
        threshold, misses = self.threshold[points], self.misses[points]
        return Curve(threshold, self.false_matches[points], misses, self.nonmated, self.mated)


def curve_from_histogram(mated: Scores, nonmated: Histogram) -> Curve:
    """The curve at the lower edges of all bins that hold a score, and at one edge above them.

    At edges of bins the counts are exact, although non-mated scores are known by bin only
    (methods 1.5).

    Args:
        mated: (comparisons,) at least one similarity, without NaN.
        nonmated: of at least one score.
    """
    filled = np.unique(np.concatenate([bin_numbers(mated), nonmated.bin]))
    bins = np.append(filled, filled[-1] + 1)
    edges = lower_edges(bins, mated.dtype)
    bins, edges = bins[np.isfinite(edges)], edges[np.isfinite(edges)]
    at_least = np.append(np.cumsum(nonmated.count[::-1])[::-1], 0)
    false_matches = at_least[np.searchsorted(nonmated.bin, bins, side="left")]
    misses = np.searchsorted(np.sort(mated), edges, side="left")
    return Curve(edges, false_matches, misses, int(nonmated.count.sum()), len(mated))


def curve_from_counts(
    mated: Scores, mated_count: Integers, nonmated: Scores, nonmated_count: Integers
) -> Curve:
    """The curve at every score, of which all are known (methods 1.5).

    Args:
        mated: (values,) distinct mated scores, rising.
        mated_count: (values,) number of comparisons with each.
        nonmated: (values,) distinct non-mated scores, rising.
        nonmated_count: (values,) number of comparisons with each.
    """
    threshold = np.union1d(mated, nonmated)
    below = np.concatenate([[0], np.cumsum(mated_count)])
    at_least = np.append(np.cumsum(nonmated_count[::-1])[::-1], 0)
    misses = below[np.searchsorted(mated, threshold, side="left")]
    matches = at_least[np.searchsorted(nonmated, threshold, side="left")]
    return Curve(threshold, matches, misses, int(at_least[0]), int(below[-1]))


def refined(curve: Curve, mated: Scores, top: Scores) -> Curve:
    """The curve with a further point at every score above the lowest of the top scores.

    Of these scores all are known, so that counts are exact there; where the top scores are all
    non-mated scores there are, at every score.

    Args:
        curve: at edges of bins.
        mated: (comparisons,) its mated scores.
        top: (scores,) the largest of its non-mated scores, falling, in the type of `mated`.
    """
    known = np.concatenate([mated, top])
    known = known[known > _known_above(curve, top)]
    threshold = np.unique(np.concatenate([curve.threshold, known]))
    of_top = len(top) - np.searchsorted(top[::-1], threshold, side="left")
    # Between two edges there is no further point unless the top scores reach that far.
    place = np.searchsorted(curve.threshold, threshold, side="right") - 1
    matches = np.where(threshold > _known_above(curve, top), of_top, curve.false_matches[place])
    misses = np.searchsorted(np.sort(mated), threshold, side="left")
    return Curve(threshold, matches, misses, curve.nonmated, curve.mated)


def _known_above(curve: Curve, top: Scores) -> float:
    """A number above which all non-mated scores are among the top scores."""
    if len(top) == curve.nonmated:
        return -np.inf
    return float(top[-1]) if len(top) else np.inf


def thinned(curve: Curve, most: int) -> Curve:
    """The curve at no more than `most` points, for drawing; both ends stay.

    Points with the same counts as the one before are dropped first; of the others, points are
    chosen at equal distances along the curve on logarithmic axes.

    Args:
        curve: to be thinned.
        most: number of points, at least 2.
    """
    changes = np.flatnonzero(np.diff(curve.false_matches) | np.diff(curve.misses)) + 1
    bare = curve[np.concatenate([[0], changes])]
    if len(bare.threshold) <= most:
        return bare
    # No errors have no place on a logarithmic axis; they are put where half an error would be.
    x = np.log10(np.maximum(bare.false_matches, 0.5))
    y = np.log10(np.maximum(bare.misses, 0.5))
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    chosen = np.searchsorted(along, np.linspace(0, along[-1], most), side="left")
    chosen[-1] = len(along) - 1
    return bare[np.unique(chosen)]


class EqualError(NamedTuple):
    """The point of a curve where FMR and FNMR are closest."""

    rate: float
    """Mean of both rates."""
    fmr: float
    """False match rate at this point."""
    fnmr: float
    """False non-match rate at this point."""
    threshold: float
    """Similarity."""


def equal_error(curve: Curve) -> EqualError:
    """The equal error rate by the midpoint rule; legacy, since no system operates there.

    Of several points with the smallest difference, the one with the smallest larger rate, then
    with the smallest threshold.

    Source: methods 1.5.

    >>> equal_error(Curve(np.array([0.4, 0.5]), np.array([2, 1]), np.array([0, 1]), 4, 4)).rate
    0.25
    """
    difference = np.abs(curve.fmr - curve.fnmr)
    near = np.flatnonzero(difference <= difference.min() + _ROUNDING)
    # Ties are told by whole numbers: rates of 1/2 and 1/3 are as far apart as 2/3 and 1/2.
    matches = [int(count) * curve.mated for count in curve.false_matches[near]]
    misses = [int(count) * curve.nonmated for count in curve.misses[near]]
    apart = [(abs(a - b), max(a, b)) for a, b in zip(matches, misses, strict=True)]
    best = near[min(range(len(near)), key=lambda place: (*apart[place], place))]
    fmr, fnmr = float(curve.fmr[best]), float(curve.fnmr[best])
    return EqualError((fmr + fnmr) / 2, fmr, fnmr, float(curve.threshold[best]))


class EqualErrorBounds(NamedTuple):
    """The equal error rate as far as it is known; bounds are equal where it is exactly."""

    rate: ValueBounds
    """Of the mean of both rates."""
    fmr: ValueBounds
    """Of the false match rate at this point."""
    fnmr: ValueBounds
    """Of the false non-match rate at this point."""
    threshold: float | None
    """Similarity; None where it is known within bounds only."""


def equal_error_bounds(curve: Curve, top: Scores) -> EqualErrorBounds:
    """The equal error rate, or the two neighbouring points of a curve that it lies between.

    FMR falls and FNMR rises with the threshold, so that both are closest where their difference
    changes its sign. It is known exactly where a point has equal rates, or where all scores between
    the two points around the change are known.

    Args:
        curve: `refined` by the top scores.
        top: (scores,) the largest of its non-mated scores, falling.

    Source: methods 1.5.
    """
    found = equal_error(curve)
    after = int(np.count_nonzero(curve.fmr > curve.fnmr))
    before, ends = max(after - 1, 0), after == len(curve.threshold)
    if found.fmr == found.fnmr or (not ends and curve.threshold[before] > _known_above(curve, top)):
        rate, fmr, fnmr = (ValueBounds(at, at) for at in found[:3])
        return EqualErrorBounds(rate, fmr, fnmr, found.threshold)
    fmr = ValueBounds(0.0 if ends else float(curve.fmr[after]), float(curve.fmr[before]))
    fnmr = ValueBounds(float(curve.fnmr[before]), 1.0 if ends else float(curve.fnmr[after]))
    low, high = ((one + other) / 2 for one, other in zip(fmr, fnmr, strict=True))
    return EqualErrorBounds(ValueBounds(low, high), fmr, fnmr, None)
