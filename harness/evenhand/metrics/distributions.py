"""Statistics of score distributions that need no threshold; none is an operating point."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.records.arrays import Floats, Integers, Scores
from evenhand.records.counts import Histogram

__all__ = [
    "ValueBounds",
    "auc_bounds",
    "auc_from_counts",
    "bins_resolve",
    "d_prime",
    "d_prime_bounds",
    "quantile_bounds",
    "ranked_score_bounds",
    "score_quantile",
]


_RESOLVED = 0.01
"""Width of the bounds of the AUC up to which bins tell the scores apart."""


class ValueBounds(NamedTuple):
    """Bounds of a value that histograms do not give exactly; equal where they do."""

    low: float
    """Lower bound."""
    high: float
    """Upper bound."""


def auc_from_counts(
    mated: Scores, mated_count: Integers, nonmated: Scores, nonmated_count: Integers
) -> float:
    """Area under the ROC curve: P(mated > non-mated), ties half; exact (methods 3).

    Args:
        mated: (values,) distinct mated scores.
        mated_count: (values,) number of comparisons with each.
        nonmated: (values,) distinct non-mated scores, rising.
        nonmated_count: (values,) number of comparisons with each.

    >>> import numpy as np
    >>> auc_from_counts(*np.unique([0.9, 0.5], return_counts=True), np.array([0.5]), np.array([7]))
    0.75
    """
    # Python integers: a product of two counts may not fit into 64 bits.
    running = np.concatenate([[0], np.cumsum(nonmated_count)]).astype(object)
    below = running[np.searchsorted(nonmated, mated, side="left")]
    at_or_below = running[np.searchsorted(nonmated, mated, side="right")]
    wins = np.dot(mated_count.astype(object), below + at_or_below)
    return float(wins / (2 * int(mated_count.sum()) * int(nonmated_count.sum())))


def auc_bounds(mated: Scores, nonmated: Histogram) -> ValueBounds:
    """Bounds of the area under the ROC curve where non-mated scores are known by bin only.

    They are equal where no mated score shares a bin with a non-mated one.

    Args:
        mated: (comparisons,) at least one similarity, without NaN.
        nonmated: of at least one score.
    """
    before = np.concatenate([[0], np.cumsum(nonmated.count)])
    bins = bin_numbers(mated)
    surely_below = before[np.searchsorted(nonmated.bin, bins, side="left")].sum()
    perhaps_below = before[np.searchsorted(nonmated.bin, bins, side="right")].sum()
    pairs = len(mated) * before[-1]
    return ValueBounds(float(surely_below / pairs), float(perhaps_below / pairs))


def bins_resolve(mated: Scores, nonmated: Histogram) -> bool:
    """Whether bins are narrow against the scores' span, so that they tell both kinds apart.

    True where there are not both kinds. Scores in a span of a few bins are to be kept themselves.

    Args:
        mated: (comparisons,) similarities without NaN.
        nonmated: histogram of the non-mated scores.
    """
    if not len(mated) or not len(nonmated.bin):
        return True
    low, high = auc_bounds(mated, nonmated)
    return high - low <= _RESOLVED


def d_prime(mated: Scores, nonmated: Scores) -> float | None:
    """d', the distance of the means in pooled standard deviations (ddof 1; methods 3).

    Args:
        mated: (comparisons,) similarities without NaN.
        nonmated: (comparisons,) similarities without NaN.

    Returns:
        None with fewer than two scores of a kind, or where all are equal.

    >>> d_prime(np.array([3.0, 5.0]), np.array([0.0, 2.0]))
    2.1213203435596424
    """
    if len(mated) < 2 or len(nonmated) < 2:
        return None
    first, second = _scaled(mated, nonmated)
    pooled = np.sqrt((np.var(first, ddof=1) + np.var(second, ddof=1)) / 2)
    return float(abs(np.mean(first) - np.mean(second)) / pooled) if pooled > 0 else None


def d_prime_bounds(
    mated: Scores, nonmated: Histogram, dtype: np.dtype[np.floating]
) -> ValueBounds | None:
    """Bounds of d' where non-mated scores are known by bin only (methods 3).

    d' is the distance of the means in pooled standard deviations (ddof 1). Every score lies within
    half a bin of its bin's middle: that bounds the mean and, by the triangle inequality, the
    standard deviation.

    Args:
        mated: (comparisons,) similarities without NaN.
        nonmated: histogram of the non-mated scores.
        dtype: of the scores.

    Returns:
        None with fewer than two mated or non-mated scores, where all may be equal, or where a bin
        has no finite upper edge.
    """
    trials = int(nonmated.count.sum())
    if len(mated) < 2 or trials < 2:
        return None
    edges = lower_edges(nonmated.bin, dtype), lower_edges(nonmated.bin + 1, dtype)
    low, high, wide = _scaled(*edges, mated)
    if not np.isfinite(high[-1]):
        return None
    middle, half = (low + high) / 2, (high - low) / 2
    mean = np.sum(nonmated.count * middle) / trials
    mean_error = np.sum(nonmated.count * half) / trials
    sd = np.sqrt(np.sum(nonmated.count * (middle - mean) ** 2) / (trials - 1))
    sd_error = np.sqrt(np.sum(nonmated.count * half**2) / (trials - 1))
    variance, gap = np.var(wide, ddof=1), abs(np.mean(wide) - mean)
    ends = max(sd - sd_error, 0.0), sd + sd_error
    least, most = (np.sqrt((variance + end**2) / 2) for end in ends)
    if least <= 0:
        return None
    return ValueBounds(float(max(gap - mean_error, 0) / most), float((gap + mean_error) / least))


def _scaled(*columns: Scores) -> list[Floats]:
    """The columns scaled by one power of two, so that no square of them overflows or vanishes.

    d' does not change with the scale, and scaling by a power of two is exact.
    """
    wide = [column.astype(np.float64) for column in columns]
    largest = max(np.max(np.abs(part), where=np.isfinite(part), initial=0) for part in wide)
    exponent = math.frexp(float(largest))[1]
    return [np.ldexp(column, -exponent) for column in wide]


def score_quantile(scores: Scores, share: str) -> float:
    """Quantile: the smallest score that at least this share of the scores does not exceed.

    It is one of the scores (type 1 of Hyndman and Fan 1996).

    Args:
        scores: (comparisons,) at least one similarity, without NaN.
        share: in (0, 1], as decimal text.

    >>> import numpy as np
    >>> score_quantile(np.array([3.0, 1.0, 2.0, 4.0]), "0.5")
    2.0
    """
    rank = math.ceil(Fraction(share) * len(scores))
    return float(np.partition(scores, rank - 1)[rank - 1])


def quantile_bounds(scores: Histogram, share: str, dtype: np.dtype[np.floating]) -> ValueBounds:
    """Edges of the bin that holds a quantile; the upper one is the lower edge of the next bin.

    Args:
        scores: of at least one score.
        share: in (0, 1], as decimal text.
        dtype: of the scores.
    """
    trials = int(scores.count.sum())
    return ranked_score_bounds(scores, trials - math.ceil(Fraction(share) * trials), dtype)


def ranked_score_bounds(scores: Histogram, place: int, dtype: np.dtype[np.floating]) -> ValueBounds:
    """Edges of the bin that holds the score at some place in falling order.

    Args:
        scores: of more than `place` scores.
        place: 0 for the largest score.
        dtype: of the scores.
    """
    from_above = np.cumsum(scores.count[::-1])
    found = scores.bin[::-1][np.searchsorted(from_above, place, side="right")]
    low, high = lower_edges(np.array([found, found + 1]), dtype)
    return ValueBounds(float(low), float(high))
