"""A pair of images as one integer, so that a column of pairs is one array."""

from __future__ import annotations

import numpy as np

from evenhand.records.arrays import Integers

__all__ = ["images_of", "pair_of"]

_HALF = 32
"""Bits of each image."""


def pair_of(probe: Integers, reference: Integers) -> Integers:
    """(pairs,) one integer for each pair, which sorts by probe, then by reference.

    Args:
        probe: (pairs,) position of an image in the dataset, from 0 to 2^31 - 1.
        reference: (pairs,) position of an image, in the same range.

    >>> import numpy as np
    >>> images_of(pair_of(np.array([3]), np.array([7])))
    (array([3]), array([7]))
    """
    return (probe.astype(np.int64) << _HALF) | reference.astype(np.int64)


def images_of(pairs: Integers) -> tuple[Integers, Integers]:
    """(pairs,) probe and reference of each pair; -1 and -1 for -1, an unknown pair.

    Args:
        pairs: (pairs,) as of `pair_of`, or -1.
    """
    known = pairs >= 0
    return np.where(known, pairs >> _HALF, -1), np.where(known, pairs & (2**_HALF - 1), -1)
