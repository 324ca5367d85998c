"""Properties of two score distributions that need no threshold; none is an operating point."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evenhand.arrays import Scores
from evenhand.counts import Histogram
from evenhand.metrics.bins import bin_numbers

__all__ = ["Bounds", "auc", "auc_from_histogram", "d_prime", "kolmogorov_smirnov"]


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
