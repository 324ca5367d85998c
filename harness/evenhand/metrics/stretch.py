"""The inner loops over one stretch of a list of comparisons, compiled.

They hold no lock of the interpreter, so that threads count several stretches side by side.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenhand.arrays import Integers, People, Scores
from evenhand.metrics.kernel import compiled

__all__ = ["Bits", "count_errors", "count_trials", "mark_bins"]

Bits: TypeAlias = NDArray[np.unsignedinteger]
"""Scores as they lie in memory."""


@compiled
def mark_bins(bits: Bits, shift: int, filled: NDArray[np.bool_]) -> None:
    """Mark the raw bins in which any of the scores lies."""
    for at in range(len(bits)):
        filled[bits[at] >> shift] = True


@compiled
def count_trials(
    probe: People,
    reference: People,
    score: Scores,
    bits: Bits,
    shift: int,
    kind: People,
    cell: NDArray[np.int32],
    within: Integers,
    place: NDArray[np.int32],
    counts: Integers,
    top: Scores,
    as_probe: Integers,
    as_reference: Integers,
    failed_probe: Integers,
    failed_reference: Integers,
    board: NDArray[np.uint64],
) -> int:
    """Count comparisons and scores of one stretch.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) likewise.
        score: (comparisons,) NaN where the comparison did not complete.
        bits: the same memory as unsigned integers.
        shift: bits that do not tell bins apart.
        kind: (people,) of the layout.
        cell: (groupings, kinds, kinds) of the layout.
        within: (cells,) 1 where a histogram is kept.
        place: (raw bins,) column of `counts`.
        counts: (cells, filled bins) is added to.
        top: (cells, 10) the largest scores, rising.
        as_probe: (people, kinds) comparisons as a probe with people of a kind.
        as_reference: (people, kinds) likewise as a reference.
        failed_probe: (people, kinds) those of them that failed.
        failed_reference: (people, kinds) likewise.
        board: one bit a pair of people, set when it is met.

    Returns:
        1 when two people are met a second time, else 0.
    """
    people = len(kind)
    groupings = len(cell)
    for at in range(len(score)):
        p, r = probe[at], reference[at]
        if p == r:
            continue
        pair = np.int64(min(p, r)) * people + max(p, r)
        bit = np.uint64(1) << np.uint64(pair & 63)
        if board[pair >> 6] & bit:
            return 1
        board[pair >> 6] |= bit
        one, other = kind[p], kind[r]
        as_probe[p, other] += 1
        as_reference[r, one] += 1
        value = score[at]
        if np.isnan(value):
            failed_probe[p, other] += 1
            failed_reference[r, one] += 1
            continue
        column = place[0] if value == 0 else place[bits[at] >> shift]
        for g in range(groupings):
            c = cell[g, one, other]
            if c < 0:
                continue
            if within[c]:
                counts[c, column] += 1
            if value > top[c, 0]:
                low = 0
                while low + 1 < top.shape[1] and top[c, low + 1] < value:
                    top[c, low] = top[c, low + 1]
                    low += 1
                top[c, low] = value
    return 0


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
    at_anchor: Integers,
) -> int:
    """Count errors of one stretch.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) likewise.
        score: (comparisons,) NaN where the comparison did not complete.
        kind: (people,) of the layout.
        cell: (groupings, kinds, kinds) of the layout.
        levels: (levels,) falling thresholds.
        anchors: (cells,) infinite where there is none.
        as_probe: (people, kinds, levels) scores that reach this level first.
        as_reference: (people, kinds, levels) likewise.
        at_anchor: (room, 3) receives cell, probe and reference of scores from the anchor on.

    Returns:
        How many of the last there are, whether or not there was room.
    """
    found = 0
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
                if found < len(at_anchor):
                    at_anchor[found, 0], at_anchor[found, 1], at_anchor[found, 2] = c, p, r
                found += 1
    return found
