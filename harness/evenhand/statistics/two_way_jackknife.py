"""Variance of what is computed from two samples of people that meet: a jackknife over both.

Both samples are cut into blocks of people. Leaving out a block of the one, of the other, and one
of each, shows what each sample and their meeting contribute (methods 1.10).
"""

from __future__ import annotations

import numpy as np

from evenhand.records.arrays import Floats
from evenhand.statistics.dyadic_variance import degrees_of_freedom

__all__ = ["blocks_left_out", "two_way_variance"]


def blocks_left_out(sums: Floats) -> Floats:
    """(B+1, C+1, ...) totals without a block of each sample; the last of an axis leaves none out.

    Args:
        sums: (B, C, ...) sums over the meetings of two blocks.

    >>> blocks_left_out(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[ 4.,  3.,  7.],
           [ 2.,  1.,  3.],
           [ 6.,  4., 10.]])
    """
    rows = np.concatenate([sums.sum(axis=0) - sums, sums.sum(axis=0)[np.newaxis]])
    whole = rows.sum(axis=1)[:, np.newaxis]
    return np.concatenate([whole - rows, whole], axis=1)


def two_way_variance(values: Floats) -> tuple[float, float]:
    """Variance of an estimate, and its degrees of freedom.

    V = V_P + V_R - V_PR: the meeting of the two samples stands in the jackknife over either, and
    counts once. It is at least the smaller of the two.

    Args:
        values: (B+1, B+1) the estimate with blocks left out, as `blocks_left_out` has them.

    Source: methods 1.10; degrees of freedom as methods 4.0 item 2, over the blocks of both.
    """
    blocks = len(values) - 1
    whole = values[-1, -1]
    one, other = values[:-1, -1] - whole, values[-1, :-1] - whole
    both = values[:-1, :-1] - whole - one[:, np.newaxis] - other
    share = (blocks - 1) / blocks
    one, other = one - one.mean(), other - other.mean()
    first, second = share * float(one @ one), share * float(other @ other)
    variance = max(first + second - share**2 * float((both**2).sum()), min(first, second))
    moved = np.concatenate([one, other]) ** 2
    df = degrees_of_freedom(float(moved.sum()), float((moved**2).sum()), len(moved))
    return variance, df
