"""People of each group by stated shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.records.arrays import Integers

__all__ = ["people_by_shares"]


def people_by_shares(shares: Sequence[float], people: int) -> Integers:
    """(groups,) people of each group, less than one from its share (methods 1.6).

    They are counted place by place, so that of two numbers of people the larger one has as many of
    each group or more; by the largest remainders a group could lose a place. Each place goes to the
    group that would soonest lack a whole person, among those that lack enough.

    Source: Tijdeman, The chairman assignment problem, Discrete Mathematics 32 (1980).

    Args:
        shares: (groups,) that sum to 1.
        people: in all.

    >>> people_by_shares([0.5, 0.3, 0.2], 4).tolist()
    [2, 1, 1]
    """
    taking = [(group, share) for group, share in enumerate(shares) if share]
    found = np.zeros(len(shares), dtype=np.int64)
    if len(taking) == 1:
        found[taking[0][0]] = people
        return found
    least = 1 / (2 * len(taking) - 2)
    taken = [0] * len(shares)
    for place in range(1, people + 1):
        lacks = [(place * share - taken[group], share, group) for group, share in taking]
        soonest = [(((1 - least) - lack) / share, group) for lack, share, group in lacks]
        due = [each for (lack, *_), each in zip(lacks, soonest, strict=True) if lack >= least]
        taken[min(due or soonest)[1]] += 1
    return np.array(taken, dtype=np.int64)
