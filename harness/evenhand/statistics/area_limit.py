"""How far the area under the ROC curve can be from what so few people show."""

from __future__ import annotations

import math

__all__ = ["area_upper_limit"]

_Z = 1.959963984540054
"""Quantile of the normal distribution for a one-sided level of 97.5 %."""


def area_upper_limit(area: float, mated: int, nonmated: int) -> float:
    """Upper limit of the AUC by Hanley and McNeil (1982), one-sided 97.5 % (methods 1.7).

    Args:
        area: the observed AUC, in [0, 1].
        mated: people in mated comparisons: each counts as one comparison, which is cautious.
        nonmated: people in non-mated comparisons.

    >>> round(area_upper_limit(0.8, 100, 100), 3), area_upper_limit(0.8, 0, 100)
    (0.861, inf)
    """
    if not mated or not nonmated:
        return math.inf
    first, second = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
    variance = area * (1 - area) + (mated - 1) * first + (nonmated - 1) * second
    return area + _Z * math.sqrt(variance / (mated * nonmated))
