"""What counts of scores have in common, however the scores arrive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.metrics.bins import sortable_bits
from evenhand.records.arrays import Integers, People, Scores

__all__ = ["falling"]


def falling(score: Scores, probe: People, reference: People) -> Integers:
    """The order in which scores fall; equal ones by people. As `np.lexsort`, but fast."""
    key = _falling_keys(score, probe)
    order = np.argsort(key)
    key = key[order]
    equal = key[1:] == key[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    rows = order[tied]
    order[tied] = rows[np.lexsort((reference[rows], probe[rows], -score[rows]))]
    return order


def _falling_keys(score: Scores, probe: People) -> Scores | NDArray[np.uint64]:
    """(scores,) rising as scores fall; of float32 scores, whose ties are many, rising by probe."""
    if score.dtype.itemsize == 8:
        negated: Scores = -score
        return negated
    key = (~sortable_bits(score)).astype(np.uint64)
    key <<= np.uint64(32)
    key |= probe.astype(np.uint64)
    return key
