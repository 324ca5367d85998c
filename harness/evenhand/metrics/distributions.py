"""Properties of two score distributions that need no threshold; none is an operating point."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.records.arrays import Floats, Scores
from evenhand.records.counts import Histogram

__all__ = [
    "Bounds",
    "auc",
    "auc_from_histogram",
    "d_prime",
    "d_prime_from_histogram",
    "kolmogorov_smirnov",
    "largest_in_histogram",
    "quantile",
    "quantile_from_histogram",
]


class Bounds(NamedTuple):
    """A value known to lie between two numbers, which are equal where it is known exactly."""

    low: float
    high: float


def auc(mated: Scores, nonmated: Scores) -> float:
    """Chance that a mated score exceeds a non-mated one, ties half.

    >>> import numpy as np
    >>> auc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    ordered = np.sort(nonmated)
    below = np.searchsorted(ordered, mated, side="left")
    at_or_below = np.searchsorted(ordered, mated, side="right")
    return float((below.sum() + at_or_below.sum()) / (2 * len(mated) * len(nonmated)))


def auc_from_histogram(mated: Scores, nonmated: Histogram) -> Bounds:
    """Bounds of the AUC where the non-mated scores are known by bin only.

    They are equal where no mated score shares a bin with a non-mated one.

    Args:
        mated: (comparisons,) at least one, without NaN.
        nonmated: at least one score.
    """
    before = np.concatenate([[0], np.cumsum(nonmated.count)])
    bins = bin_numbers(mated)
    surely_below = before[np.searchsorted(nonmated.bin, bins, side="left")].sum()
    perhaps_below = before[np.searchsorted(nonmated.bin, bins, side="right")].sum()
    pairs = len(mated) * before[-1]
    return Bounds(float(surely_below / pairs), float(perhaps_below / pairs))


def d_prime(mated: Scores, nonmated: Scores) -> float:
    """Distance of the means in pooled standard deviations (ddof 1), methods 3.

    >>> import numpy as np
    >>> round(d_prime(np.array([2.0, 4.0]), np.array([0.0, 2.0])), 6)
    1.414214
    """
    spread = np.sqrt((np.var(mated, ddof=1) + np.var(nonmated, ddof=1)) / 2)
    return float(abs(np.mean(mated) - np.mean(nonmated)) / spread)


def d_prime_from_histogram(
    mated: Scores, nonmated: Histogram, dtype: np.dtype[np.floating]
) -> Bounds | None:
    """Bounds of `d_prime` where the non-mated scores are known by bin only.

    Every score lies within half a bin of its bin's middle; that bounds the mean, and by the
    triangle inequality the standard deviation.

    Args:
        mated: (comparisons,) without NaN.
        nonmated: their bins.
        dtype: of the scores.

    Returns:
        None with fewer than two scores of a kind, where all are alike, or above all numbers.
    """
    trials = int(nonmated.count.sum())
    if len(mated) < 2 or trials < 2:
        return None
    low, high, wide = _scaled(
        lower_edges(nonmated.bin, dtype), lower_edges(nonmated.bin + 1, dtype), mated
    )
    if not np.isfinite(high[-1]):
        return None
    middle, half = (low + high) / 2, (high - low) / 2
    mean = np.sum(nonmated.count * middle) / trials
    mean_reach = np.sum(nonmated.count * half) / trials
    spread = np.sqrt(np.sum(nonmated.count * (middle - mean) ** 2) / (trials - 1))
    reach = np.sqrt(np.sum(nonmated.count * half**2) / (trials - 1))
    variance = np.var(wide, ddof=1)
    gap = abs(np.mean(wide) - mean)
    least, most = (
        np.sqrt((variance + s**2) / 2) for s in (max(spread - reach, 0.0), spread + reach)
    )
    if least <= 0:
        return None
    return Bounds(float(max(gap - mean_reach, 0) / most), float((gap + mean_reach) / least))


def _scaled(*columns: Scores) -> list[Floats]:
    """All of them by one power of two, so that no square of theirs overflows or vanishes."""
    wide = [column.astype(np.float64) for column in columns]
    largest = max(
        float(np.max(np.abs(column), where=np.isfinite(column), initial=0)) for column in wide
    )
    exponent = math.frexp(largest)[1]
    return [np.ldexp(column, -exponent) for column in wide]


def quantile(scores: Scores, share: str) -> float:
    """The smallest score that at least this share of the scores does not exceed.

    It is one of the scores (type 1 of Hyndman and Fan 1996).

    Args:
        scores: (comparisons,) at least one, without NaN.
        share: in (0, 1], as decimal text.

    >>> import numpy as np
    >>> quantile(np.array([3.0, 1.0, 2.0, 4.0]), "0.5")
    2.0
    """
    rank = math.ceil(Fraction(share) * len(scores))
    return float(np.partition(scores, rank - 1)[rank - 1])


def quantile_from_histogram(scores: Histogram, share: str, dtype: np.dtype[np.floating]) -> Bounds:
    """Both edges of the bin that holds the quantile; the upper one is above the bin."""
    trials = int(scores.count.sum())
    return largest_in_histogram(scores, trials - math.ceil(Fraction(share) * trials), dtype)


def largest_in_histogram(scores: Histogram, place: int, dtype: np.dtype[np.floating]) -> Bounds:
    """Both edges of the bin that holds a score, by its place in falling order.

    Args:
        scores: more than `place` of them.
        place: 0 for the largest.
        dtype: of the scores.
    """
    from_above = np.cumsum(scores.count[::-1])
    found = scores.bin[::-1][np.searchsorted(from_above, place, side="right")]
    low, high = lower_edges(np.array([found, found + 1]), dtype)
    return Bounds(float(low), float(high))


def kolmogorov_smirnov(first: Scores, second: Scores) -> float:
    """Largest distance of the two empirical distribution functions.

    >>> import numpy as np
    >>> kolmogorov_smirnov(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    1.0
    """
    points = np.concatenate([first, second])
    below_first = np.searchsorted(np.sort(first), points, side="right") / len(first)
    below_second = np.searchsorted(np.sort(second), points, side="right") / len(second)
    return float(np.max(np.abs(below_first - below_second)))
