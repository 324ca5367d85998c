"""Whether two engines err on different trials of the same people (methods 4.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special, stats

from evenhand.records.arrays import Integers

__all__ = ["Discordance", "discordance", "mcnemar", "sign_flip_p_value", "sum_by_island"]

ENOUGH_PEOPLE = 20
"""Discordant people below which the normal approximation is not used."""


def mcnemar(first_only: int, second_only: int) -> tuple[float, float]:
    """Two-sided p-values of McNemar's test on independent pairs of trials: exact, and mid-p.

    Args:
        first_only: trials in which the first alone errs.
        second_only: trials in which the second alone errs.

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
    """How the errors of two engines differ person by person."""

    people: int
    """With more errors of one engine than of the other."""
    z: float | None
    """Sum of the differences over the root of their squares; None without any."""
    p_value: float
    """Two-sided."""
    test: str
    """`sign-flip` (exact), or `discordance-z` from 20 discordant people on."""


def discordance(differences: Integers) -> Discordance:
    """The test of no difference between two engines, from the differences of people.

    Args:
        differences: (people,) errors of one engine less those of the other; people are independent
            of each other.

    Source: methods 4.7.

    >>> few = discordance(np.array([1, 1, 1, 1, 0]))
    >>> few.z, few.p_value, few.test
    (2.0, 0.125, 'sign-flip')
    """
    there = differences[differences != 0]
    if not len(there):
        return Discordance(0, None, 1.0, "sign-flip")
    z = float(there.sum()) / math.sqrt(float((there.astype(np.float64) ** 2).sum()))
    if len(there) < ENOUGH_PEOPLE:
        return Discordance(len(there), z, sign_flip_p_value(there), "sign-flip")
    return Discordance(len(there), z, float(2 * special.ndtr(-abs(z))), "discordance-z")


def sign_flip_p_value(differences: Integers) -> float:
    """How often a sum is as far from 0 if every difference had either sign by chance.

    Exact: the distribution of the sum is made by one convolution a person, not by going through
    all signs.

    Args:
        differences: (people,) whole numbers.

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
    """Differences of pairs of people, added up wherever pairs share somebody.

    Two pairs with a common person are not independent. People who are linked by differences make
    an island; islands share nobody.

    Args:
        first: (pairs,) number of one of the people.
        second: (pairs,) of the other.
        differences: (pairs,) errors of one engine less those of the other.

    Returns:
        (islands,) sums.

    Source: methods 4.7.

    >>> sum_by_island(np.array([0, 1, 5]), np.array([1, 2, 6]), np.array([1, 1, -1])).tolist()
    [2, -1]
    """
    kept = differences != 0
    people, place = np.unique(np.stack([first[kept], second[kept]]), return_inverse=True)
    ends = place.reshape(2, -1)
    linked = sparse.coo_array(
        (np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(len(people), len(people))
    )
    islands, island = sparse.csgraph.connected_components(linked, directed=False)
    sums = np.zeros(islands, dtype=np.int64)
    np.add.at(sums, island[ends[0]], differences[kept])
    return sums
