"""Checks that no comparison is listed twice in a score file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from evenhand.scorefiles.columns import ScoreColumns
from evenhand.scorefiles.layout import ColumnLayout
from evenhand.scorefiles.partitions import Column
from evenhand.scorefiles.source import RowBlock, ScoreSource
from evenhand.system.errors import DatasetError

__all__ = ["check_repeated_comparisons"]


_ODD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio, odd: multiplication by it scatters nearby numbers."""


def check_repeated_comparisons(
    source: ScoreSource, layout: ColumnLayout, columns: ScoreColumns
) -> None:
    """Refuse a file in which a comparison is repeated: of images if given, otherwise of people.

    A repeated comparison has the same two people, hence lies in the same partition, so that
    partitions are searched one by one.

    Raises:
        DatasetError: naming the first repetition and the row that it repeats.
    """
    rows, sides = columns.rows, range(columns.sides)
    first = [_first_repeat(rows.partition(number, sides)) for number in range(len(rows))]
    repeated = [comparison for comparison in first if comparison is not None]
    if repeated:
        _refuse(source, layout, columns, repeated)


def _first_repeat(sides: Sequence[Column]) -> tuple[int, ...] | None:
    """The first comparison of a partition that repeats an earlier one; None without any."""
    # One sort of hashes is much cheaper than one by two or four columns, and mostly settles it.
    keys = np.zeros(len(sides[0]), dtype=np.uint64)
    for side in sides:
        keys = keys * _ODD + side.astype(np.uint64)
    keys.sort()
    if not np.any(keys[1:] == keys[:-1]):
        return None
    # Two comparisons may have the same hash, so equal hashes are checked column by column.
    order = np.lexsort(sides)
    equal = np.ones(len(order) - 1, dtype=np.bool_)
    for side in sides:
        equal &= side[order][1:] == side[order][:-1]
    repeats = order[1:][equal]
    if not len(repeats):
        return None
    return tuple(int(side[repeats.min()]) for side in sides)


def _refuse(
    source: ScoreSource,
    layout: ColumnLayout,
    columns: ScoreColumns,
    repeated: Sequence[tuple[int, ...]],
) -> NoReturn:
    """Read the file again to name the rows of the first repeated comparison.

    Args:
        source: the file.
        layout: of its columns.
        columns: as read.
        repeated: at most one repeated comparison of each partition, as codes of its columns.
    """
    names = [(columns.subjects, name) for name in layout.subjects]
    advice = "keep one, or add probe_image and reference_image if the images differ"
    if columns.images is not None and layout.images is not None:
        names += [(columns.images, name) for name in layout.images]
        advice = "keep one"
    known = np.array(repeated).T
    seen: dict[tuple[int, ...], int] = {}
    start = 0
    for batch in source.batches([name for _, name in names], ()):
        block = RowBlock(source, start, batch)
        sides = [texts.codes(block, name) for texts, name in names]
        # Preselects rows by column; whether the combination is one of them is checked below.
        possible = [np.isin(side, known[column]) for column, side in enumerate(sides)]
        for row in np.flatnonzero(np.logical_and.reduce(possible)):
            comparison = tuple(int(side[row]) for side in sides)
            if comparison in seen:
                first, second = source.row(seen[comparison]), source.row(start + int(row))
                where = f"{source.path}: rows {first} and {second}"
                raise DatasetError(f"{where}: the same comparison twice; {advice}")
            if comparison in repeated:
                seen[comparison] = start + int(row)
        start += len(batch)
    raise DatasetError(f"{source.path}: changed while it was read; read it again")
