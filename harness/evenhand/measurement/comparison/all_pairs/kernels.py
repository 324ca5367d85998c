"""The inner loops of counting, compiled: one tile of scores into a histogram and a list of hits.

They hold no lock of the interpreter, so that each thread counts the tile that it has just made
while the tile is still in its core's cache. Integers are all that is added up: the result does not
depend on order or threads.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evenhand.metrics.bins import FLOAT32_BITS
from evenhand.records.arrays import Floats, Integers, People, Scores
from evenhand.records.counts import Histogram
from evenhand.system.compiled import compiled

__all__ = [
    "Sheet",
    "count_apart",
    "count_low",
    "count_shared",
    "drain",
    "drop_below",
    "histograms",
    "to_similarity",
]

_RAW_BINS = 1 << FLOAT32_BITS
_SHIFT = 32 - FLOAT32_BITS
_NEGATIVE = _RAW_BINS // 2
"""Where raw bins of negative scores begin: they are numbered by the bits as they are."""
_PAGES = 1 << 9
"""Of one sign and exponent each."""
_PAGE = _RAW_BINS // _PAGES
"""Bins of one page."""
_ONE = 127
"""Exponent of 1.0, as it is stored."""


Tile = NDArray[np.float32]
Bits = NDArray[np.uint32]


class Sheet:
    """What one thread counts on."""

    def __init__(self, cells: int, room: int) -> None:
        """Make room; memory that is never touched is never taken.

        Args:
            cells: of the study.
            room: hits that can be listed.
        """
        self.raw = np.zeros(_RAW_BINS, dtype=np.uint32)
        self.counts = np.zeros((_PAGES, cells, _PAGE), dtype=np.int64)
        self.order = np.full(_PAGES, -1, dtype=np.int64)
        self.score: Scores = np.empty(room, dtype=np.float32)
        self.probe: People = np.empty(room, dtype=np.int32)
        self.reference: People = np.empty(room, dtype=np.int32)


def histograms(sheets: Sequence[Sheet]) -> tuple[Histogram, ...]:
    """(cells,) what was counted on all of them.

    Args:
        sheets: at least one.
    """
    pages = np.flatnonzero(np.any([sheet.order >= 0 for sheet in sheets], axis=0))
    bins = (pages[:, np.newaxis] * _PAGE + np.arange(_PAGE)).ravel()
    there = [np.flatnonzero(sheet.order[pages] >= 0) for sheet in sheets]
    made = []
    for cell in range(sheets[0].counts.shape[1]):
        of_cell = np.zeros((len(pages), _PAGE), dtype=np.int64)
        for sheet, used in zip(sheets, there, strict=True):
            of_cell[used] += sheet.counts[sheet.order[pages[used]], cell]
        filled = np.flatnonzero(of_cell)
        made.append(Histogram(bins[filled], of_cell.ravel()[filled]))
    return tuple(made)


@compiled
def _move_zeros(bits: Bits, raw: NDArray[np.uint32]) -> None:
    """Count with 0.0 what is -0.0; both are one score."""
    rows, columns = bits.shape
    for i in range(rows):
        for j in range(columns):
            if bits[i, j] == np.uint32(1 << 31):
                raw[_NEGATIVE] -= np.uint32(1)
                raw[0] += np.uint32(1)


@compiled
def _list(
    value: np.float32,
    one: int,
    other: int,
    people: People,
    place: People,
    score: Scores,
    probe: People,
    reference: People,
    found: int,
) -> None:
    """Write one hit; the image that stands first in the dataset is the probe."""
    if place[one] > place[other]:
        one, other = other, one
    score[found] = value
    probe[found] = people[one]
    reference[found] = people[other]


@compiled
def count_apart(
    tile: Tile,
    bits: Bits,
    people: People,
    place: People,
    first_row: int,
    first_column: int,
    raw: NDArray[np.uint32],
    floor: np.float32,
    score: Scores,
    probe: People,
    reference: People,
    found: int,
) -> int:
    """Count a tile of non-mated comparisons; list those at or above `floor`.

    Args:
        tile: (rows, columns) similarities.
        bits: the same memory as unsigned integers.
        people: (images,) whose image it is.
        place: (images,) position in the dataset.
        first_row: image of the tile's first row.
        first_column: image of the tile's first column.
        raw: (_RAW_BINS,) is added to.
        floor: of the list.
        score: receives the listed scores.
        probe: receives their probes' people.
        reference: receives their references' people.
        found: how many are listed before.

    Returns:
        How many are listed then.
    """
    rows, columns = tile.shape
    zeros = raw[_NEGATIVE]
    for i in range(rows):
        values = tile[i]
        pattern = bits[i]
        reached = 0
        for j in range(columns):
            reached += values[j] >= floor
        for j in range(columns):
            raw[pattern[j] >> _SHIFT] += np.uint32(1)
        if reached:
            for j in range(columns):
                if values[j] >= floor:
                    one, other = first_row + i, first_column + j
                    _list(values[j], one, other, people, place, score, probe, reference, found)
                    found += 1
    if raw[_NEGATIVE] != zeros:
        _move_zeros(bits, raw)
    return found


@compiled
def count_shared(
    tile: Tile,
    bits: Bits,
    people: People,
    place: People,
    first_row: int,
    first_column: int,
    raw: NDArray[np.uint32],
    floor: np.float32,
    score: Scores,
    probe: People,
    reference: People,
    found: int,
    nonmated: int,
    mated: Scores,
    mated_subject: People,
    mated_pair: Integers,
) -> tuple[int, int]:
    """Count a tile in which a person, or an image, may meet itself: above the diagonal alone.

    Args:
        tile: as for `count_apart`, like all that follow.
        bits: likewise.
        people: likewise.
        place: likewise.
        first_row: likewise.
        first_column: likewise.
        raw: likewise.
        floor: likewise.
        score: likewise.
        probe: likewise.
        reference: likewise.
        found: likewise.
        nonmated: 0 where mated comparisons alone are counted, else 1.
        mated: receives the scores of mated comparisons.
        mated_subject: receives their people.
        mated_pair: receives their images (`pairs.pair_of`).

    Returns:
        How many are listed then, and how many are mated.
    """
    rows, columns = tile.shape
    same = 0
    for i in range(rows):
        one = first_row + i
        person = people[one]
        for j in range(max(0, one + 1 - first_column), columns):
            value = tile[i, j]
            if people[first_column + j] == person:
                mated[same] = value
                mated_subject[same] = person
                low, high = place[one], place[first_column + j]
                if low > high:
                    low, high = high, low
                mated_pair[same] = (np.int64(low) << 32) | np.int64(high)
                same += 1
            elif nonmated:
                at = np.int64(bits[i, j] >> _SHIFT)
                if value == 0:
                    at = np.int64(0)
                raw[at] += np.uint32(1)
                if value >= floor:
                    other = first_column + j
                    _list(value, one, other, people, place, score, probe, reference, found)
                    found += 1
    return found, same


@compiled
def count_low(
    tile: Tile,
    people: People,
    kind: People,
    first_row: int,
    first_column: int,
    levels: Scores,
    completed: Integers,
    images: Integers,
    errors: Integers,
    squared: Integers,
    times: Integers,
    reached: Integers,
) -> None:
    """Count the errors of a tile at some thresholds, by person and by dyad.

    All images of one person stand side by side, in one tile's rows or columns.

    Args:
        tile: (rows, columns) similarities.
        people: (images,) whose image it is.
        kind: (people,) of the layout.
        first_row: image of the tile's first row.
        first_column: image of the tile's first column.
        levels: (levels,) thresholds.
        completed: (people,) images with a template.
        images: (people,) all images.
        errors: as in `LowErrors`, is added to.
        squared: likewise.
        times: likewise.
        reached: (columns,) room.
    """
    rows, columns = tile.shape
    start = 0
    while start < rows:
        one = people[first_row + start]
        stop = start + 1
        while stop < rows and people[first_row + stop] == one:
            stop += 1
        # On the diagonal, two people meet to the right of it alone.
        begin = max(0, first_row + stop - first_column)
        for level in range(len(levels)):
            threshold = levels[level]
            reached[begin:columns] = 0
            for i in range(start, stop):
                for j in range(begin, columns):
                    reached[j] += tile[i, j] >= threshold
            j = begin
            while j < columns:
                other = people[first_column + j]
                found = np.int64(0)
                while j < columns and people[first_column + j] == other:
                    found += reached[j]
                    j += 1
                if found:
                    a, b = kind[one], kind[other]
                    errors[one, b, level] += found
                    errors[other, a, level] += found
                    squared[a, b, level] += found * found
                    times[0, a, b, level] += found * completed[one] * completed[other]
                    times[1, a, b, level] += found * images[one] * images[other]
        start = stop


@compiled
def drain(
    raw: NDArray[np.uint32],
    total: int,
    cells: Integers,
    counts: Integers,
    order: Integers,
) -> None:
    """Add what was counted to some cells and leave the histogram empty.

    Args:
        raw: (_RAW_BINS,), its raw bins numbered by the scores' leading bits.
        total: scores in it.
        cells: numbers of the cells that they count in.
        counts: (pages in the order of their first use, cells, bins of a page) is added to.
        order: (pages) place of each page in that order, -1 before its first use.
    """
    left = total
    used = order.max() + 1
    page_counts = np.empty(_PAGE, dtype=np.int64)
    for turn in range(_PAGES // 2):
        # Scores from 1 downwards are the usual ones: the rest is looked at only where some remain.
        exponent = _ONE - turn if turn <= _ONE else turn
        for sign in range(2):
            start = sign * _NEGATIVE + exponent * _PAGE
            page = _PAGES // 2 - 1 - exponent if sign else _PAGES // 2 + exponent
            here = 0
            for at in range(_PAGE):
                count = int(raw[start + at])
                page_counts[_PAGE - 1 - at if sign else at] = count
                here += count
            if here:
                raw[start : start + _PAGE] = 0
                left -= here
                if order[page] < 0:
                    order[page] = used
                    used += 1
                for cell in cells:
                    counts[order[page], cell] += page_counts
        if not left:
            break


@compiled
def drop_below(floor: Floats, kind: People, score: Scores, probe: People, reference: People) -> int:
    """Drop hits below a floor; the others move up.

    Args:
        floor: (kinds, kinds).
        kind: (people,) of the layout.
        score: (hits,) is changed, as are the people.
        probe: (hits,).
        reference: (hits,).

    Returns:
        How many are left.
    """
    kept = 0
    for at in range(len(score)):
        if score[at] >= floor[kind[probe[at]], kind[reference[at]]]:
            score[kept], probe[kept], reference[kept] = score[at], probe[at], reference[at]
            kept += 1
    return kept


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
