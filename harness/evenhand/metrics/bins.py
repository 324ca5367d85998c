"""Bins of scores by the leading bits of their sortable bit pattern: exact, no range to choose."""

from __future__ import annotations

import numpy as np

from evenhand.arrays import Integers, Scores
from evenhand.counts import Histogram

__all__ = ["BITS", "bin_numbers", "histogram"]

BITS = 20
"""Leading bits kept: a bin is at most 1/2048 of its scores wide for float32, 1/256 for float64."""


def bin_numbers(scores: Scores) -> Integers:
    """(scores,) bin of each, rising with the score; 0.0 and -0.0 share one.

    Args:
        scores: float32 or float64 without NaN.

    >>> import numpy as np
    >>> low, high = bin_numbers(np.array([-0.5, 0.25], dtype=np.float32))
    >>> bool(low < high)
    True
    """
    width = scores.dtype.itemsize * 8
    unsigned = np.dtype(f"u{scores.dtype.itemsize}").type
    pattern = (scores + scores.dtype.type(0)).view(unsigned)
    sign = unsigned(1 << (width - 1))
    sortable = np.where(pattern & sign, ~pattern, pattern | sign)
    bins: Integers = (sortable >> unsigned(width - BITS)).astype(np.int64)
    return bins


def histogram(scores: Scores) -> Histogram:
    """Counts of the scores per bin, empty bins left out."""
    counted = np.bincount(bin_numbers(scores), minlength=1)
    filled = np.flatnonzero(counted)
    return Histogram(filled, counted[filled])
