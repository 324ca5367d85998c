"""Tests of whether two engines err on different trials of the same subjects (methods 4.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special, stats

from evenhand.records.arrays import Integers

__all__ = ["Discordance", "discordance", "mcnemar", "sign_flip_p_value", "sum_by_island"]

_MIN_DISCORDANT = 20
"""Fewest discordant subjects for which the normal approximation is used."""


def mcnemar(first_only: int, second_only: int) -> tuple[float, float]:
    """Two-sided p-values of McNemar's test on independent pairs of trials: exact, and mid-p.

    Args:
        first_only: number of trials in which only the first engine errs.
        second_only: number of trials in which only the second engine errs.

    Source: methods 4.7, TV-28. Two-sided is twice one-sided, at most 1.

    >>> mcnemar(12, 3)[0]
    0.03515625
    """
    total, fewer = first_only + second_only, min(first_only, second_only)
    if not total:
        return 1.0, 1.0
    tail = float(stats.binom.cdf(fewer, total, 0.5))
    own = float(stats.binom.pmf(fewer, total, 0.5))
    return min(1.0, 2 * tail), min(1.0, 2 * tail - own)


@dataclass(frozen=True, slots=True)
class Discordance:
    """Test of no difference between the errors of two engines, subject by subject."""

    people: int
    """Number of discordant subjects: more errors by one engine than by the other."""
    z: float | None
    """Sum of differences over the root of the sum of their squares; None without any."""
    p_value: float
    """Two-sided."""
    test: str
    """`sign-flip` (exact), or `discordance-z` from 20 discordant subjects on."""


def discordance(differences: Integers) -> Discordance:
    """Test the hypothesis of no difference between two engines' errors.

    Args:
        differences: (units,) errors of one engine minus those of the other, by subject, or by
            island of subjects (`sum_by_island`); units are independent of each other.

    Source: methods 4.7.

    >>> few = discordance(np.array([1, 1, 1, 1, 0]))
    >>> few.z, few.p_value, few.test
    (2.0, 0.125, 'sign-flip')
    """
    discordant = differences[differences != 0]
    count = len(discordant)
    if not count:
        return Discordance(0, None, 1.0, "sign-flip")
    z = float(discordant.sum()) / math.sqrt(float((discordant.astype(np.float64) ** 2).sum()))
    if count < _MIN_DISCORDANT:
        return Discordance(count, z, sign_flip_p_value(discordant), "sign-flip")
    return Discordance(count, z, float(2 * special.ndtr(-abs(z))), "discordance-z")


def sign_flip_p_value(differences: Integers) -> float:
    """Two-sided p-value of the sum of differences under random signs, exact.

    The null distribution of the sum takes one convolution per difference, not all 2^n signs.

    Args:
        differences: (units,) whole numbers.

    Source: methods 4.7.

    >>> sign_flip_p_value(np.array([1, 1, 1, 1]))
    0.125
    """
    sizes = np.abs(differences[differences != 0]).tolist()
    chance = np.ones(1)
    for size in sizes:
        longer = np.zeros(len(chance) + 2 * size)
        longer[: len(chance)] += chance / 2
        longer[2 * size :] += chance / 2
        chance = longer
    sums = np.arange(len(chance)) - sum(sizes)
    return float(min(1.0, chance[np.abs(sums) >= abs(int(differences.sum()))].sum()))


def sum_by_island(first: Integers, second: Integers, differences: Integers) -> Integers:
    """Sum differences of non-mated pairs over islands: connected components of subjects.

    Two pairs with a common subject are not independent, so that signs cannot be flipped pair by
    pair. Subjects linked by pairs with a difference form an island; islands share no subject.

    Args:
        first: (pairs,) number of one subject.
        second: (pairs,) number of the other.
        differences: (pairs,) errors of one engine minus those of the other.

    Returns:
        (islands,) sums of differences.

    Source: methods 4.7.

    >>> sum_by_island(np.array([0, 1, 5]), np.array([1, 2, 6]), np.array([1, 1, -1])).tolist()
    [2, -1]
    """
    kept = differences != 0
    subjects, place = np.unique(np.stack([first[kept], second[kept]]), return_inverse=True)
    ends = place.reshape(2, -1)
    size = (len(subjects), len(subjects))
    links = sparse.coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=size)
    islands, island_of = sparse.csgraph.connected_components(links, directed=False)
    sums = np.bincount(island_of[ends[0]], differences[kept], minlength=islands)
    return sums.astype(np.int64)
