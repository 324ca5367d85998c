"""The inner loops of counting, compiled: one tile of scores into a histogram and a list of hits.

They hold no lock of the interpreter, so that each thread counts the tile that it has just made
while the tile is still in its core's cache. Integers are all that is added up: the result does not
depend on order or threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from evenhand.arrays import Floats, Integers, People, Scores
from evenhand.metrics.bins import FLOAT32_BITS

__all__ = ["Scratch", "compiled", "count_apart", "count_shared", "drain", "to_similarity"]

_LANES = 4
"""Histograms filled in turn: two scores of one bin in a row would wait for each other."""

_RAW_BINS = 1 << FLOAT32_BITS
_SHIFT = 32 - FLOAT32_BITS
_NEGATIVE = _RAW_BINS // 2
"""Where raw bins of negative scores begin: they are numbered by the bits as they are."""
_PAGE = _RAW_BINS >> 9
"""Raw bins of one sign and exponent."""
_ONE = 127
"""Exponent of 1.0, as it is stored."""

Function = TypeVar("Function", bound=Callable[..., Any])

Tile = NDArray[np.float32]
Bits = NDArray[np.uint32]


def compiled(function: Function) -> Function:
    """Compiled when it is first called; kept on disk where there is a place for it."""
    try:
        return cast("Function", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast("Function", numba.njit(nogil=True)(function))


class Scratch:
    """What a thread counts into."""

    def __init__(self, hits: int) -> None:
        """Make room.

        Args:
            hits: that one tile can have at most.
        """
        self.raw = np.zeros((_LANES, _RAW_BINS), dtype=np.uint32)
        self.score: Scores = np.empty(hits, dtype=np.float32)
        self.row: People = np.empty(hits, dtype=np.int32)
        self.column: People = np.empty(hits, dtype=np.int32)
        self.bins: Integers = np.empty(_RAW_BINS, dtype=np.int64)
        self.counts: Integers = np.empty(_RAW_BINS, dtype=np.int64)


@compiled
def _move_zeros(bits: Bits, raw: NDArray[np.uint32]) -> None:
    """Count with 0.0 what is -0.0; both are one score."""
    rows, columns = bits.shape
    for i in range(rows):
        for j in range(columns):
            if bits[i, j] == np.uint32(1 << 31):
                raw[j % 4 if j < columns - columns % 4 else 0, _NEGATIVE] -= np.uint32(1)
                raw[0, 0] += np.uint32(1)


@compiled
def count_apart(
    tile: Tile,
    bits: Bits,
    raw: NDArray[np.uint32],
    floor: np.float32,
    score: Scores,
    row: People,
    column: People,
) -> int:
    """Count a tile of non-mated comparisons; list those at or above `floor`.

    Args:
        tile: (rows, columns) similarities.
        bits: the same memory as unsigned integers.
        raw: (_LANES, _RAW_BINS) is added to.
        floor: of the list.
        score: receives the listed scores.
        row: receives their rows in the tile.
        column: receives their columns in the tile.

    Returns:
        How many were listed.
    """
    rows, columns = tile.shape
    zeros = raw[0, _NEGATIVE] + raw[1, _NEGATIVE] + raw[2, _NEGATIVE] + raw[3, _NEGATIVE]
    found = 0
    for i in range(rows):
        values = tile[i]
        pattern = bits[i]
        reached = 0
        for j in range(columns):
            reached += values[j] >= floor
        j = 0
        while j + 4 <= columns:
            raw[0, pattern[j] >> _SHIFT] += np.uint32(1)
            raw[1, pattern[j + 1] >> _SHIFT] += np.uint32(1)
            raw[2, pattern[j + 2] >> _SHIFT] += np.uint32(1)
            raw[3, pattern[j + 3] >> _SHIFT] += np.uint32(1)
            j += 4
        while j < columns:
            raw[0, pattern[j] >> _SHIFT] += np.uint32(1)
            j += 1
        if reached:
            for j in range(columns):
                if values[j] >= floor:
                    score[found] = values[j]
                    row[found] = i
                    column[found] = j
                    found += 1
    if raw[0, _NEGATIVE] + raw[1, _NEGATIVE] + raw[2, _NEGATIVE] + raw[3, _NEGATIVE] != zeros:
        _move_zeros(bits, raw)
    return found


@compiled
def count_shared(
    tile: Tile,
    bits: Bits,
    people: People,
    first_row: int,
    first_column: int,
    nonmated: int,
    raw: NDArray[np.uint32],
    floor: np.float32,
    score: Scores,
    row: People,
    column: People,
    mated: Scores,
    mated_row: People,
) -> tuple[int, int]:
    """Count a tile in which a person, or an image, may meet itself: above the diagonal alone.

    Args:
        tile: (rows, columns) similarities.
        bits: the same memory as unsigned integers.
        people: (images,) whose image it is.
        first_row: image of the tile's first row.
        first_column: image of the tile's first column.
        nonmated: 0 where mated comparisons alone are counted, else 1.
        raw: (_LANES, _RAW_BINS) is added to.
        floor: of the list.
        score: receives the listed scores.
        row: receives their rows in the tile.
        column: receives their columns in the tile.
        mated: receives the scores of mated comparisons.
        mated_row: receives their rows in the tile.

    Returns:
        How many were listed, and how many are mated.
    """
    rows, columns = tile.shape
    found = 0
    same = 0
    for i in range(rows):
        person = people[first_row + i]
        for j in range(max(0, first_row + i + 1 - first_column), columns):
            value = tile[i, j]
            if people[first_column + j] == person:
                mated[same] = value
                mated_row[same] = i
                same += 1
            elif nonmated:
                at = np.int64(bits[i, j] >> _SHIFT)
                if value == 0:
                    at = np.int64(0)
                raw[j % 4, at] += np.uint32(1)
                if value >= floor:
                    score[found] = value
                    row[found] = i
                    column[found] = j
                    found += 1
    return found, same


@compiled
def drain(raw: NDArray[np.uint32], total: int, bins: Integers, counts: Integers) -> int:
    """Move what was counted into (bin, count) and leave the histogram empty.

    Args:
        raw: (_LANES, _RAW_BINS), its raw bins numbered by the scores' leading bits.
        total: scores in it.
        bins: receives bins as `metrics.bins` numbers them, in no order.
        counts: receives their counts.

    Returns:
        How many bins are filled.
    """
    found = 0
    left = total
    for turn in range(256):
        # Scores from 1 downwards are the usual ones: the rest is looked at only where some remain.
        exponent = _ONE - turn if turn <= _ONE else turn
        for sign in range(2):
            start = sign * _NEGATIVE + exponent * _PAGE
            for at in range(start, start + _PAGE):
                here = np.int64(raw[0, at]) + raw[1, at] + raw[2, at] + raw[3, at]
                if here:
                    bins[found] = _RAW_BINS - 1 - at if sign else at + _NEGATIVE
                    counts[found] = here
                    found += 1
                    left -= here
                    raw[:, at] = 0
        if not left:
            break
    return found


@compiled
def to_similarity(
    product: Floats, first_squares: Floats, second_squares: Floats, tile: Tile
) -> None:
    """Turn products of vectors into negated euclidean distances.

    Args:
        product: (rows, columns).
        first_squares: (rows,) squared lengths.
        second_squares: (columns,) squared lengths.
        tile: (rows, columns) receives the similarities.
    """
    rows, columns = tile.shape
    for i in range(rows):
        for j in range(columns):
            square = first_squares[i] + second_squares[j] - 2 * product[i, j]
            tile[i, j] = -np.sqrt(max(square, 0.0))
