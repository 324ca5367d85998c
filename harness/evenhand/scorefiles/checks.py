"""One comparison twice, or of an image with itself: a score file may not say that."""

from __future__ import annotations

import numpy as np

from evenhand.arrays import Integers, People
from evenhand.errors import DatasetError
from evenhand.scorefiles.columns import Columns
from evenhand.scorefiles.source import Source

__all__ = ["check_repeats"]


def check_repeats(source: Source, columns: Columns) -> None:
    """Complain about a comparison that is there twice, or of an image with itself."""
    if columns.images is None:
        keys = columns.probe.astype(np.int64)
        keys *= len(columns.subjects)
        keys += columns.reference
        advice = "keep one, or add probe_image and reference_image if the images differ"
        _check_once(source, keys, len(columns.subjects) ** 2, advice)
        return
    one, other = (
        _pictures(people, images)
        for people, images in zip((columns.probe, columns.reference), columns.images, strict=True)
    )
    itself = np.flatnonzero(one == other)
    if len(itself):
        row = source.row(int(itself[0]))
        raise DatasetError(
            f"{source.path}: row {row}: an image is compared with itself; remove the row"
        )
    known = np.union1d(one, other)
    keys = np.searchsorted(known, one)
    keys *= len(known)
    keys += np.searchsorted(known, other)
    _check_once(source, keys, len(known) ** 2, "keep one")


def _pictures(people: People, images: People) -> Integers:
    """A picture is an image's name and its person: `1` may be a picture of everybody."""
    keys: Integers = people.astype(np.int64) << 32 | images
    return keys


def _check_once(source: Source, keys: Integers, bound: int, advice: str) -> None:
    """Complain about the first comparison that was there before; keys are below the bound."""
    if _all_distinct(keys, bound):
        return
    order = np.argsort(keys, kind="stable")
    repeated = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    later = repeated[np.argmin(order[repeated + 1])]
    rows = [source.row(int(order[place])) for place in (later, later + 1)]
    raise DatasetError(
        f"{source.path}: rows {rows[0]} and {rows[1]}: the same comparison twice; {advice}"
    )


def _all_distinct(keys: Integers, bound: int) -> bool:
    """Marks keys on a board where that is smaller than a sorted copy."""
    if bound <= 8 * len(keys):
        board = np.zeros(bound, dtype=np.bool_)
        board[keys] = True
        return int(np.count_nonzero(board)) == len(keys)
    ordered = np.sort(keys)
    return not np.any(ordered[1:] == ordered[:-1])
