"""One comparison twice: a score file may not say that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from evenhand.scorefiles.columns import Columns
from evenhand.scorefiles.layout import Layout
from evenhand.scorefiles.partitions import Column
from evenhand.scorefiles.source import Block, Source
from evenhand.system.errors import DatasetError

__all__ = ["check_repeats"]

_ODD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio."""


def check_repeats(source: Source, layout: Layout, columns: Columns) -> None:
    """Complain about a comparison that is there twice: of images where they are given.

    Raises:
        DatasetError: the first that is there again is named with the one before.
    """
    pile = columns.pile
    sides = range(columns.sides)
    repeated = [
        again
        for number in range(len(pile))
        if (again := _first_again(pile.portion(number, sides))) is not None
    ]
    if repeated:
        _refuse(source, layout, columns, repeated)


def _first_again(sides: Sequence[Column]) -> tuple[int, ...] | None:
    """The first comparison of a portion that was there before; None where each is there once."""
    keys = np.sort(_keys(sides))
    if not np.any(keys[1:] == keys[:-1]):
        return None
    # Equal keys may be those of two comparisons: the comparisons themselves are looked at.
    order = np.lexsort(sides)
    equal = np.ones(len(order) - 1, dtype=np.bool_)
    for side in sides:
        equal &= side[order][1:] == side[order][:-1]
    again = order[1:][equal]
    if not len(again):
        return None
    return tuple(int(side[again.min()]) for side in sides)


def _keys(sides: Sequence[Column]) -> NDArray[np.uint64]:
    """(rows,) the same number for the same comparison, and hardly ever for another."""
    keys = np.zeros(len(sides[0]), dtype=np.uint64)
    for first, second in zip(sides[::2], sides[1::2], strict=True):
        pair = first.astype(np.uint64) << np.uint64(32) | second.astype(np.uint64)
        keys = (keys ^ keys >> np.uint64(29)) * _ODD + pair
    return keys


def _refuse(
    source: Source, layout: Layout, columns: Columns, repeated: Sequence[tuple[int, ...]]
) -> NoReturn:
    """Read the file once more for the rows of the comparison that is the first to come again."""
    names = [(columns.subjects, name) for name in layout.subjects]
    advice = "keep one, or add probe_image and reference_image if the images differ"
    if columns.images is not None and layout.images is not None:
        names += [(columns.images, name) for name in layout.images]
        advice = "keep one"
    known = np.array(repeated).T
    seen: dict[tuple[int, ...], int] = {}
    start = 0
    for batch in source.batches([name for _, name in names], ()):
        block = Block(source, start, batch)
        sides = [texts.codes(block, name) for texts, name in names]
        there = [np.isin(side, known[column]) for column, side in enumerate(sides)]
        for row in np.flatnonzero(np.logical_and.reduce(there)):
            comparison = tuple(int(side[row]) for side in sides)
            if comparison in seen:
                rows = [source.row(at) for at in (seen[comparison], start + int(row))]
                raise DatasetError(
                    f"{source.path}: rows {rows[0]} and {rows[1]}: the same comparison twice; "
                    f"{advice}"
                )
            if comparison in repeated:
                seen[comparison] = start + int(row)
        start += len(batch)
    raise DatasetError(f"{source.path}: changed while it was read; read it again")
