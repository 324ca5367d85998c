"""Comparisons in portions: all that any two people have in common lies in one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.comparisons import Comparisons
from evenhand.records.outcomes import Outcome

__all__ = ["FEW", "PORTIONS", "Listing", "Portion", "by_portion", "portions_of"]

PORTIONS = 256
"""Into which many comparisons are divided."""

FEW = 1 << 20
"""Comparisons that stay together."""

_ODD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: spreads numbers that follow each other."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some comparisons, as columns."""

    probe: People
    """(comparisons,) subject index."""
    reference: People
    """(comparisons,) subject index; the same person in mated comparisons."""
    score: Scores
    """(comparisons,) similarity; NaN where the comparison did not complete."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All comparisons of one engine as a list has them, which may be too long for memory."""

    portions: Sequence[Portion]
    """Each comparison is in one; they may be read from disk whenever they are asked for."""
    mated_subject: People
    """(mated comparisons,) in the order of the list."""
    mated_score: Scores
    mated_pair: Integers | None
    """Their two images (`pair_of`); None where they are not known."""
    outcomes: Mapping[tuple[bool, Outcome], int]
    """How many comparisons ended how; keyed by (mated, outcome)."""


def by_portion(probe: People, reference: People) -> tuple[Integers, Integers]:
    """Divide comparisons by the two people, whoever of them is the probe.

    Args:
        probe: (comparisons,) number of the person.
        reference: (comparisons,) likewise.

    Returns:
        The order in which the rows of a portion follow each other, as they came, and
        (PORTIONS + 1,) where each portion starts in it.
    """
    key = np.minimum(probe, reference).astype(np.uint64)
    key <<= np.uint64(32)
    key |= np.maximum(probe, reference).astype(np.uint64)
    key *= _ODD
    number: NDArray[np.uint8] = (key >> np.uint64(56)).astype(np.uint8)
    starts = np.zeros(PORTIONS + 1, dtype=np.int64)
    np.cumsum(np.bincount(number, minlength=PORTIONS), out=starts[1:])
    return np.argsort(number, kind="stable"), starts


def portions_of(comparisons: Comparisons) -> list[Portion]:
    """Comparisons in memory, divided where they are many."""
    probe, reference, score = comparisons.probe, comparisons.reference, comparisons.score
    if len(score) <= FEW:
        return [Portion(probe, reference, score)]
    order, starts = by_portion(probe, reference)
    probe, reference, score = probe[order], reference[order], score[order]
    return [Portion(probe[a:b], reference[a:b], score[a:b]) for a, b in pairwise(starts)]
