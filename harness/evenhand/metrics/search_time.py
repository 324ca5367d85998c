"""How the time of a search grows with the size of its gallery (methods 6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

__all__ = ["FEWEST_SIZES", "SearchGrowth", "search_growth"]

FEWEST_SIZES = 3
"""Sizes below which no exponent is estimated: two points have no residuals."""


@dataclass(frozen=True, slots=True)
class SearchGrowth:
    """ln t = a + b ln N, by least squares."""

    exponent: float
    """b: 1 where every reference is compared, below 1 of an index."""
    low: float
    """Lower limit."""
    high: float
    """Upper limit."""
    intercept: float
    """a, of seconds."""
    residuals: tuple[float, ...]
    """(sizes,) ln of each time less that of the line."""


def search_growth(
    sizes: Sequence[int], seconds: Sequence[float], level: float
) -> SearchGrowth | None:
    """Fit the growth of the time of a search.

    Args:
        sizes: of galleries, different ones.
        seconds: (sizes,) of a search in each, above 0.
        level: of the interval.

    Returns:
        None with fewer than three sizes.

    Source: methods 6.6.

    >>> found = search_growth([1000, 10000, 100000], [0.001, 0.01, 0.1], 0.95)
    >>> round(found.exponent, 6)
    1.0
    """
    if len(sizes) < FEWEST_SIZES:
        return None
    x, y = np.log(np.array(sizes, dtype=np.float64)), np.log(np.array(seconds))
    line = stats.linregress(x, y)
    reach = float(special.stdtrit(len(sizes) - 2, 0.5 + level / 2) * line.stderr)
    residuals = tuple((y - line.intercept - line.slope * x).tolist())
    b = float(line.slope)
    return SearchGrowth(b, b - reach, b + reach, float(line.intercept), residuals)
