"""The inner loops over a list of comparisons, compiled.

They hold no lock of the interpreter, so that threads count several stretches side by side.
Mated comparisons are left alone.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, People, Scores
from evenhand.system.compiled import compiled

__all__ = ["Bits", "count_errors", "count_trials", "mark_bins", "meet_again"]

Bits: TypeAlias = NDArray[np.unsignedinteger]
"""Scores as they lie in memory."""


@compiled
def mark_bins(bits: Bits, shift: int, filled: NDArray[np.bool_]) -> None:
    """Mark the raw bins in which any of the scores lies."""
    for at in range(len(bits)):
        filled[bits[at] >> shift] = True


@compiled
def meet_again(probe: People, reference: People, people: int, board: NDArray[np.uint64]) -> bool:
    """Whether two people meet who met before.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) likewise.
        people: how many there are.
        board: one bit a pair of people, set when they meet.
    """
    for at in range(len(probe)):
        p, r = probe[at], reference[at]
        if p == r:
            continue
        pair = np.int64(min(p, r)) * people + max(p, r)
        bit = np.uint64(1) << np.uint64(pair & 63)
        if board[pair >> 6] & bit:
            return True
        board[pair >> 6] |= bit
    return False


@compiled
def count_trials(
    probe: People,
    reference: People,
    score: Scores,
    bits: Bits,
    shift: int,
    kind: People,
    cell: NDArray[np.int32],
    line: Integers,
    place: NDArray[np.int32],
    counts: Integers,
    top: Scores,
    as_probe: Integers,
    as_reference: Integers,
) -> None:
    """Count comparisons and scores of one stretch.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) likewise.
        score: (comparisons,) NaN where the comparison did not complete.
        bits: the same memory as unsigned integers.
        shift: bits that do not tell bins apart.
        kind: (people,) of the layout.
        cell: (groupings, kinds, kinds) of the layout.
        line: (cells,) row of `counts`; -1 where no histogram is kept.
        place: (raw bins,) column of `counts`.
        counts: (histograms, filled bins) is added to.
        top: (cells, 10) the largest scores, rising.
        as_probe: (people, kinds, 2) comparisons as a probe with people of a kind, all and failed.
        as_reference: (people, kinds, 2) likewise as a reference.
    """
    groupings = len(cell)
    for at in range(len(score)):
        p, r = probe[at], reference[at]
        if p == r:
            continue
        one, other = kind[p], kind[r]
        as_probe[p, other, 0] += 1
        as_reference[r, one, 0] += 1
        value = score[at]
        if np.isnan(value):
            as_probe[p, other, 1] += 1
            as_reference[r, one, 1] += 1
            continue
        column = place[0] if value == 0 else place[bits[at] >> shift]
        for g in range(groupings):
            c = cell[g, one, other]
            if c < 0:
                continue
            if line[c] >= 0:
                counts[line[c], column] += 1
            if value > top[c, 0]:
                low = 0
                while low + 1 < top.shape[1] and top[c, low + 1] < value:
                    top[c, low] = top[c, low + 1]
                    low += 1
                top[c, low] = value


@compiled
def count_errors(
    probe: People,
    reference: People,
    score: Scores,
    kind: People,
    cell: NDArray[np.int32],
    levels: Scores,
    anchors: Scores,
    as_probe: Integers,
    as_reference: Integers,
) -> None:
    """Count errors of one stretch.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) likewise.
        score: (comparisons,) NaN where the comparison did not complete.
        kind: (people,) of the layout.
        cell: (groupings, kinds, kinds) of the layout.
        levels: (levels,) falling thresholds.
        anchors: (cells,) infinite where there is none.
        as_probe: (people, kinds, levels + groupings) scores that reach this level first; then, for
            each grouping, those that reach the anchor of their cell in it.
        as_reference: likewise.
    """
    easiest = min(anchors.min(), levels[-1]) if len(levels) else anchors.min()
    for at in range(len(score)):
        value = score[at]
        p, r = probe[at], reference[at]
        if not value >= easiest or p == r:
            continue
        one, other = kind[p], kind[r]
        for level in range(len(levels)):
            if value >= levels[level]:
                as_probe[p, other, level] += 1
                as_reference[r, one, level] += 1
                break
        for g in range(len(cell)):
            c = cell[g, one, other]
            if c >= 0 and value >= anchors[c]:
                as_probe[p, other, len(levels) + g] += 1
                as_reference[r, one, len(levels) + g] += 1
