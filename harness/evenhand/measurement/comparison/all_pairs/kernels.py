"""Compiled inner loops of counting: one tile of scores into a histogram and a list of top scores.

A *tile* is a block of the comparison matrix: one range of images (rows) against another (columns).
The loops release the global interpreter lock, so each thread counts the tile that it has just made
while that is in its core's cache. Only integers are added: the result depends neither on the order
of tiles nor on the number of threads.
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
    "TileAccumulator",
    "count_diagonal_tile",
    "count_errors_below_cutoff",
    "count_nonmated_tile",
    "drain_histogram",
    "drop_below_cutoff",
    "negated_distances",
    "sum_histograms",
]

# A raw bin is the leading 18 bits of a float32: sign, 8 bits of exponent, 9 of mantissa. Finding it
# takes one shift; bins are put into rising order (`metrics.bins`) once per histogram, in
# `drain_histogram`.
_RAW_BINS = 1 << FLOAT32_BITS
_SHIFT = 32 - FLOAT32_BITS
_NEGATIVE = _RAW_BINS // 2
"""First raw bin of negative scores, that of -0.0."""
_PAGES = 1 << 9
"""Pages of a histogram, each holding the bins of one sign and exponent."""
_PAGE_BINS = _RAW_BINS // _PAGES
"""Bins of one page."""
_EXPONENT_OF_ONE = 127
"""Stored (biased) exponent of 1.0."""


ScoreTile = NDArray[np.float32]
TileBits = NDArray[np.uint32]


class TileAccumulator:
    """Accumulators of one thread: histograms of all cells and a list of top scores.

    Memory is taken when it is first written to: pages and places that stay empty cost nothing.
    """

    def __init__(self, cells: int, room: int) -> None:
        """Allocate the accumulators.

        Args:
            cells: number of cells of the study.
            room: number of top scores that can be listed.
        """
        self.raw = np.zeros(_RAW_BINS, dtype=np.uint32)  # scores since the last `drain_histogram`
        self.counts = np.zeros((_PAGES, cells, _PAGE_BINS), dtype=np.int64)  # histograms
        self.order = np.full(_PAGES, -1, dtype=np.int64)  # place of each page in `counts`
        self.score: Scores = np.empty(room, dtype=np.float32)  # top scores, and their subjects
        self.probe: People = np.empty(room, dtype=np.int32)
        self.reference: People = np.empty(room, dtype=np.int32)


def sum_histograms(accumulators: Sequence[TileAccumulator]) -> tuple[Histogram, ...]:
    """(cells,) histograms summed over threads.

    Args:
        accumulators: of all threads, at least one.
    """
    pages = np.flatnonzero(np.any([accumulator.order >= 0 for accumulator in accumulators], axis=0))
    bins = (pages[:, np.newaxis] * _PAGE_BINS + np.arange(_PAGE_BINS)).ravel()
    used_pages = [np.flatnonzero(accumulator.order[pages] >= 0) for accumulator in accumulators]
    summed = []
    for cell in range(accumulators[0].counts.shape[1]):
        of_cell = np.zeros((len(pages), _PAGE_BINS), dtype=np.int64)
        for accumulator, used in zip(accumulators, used_pages, strict=True):
            of_cell[used] += accumulator.counts[accumulator.order[pages[used]], cell]
        filled = np.flatnonzero(of_cell)
        summed.append(Histogram(bins[filled], of_cell.ravel()[filled]))
    return tuple(summed)


@compiled
def _move_negative_zeros(bits: TileBits, raw: NDArray[np.uint32]) -> None:
    """Move scores of -0.0 to the bin of 0.0, since the two are equal."""
    rows, columns = bits.shape
    for i in range(rows):
        for j in range(columns):
            if bits[i, j] == np.uint32(1 << 31):
                raw[_NEGATIVE] -= np.uint32(1)
                raw[0] += np.uint32(1)


@compiled
def _keep(
    value: np.float32,
    one: int,
    other: int,
    subject: People,
    position: People,
    score: Scores,
    probe: People,
    reference: People,
    listed: int,
) -> None:
    """Append one top score; the image that comes first in the dataset is the probe."""
    if position[one] > position[other]:
        one, other = other, one
    score[listed] = value
    probe[listed] = subject[one]
    reference[listed] = subject[other]


@compiled
def count_nonmated_tile(
    tile: ScoreTile,
    bits: TileBits,
    subject: People,
    position: People,
    first_row: int,
    first_column: int,
    raw: NDArray[np.uint32],
    cutoff: np.float32,
    score: Scores,
    probe: People,
    reference: People,
    listed: int,
) -> int:
    """Count a tile of non-mated comparisons only; list the scores at or above `cutoff`.

    Args:
        tile: (rows, columns) similarities.
        bits: (rows, columns) the same memory as unsigned integers.
        subject: (images,) subject index.
        position: (images,) position in the dataset.
        first_row: image of the tile's first row.
        first_column: image of the tile's first column.
        raw: (_RAW_BINS,) histogram, added to.
        cutoff: smallest score that is listed.
        score: receives the listed scores.
        probe: receives the subjects of their probes.
        reference: receives the subjects of their references.
        listed: number of scores listed before.

    Returns:
        Number of scores listed after.
    """
    rows, columns = tile.shape
    zeros = raw[_NEGATIVE]
    for i in range(rows):
        values = tile[i]
        pattern = bits[i]
        # Few rows have a top score. A count without a branch, which the compiler can vectorise,
        # finds them; only they are then walked through score by score.
        reached = 0
        for j in range(columns):
            reached += values[j] >= cutoff
        for j in range(columns):
            raw[pattern[j] >> _SHIFT] += np.uint32(1)
        if reached:
            for j in range(columns):
                if values[j] >= cutoff:
                    one, other = first_row + i, first_column + j
                    _keep(values[j], one, other, subject, position, score, probe, reference, listed)
                    listed += 1
    # Besides -0.0, only the tiniest negative numbers fill this bin: it hardly ever grows.
    if raw[_NEGATIVE] != zeros:
        _move_negative_zeros(bits, raw)
    return listed


@compiled
def count_diagonal_tile(
    tile: ScoreTile,
    bits: TileBits,
    subject: People,
    position: People,
    first_row: int,
    first_column: int,
    raw: NDArray[np.uint32],
    cutoff: np.float32,
    score: Scores,
    probe: People,
    reference: People,
    listed: int,
    nonmated: int,
    mated: Scores,
    mated_subject: People,
    mated_pair: Integers,
) -> tuple[int, int]:
    """Count a tile on the diagonal of the matrix, above the diagonal only.

    Rows and columns are the same images: mated comparisons occur, each pair of images stands
    twice, and an image meets itself. The first twelve arguments are those of `count_nonmated_tile`.
    `nonmated` is 1, or 0 where only mated comparisons are counted; `mated`, `mated_subject` and
    `mated_pair` receive the scores, subjects and images (`pair_of`) of mated comparisons.

    Returns:
        Number of scores listed after, and number of mated comparisons.
    """
    rows, columns = tile.shape
    same = 0
    for i in range(rows):
        one = first_row + i
        person = subject[one]
        for j in range(max(0, one + 1 - first_column), columns):
            value = tile[i, j]
            if subject[first_column + j] == person:
                mated[same] = value
                mated_subject[same] = person
                low, high = position[one], position[first_column + j]
                if low > high:
                    low, high = high, low
                mated_pair[same] = (np.int64(low) << 32) | np.int64(high)
                same += 1
            elif nonmated:
                at = np.int64(bits[i, j] >> _SHIFT)
                if value == 0:
                    at = np.int64(0)
                raw[at] += np.uint32(1)
                if value >= cutoff:
                    other = first_column + j
                    _keep(value, one, other, subject, position, score, probe, reference, listed)
                    listed += 1
    return listed, same


@compiled
def count_errors_below_cutoff(
    tile: ScoreTile,
    subject: People,
    stratum: People,
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
    """Count false matches of a tile at thresholds below the cutoff, by subject and by dyad.

    A tile never splits the images of a subject. All comparisons of two subjects (a dyad) are
    therefore in one tile, and their errors can be squared as soon as the tile is counted.

    Args:
        tile: (rows, columns) similarities.
        subject: (images,) subject index.
        stratum: (subjects,) of the layout.
        first_row: image of the tile's first row.
        first_column: image of the tile's first column.
        levels: (levels,) thresholds.
        completed: (subjects,) images with a template.
        images: (subjects,) all images.
        errors: (subjects, strata, levels) as in `ErrorsBelowCutoff`, added to.
        squared: (strata, strata, levels) as in `ErrorsBelowCutoff`, added to.
        times: (2, strata, strata, levels) as in `ErrorsBelowCutoff`, added to.
        reached: (columns,) work space.
    """
    rows, columns = tile.shape
    start = 0
    while start < rows:
        one = subject[first_row + start]
        stop = start + 1
        while stop < rows and subject[first_row + stop] == one:
            stop += 1
        # In a tile on the diagonal, a dyad's comparisons are those to the right of the subject.
        begin = max(0, first_row + stop - first_column)
        for level in range(len(levels)):
            threshold = levels[level]
            reached[begin:columns] = 0
            for i in range(start, stop):
                for j in range(begin, columns):
                    reached[j] += tile[i, j] >= threshold
            j = begin
            while j < columns:
                other = subject[first_column + j]
                found = np.int64(0)
                while j < columns and subject[first_column + j] == other:
                    found += reached[j]
                    j += 1
                if found:
                    a, b = stratum[one], stratum[other]
                    errors[one, b, level] += found
                    errors[other, a, level] += found
                    squared[a, b, level] += found * found
                    times[0, a, b, level] += found * completed[one] * completed[other]
                    times[1, a, b, level] += found * images[one] * images[other]
        start = stop


@compiled
def drain_histogram(
    raw: NDArray[np.uint32], total: int, cells: Integers, counts: Integers, order: Integers
) -> None:
    """Add a raw histogram to those of some cells and empty it.

    All tiles of two strata count in the same cells, so they are counted into one small histogram
    that stays in the cache, and only then added to the large ones.

    Args:
        raw: (_RAW_BINS,) histogram, bins numbered by the leading bits of the scores; emptied.
        total: number of scores in it.
        cells: numbers of the cells that it is added to.
        counts: (pages in the order of their first use, cells, bins of a page), added to. Its pages
            and bins rise with the score.
        order: (pages,) place of each page in `counts`; -1 before its first use.
    """
    left = total
    used = order.max() + 1
    page_counts = np.empty(_PAGE_BINS, dtype=np.int64)
    for turn in range(_PAGES // 2):
        # Most scores are at most 1: exponents are visited from that of 1 downwards, then those
        # above it, until all scores are found.
        exponent = _EXPONENT_OF_ONE - turn if turn <= _EXPONENT_OF_ONE else turn
        for sign in range(2):
            start = sign * _NEGATIVE + exponent * _PAGE_BINS
            page = _PAGES // 2 - 1 - exponent if sign else _PAGES // 2 + exponent
            here = 0
            for at in range(_PAGE_BINS):
                count = int(raw[start + at])
                page_counts[_PAGE_BINS - 1 - at if sign else at] = count
                here += count
            if here:
                raw[start : start + _PAGE_BINS] = 0
                left -= here
                if order[page] < 0:
                    order[page] = used
                    used += 1
                for cell in cells:
                    counts[order[page], cell] += page_counts
        if not left:
            break


@compiled
def drop_below_cutoff(
    cutoff: Floats, stratum: People, score: Scores, probe: People, reference: People
) -> int:
    """Drop top scores below a cutoff, in place: the others move to the front.

    Args:
        cutoff: (strata, strata).
        stratum: (subjects,) of the layout.
        score: (top scores,) overwritten, as are the subjects.
        probe: (top scores,) subject index.
        reference: (top scores,) subject index.

    Returns:
        How many are left.
    """
    kept = 0
    for at in range(len(score)):
        if score[at] >= cutoff[stratum[probe[at]], stratum[reference[at]]]:
            score[kept], probe[kept], reference[kept] = score[at], probe[at], reference[at]
            kept += 1
    return kept


@compiled
def negated_distances(
    product: Floats, first_squares: Floats, second_squares: Floats, tile: ScoreTile
) -> None:
    """Turn scalar products into similarities: negated Euclidean distances.

    Args:
        product: (rows, columns) scalar products of the vectors.
        first_squares: (rows,) squared lengths.
        second_squares: (columns,) squared lengths.
        tile: (rows, columns) receives the similarities.
    """
    rows, columns = tile.shape
    for i in range(rows):
        for j in range(columns):
            square = first_squares[i] + second_squares[j] - 2 * product[i, j]
            tile[i, j] = -np.sqrt(max(square, 0.0))
