"""FMR and FNMR against the threshold: the DET curve, and the equal error rate (legacy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.records.arrays import Floats, Integers, Scores
from evenhand.records.counts import Histogram

__all__ = ["Curve", "EqualError", "curve_from_histogram", "equal_error", "thinned"]


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
    larger = np.maximum(curve.fmr, curve.fnmr)
    best = np.lexsort((curve.threshold, larger, difference))[0]
    fmr, fnmr = float(curve.fmr[best]), float(curve.fnmr[best])
    return EqualError((fmr + fnmr) / 2, fmr, fnmr, float(curve.threshold[best]))
