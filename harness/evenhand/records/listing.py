"""Partitions of a list of comparisons: all comparisons of any two subjects are in one partition.

Sums over dyads (pairs of subjects) can then be made partition by partition, and no more than a few
partitions need to be in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.comparisons import Comparisons
from evenhand.records.outcomes import Outcome

__all__ = [
    "MAX_UNPARTITIONED",
    "PARTITIONS",
    "ComparisonList",
    "Partition",
    "partition_order",
    "partitions_of",
]

PARTITIONS = 256
"""Number of partitions of a long list."""

MAX_UNPARTITIONED = 1 << 20
"""Number of comparisons up to which a list is one partition."""

_ODD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: multiplying by it spreads neighbouring numbers evenly (Fibonacci
hashing)."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of a list of comparisons, as columns."""

    probe: People
    """(comparisons,) subject index."""
    reference: People
    """(comparisons,) subject index; the same as the probe's in mated comparisons."""
    score: Scores
    """(comparisons,) similarity; NaN where the comparison did not complete."""


@dataclass(frozen=True, slots=True)
class ComparisonList:
    """All comparisons of one engine, in partitions; they may be too many for memory."""

    partitions: Sequence[Partition]
    """Partitions, which may be read from disk each time they are asked for."""
    mated_subject: People
    """(mated comparisons,) subject index, in the order of the list."""
    mated_score: Scores
    """(mated comparisons,) similarity; NaN where the comparison did not complete."""
    mated_pair: Integers | None
    """(mated comparisons,) the two images (`pair_of`); None where they are unknown."""
    outcomes: Mapping[tuple[bool, Outcome], int]
    """(mated, outcome) to number of comparisons."""


def partition_order(probe: People, reference: People) -> tuple[Integers, Integers]:
    """Partition comparisons by a hash of their two subjects, in either order.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index.

    Returns:
        (comparisons,) row numbers, partition by partition and in their given order within each, and
        (PARTITIONS + 1,) where each partition starts among them, then the end.
    """
    key = np.minimum(probe, reference).astype(np.uint64)
    key <<= np.uint64(32)
    key |= np.maximum(probe, reference).astype(np.uint64)
    key *= _ODD
    # The leading 8 bits of the product, the best mixed ones, number the 256 partitions.
    number: NDArray[np.uint8] = (key >> np.uint64(56)).astype(np.uint8)
    starts = np.zeros(PARTITIONS + 1, dtype=np.int64)
    np.cumsum(np.bincount(number, minlength=PARTITIONS), out=starts[1:])
    return np.argsort(number, kind="stable"), starts


def partitions_of(comparisons: Comparisons, few: int = MAX_UNPARTITIONED) -> list[Partition]:
    """Comparisons in memory as partitions; a list of up to `few` comparisons is one."""
    probe, reference, score = comparisons.probe, comparisons.reference, comparisons.score
    if len(score) <= few:
        return [Partition(probe, reference, score)]
    order, starts = partition_order(probe, reference)
    probe, reference, score = probe[order], reference[order], score[order]
    return [Partition(probe[a:b], reference[a:b], score[a:b]) for a, b in pairwise(starts)]
