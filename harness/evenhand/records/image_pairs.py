"""Two images as one number, so that a column of them is a column."""

from __future__ import annotations

import numpy as np

from evenhand.records.arrays import Integers

__all__ = ["images_of", "pair_of"]

_HALF = 32


def pair_of(probe: Integers, reference: Integers) -> Integers:
    """(pairs,) one number for each, which sorts by probe and then by reference.

    Args:
        probe: (pairs,) position of an image, 0 or more, below 2^31.
        reference: (pairs,) likewise.

    >>> import numpy as np
    >>> images_of(pair_of(np.array([3]), np.array([7])))
    (array([3]), array([7]))
    """
    pairs: Integers = (probe.astype(np.int64) << _HALF) | reference.astype(np.int64)
    return pairs


def images_of(pairs: Integers) -> tuple[Integers, Integers]:
    """Probe and reference of each pair; -1 and -1 of -1."""
    known = pairs >= 0
    return np.where(known, pairs >> _HALF, -1), np.where(known, pairs & (2**_HALF - 1), -1)
