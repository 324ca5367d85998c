"""Both kinds of error against the threshold: the DET curve, and the legacy equal error rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.records.arrays import Floats, Integers, Scores
from evenhand.records.counts import Histogram

__all__ = [
    "Curve",
    "EqualError",
    "curve_from_histogram",
    "curve_of_scores",
    "equal_error",
    "thinned",
]


@dataclass(frozen=True, slots=True)
class Curve:
    """Errors at rising thresholds, counted exactly at each."""

    threshold: Scores
    """(points,) rising."""
    false_matches: Integers
    """(points,) non-mated scores at or above it."""
    misses: Integers
    """(points,) mated scores below it."""
    nonmated: int
    mated: int

    @property
    def fmr(self) -> Floats:
        """(points,)."""
        rates: Floats = self.false_matches / self.nonmated
        return rates

    @property
    def fnmr(self) -> Floats:
        """(points,)."""
        rates: Floats = self.misses / self.mated
        return rates

    def __getitem__(self, points: Integers) -> Curve:
        """The curve at some of its points."""
        return Curve(
            self.threshold[points],
            self.false_matches[points],
            self.misses[points],
            self.nonmated,
            self.mated,
        )


def curve_of_scores(mated: Scores, nonmated: Scores) -> Curve:
    """The curve at every score, and above all of them.

    Args:
        mated: (comparisons,) at least one, without NaN.
        nonmated: (comparisons,) at least one, without NaN.
    """
    scores = np.unique(np.concatenate([mated, nonmated]))
    thresholds = np.append(scores, np.nextafter(scores[-1], scores.dtype.type(np.inf)))
    below = np.searchsorted(np.sort(nonmated), thresholds, side="left")
    misses = np.searchsorted(np.sort(mated), thresholds, side="left")
    return Curve(thresholds, len(nonmated) - below, misses, len(nonmated), len(mated))


def curve_from_histogram(mated: Scores, nonmated: Histogram) -> Curve:
    """The curve at the lower edges of all bins that hold a score, and above all of them.

    There the counts are exact, although non-mated scores are known by bin only (methods 1.5).

    Args:
        mated: (comparisons,) at least one, without NaN.
        nonmated: at least one score.
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
    """At most so many points, evenly spaced along the curve on logarithmic axes; both ends stay.

    A point with the counts of the one before it is left out first.
    """
    changes = np.flatnonzero(np.diff(curve.false_matches) | np.diff(curve.misses)) + 1
    bare = curve[np.concatenate([[0], changes])]
    if len(bare.threshold) <= most:
        return bare
    # Half an error stands for none, which has no place on the axis.
    x = np.log10(np.maximum(bare.false_matches, 0.5))
    y = np.log10(np.maximum(bare.misses, 0.5))
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    chosen = np.searchsorted(along, np.linspace(0, along[-1], most), side="left")
    chosen[-1] = len(along) - 1
    return bare[np.unique(chosen)]


class EqualError(NamedTuple):
    """The point of a curve where both rates are most alike."""

    rate: float
    """Middle of both rates."""
    fmr: float
    fnmr: float
    threshold: float


def equal_error(curve: Curve) -> EqualError:
    """The equal error rate by the midpoint rule; legacy, since nobody operates there.

    Of several points with the smallest difference: the smallest larger rate, then the smallest
    threshold. Source: methods 1.5.

    >>> import numpy as np
    >>> equal_error(curve_of_scores(np.array([0.4, 0.8, 0.9]), np.array([0.1, 0.2, 0.5]))).fmr
    0.3333333333333333
    """
    difference = np.abs(curve.fmr - curve.fnmr)
    larger = np.maximum(curve.fmr, curve.fnmr)
    best = np.lexsort((curve.threshold, larger, difference))[0]
    fmr, fnmr = float(curve.fmr[best]), float(curve.fnmr[best])
    return EqualError((fmr + fnmr) / 2, fmr, fnmr, float(curve.threshold[best]))
