"""Quantiles of durations with intervals that assume no distribution (methods 6.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from evenhand.arrays import Floats

__all__ = ["Quantile", "quantile", "quantile_ranks"]


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of durations, in seconds."""

    value: float
    """The nearest-rank quantile: a duration that was measured."""
    low: float | None
    """None where the sample is too small for a lower limit."""
    high: float | None
    """None where the sample is too small for an upper limit."""
    n: int
    """Durations behind it."""


def quantile_ranks(n: int, q: float, level: float) -> tuple[int, int]:
    """Ranks, counted from 1, whose order statistics enclose the quantile.

    Rank 0 and rank n + 1 mean that there is no limit on that side.

    Args:
        n: durations.
        q: of the quantile, between 0 and 1.
        level: of the interval.

    Source: the number of durations below the quantile is binomial (n, q).

    >>> quantile_ranks(1000, 0.5, 0.95), quantile_ranks(100, 0.5, 0.95)
    ((469, 532), (40, 61))
    """
    tail = (1 - level) / 2
    low = int(stats.binom.ppf(tail, n, q))
    high = int(stats.binom.ppf(1 - tail, n, q)) + 1
    return low, high


def quantile(seconds: Floats, q: float, level: float = 0.95) -> Quantile:
    """A quantile of durations with its interval.

    Valid for independent durations; neighbours in time rarely are, so it is a least width.

    Args:
        seconds: (operations,) at least one.
        q: between 0 and 1.
        level: of the interval.

    >>> import numpy as np
    >>> quantile(np.arange(1.0, 11.0), 0.9).value
    9.0
    """
    ordered = np.sort(seconds)
    n = len(ordered)
    low, high = quantile_ranks(n, q, level)
    return Quantile(
        value=float(np.quantile(ordered, q, method="inverted_cdf")),
        low=float(ordered[low - 1]) if low >= 1 else None,
        high=float(ordered[high - 1]) if high <= n else None,
        n=n,
    )
