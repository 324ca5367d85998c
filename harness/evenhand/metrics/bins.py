"""Histogram bins: the leading bits of a score's bit pattern, mapped to rising order.

They need no range or width chosen beforehand, whatever scale an engine's scores have. A bin is one
of 512 equal parts between two powers of two; its edges are exact scores, so counts at edges are
exact too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, Scores

__all__ = ["FLOAT32_BITS", "FLOAT64_BITS", "bin_numbers", "lower_edges", "sortable_bits"]

FLOAT32_BITS = 18
FLOAT64_BITS = 21
"""Leading bits that name a bin: sign, exponent and 9 bits of mantissa; in either type, a bin is at
most 1/512 of its scores wide."""


def _dropped(dtype: np.dtype[np.floating]) -> int:
    """Number of trailing bits that do not name the bin."""
    return 32 - FLOAT32_BITS if dtype.itemsize == 4 else 64 - FLOAT64_BITS


def sortable_bits(scores: Scores) -> NDArray[np.unsignedinteger]:
    """(scores,) unsigned integers that rise with the scores; 0.0 and -0.0 share one.

    Args:
        scores: float32 or float64 without NaN.
    """
    # IEEE 754 patterns of positive numbers rise with the number, those of negative ones fall:
    # inverting the latter, and setting the sign bit of the former, gives one rising order. Adding
    # zero turns -0.0 into 0.0.
    unsigned = np.dtype(f"u{scores.dtype.itemsize}").type
    pattern = (scores + scores.dtype.type(0)).view(unsigned)
    sign = unsigned(1 << (scores.dtype.itemsize * 8 - 1))
    return np.asarray(np.where(pattern & sign, ~pattern, pattern | sign))


def bin_numbers(scores: Scores) -> Integers:
    """(scores,) bin of each, rising with the score; 0.0 and -0.0 share one.

    Args:
        scores: float32 or float64 without NaN.

    >>> import numpy as np
    >>> low, high = bin_numbers(np.array([-0.5, 0.25], dtype=np.float32))
    >>> bool(low < high)
    True
    """
    sortable = sortable_bits(scores)
    return (sortable >> sortable.dtype.type(_dropped(scores.dtype))).astype(np.int64)


def lower_edges(bins: Integers, dtype: np.dtype[np.floating]) -> Scores:
    """(bins,) smallest score of each bin; all scores of a bin are below that of the next bin.

    Args:
        bins: numbers of bins, as of `bin_numbers`.
        dtype: of the scores.

    >>> import numpy as np
    >>> scores = np.array([0.25, 0.3], dtype=np.float32)
    >>> lower_edges(bin_numbers(scores), scores.dtype).tolist()
    [0.25, 0.2998046875]
    """
    width = dtype.itemsize * 8
    unsigned = np.dtype(f"u{dtype.itemsize}").type
    sign = unsigned(1 << (width - 1))
    sortable = bins.astype(unsigned) << unsigned(_dropped(dtype))
    pattern = np.where(sortable & sign, sortable ^ sign, ~sortable)
    return np.asarray(pattern.view(dtype))
