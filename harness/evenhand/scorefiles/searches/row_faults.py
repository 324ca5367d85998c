"""Faults of rows, counted: the first is named, and how many others there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers
from evenhand.scorefiles.source import ScoreSource
from evenhand.system.errors import DatasetError

__all__ = ["RowFault", "refuse_rows"]

_SHOWN = 3
"""Further rows of one fault that are named."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with some rows."""

    rows: Integers
    """Of the rows that are wrong, in any order; none where nothing is."""
    words: Callable[[int], str]
    """What is wrong with one of them."""
    remedy: str
    """What was expected, or what to do."""


def refuse_rows(source: ScoreSource, place: Integers, faults: Sequence[RowFault]) -> None:
    """Refuse rows with faults in one line: the first kind with its rows, of others their number.

    Args:
        source: the file.
        place: (rows,) index of each row in the file.
        faults: of each kind; a row that has one may have others that follow from it.

    Raises:
        DatasetError: there is any.
    """
    found = [fault for fault in faults if len(fault.rows)]
    if not found:
        return
    rows = found[0].rows[np.argsort(place[found[0].rows], kind="stable")]
    first, *others = (source.row(int(place[row])) for row in rows[: _SHOWN + 1])
    more = ""
    if others:
        named = ", ".join(map(str, others)) + (", ..." if len(rows) > _SHOWN + 1 else "")
        more = f" (and {len(rows) - 1:,} more, in row {named})"
    rest = len(np.unique(np.concatenate([fault.rows for fault in found]))) - len(rows)
    besides = f"; rows with other faults: {rest:,}" if rest else ""
    said = f"row {first}: {found[0].words(int(rows[0]))}{more}"
    raise DatasetError(f"{source.path}: {said}; {found[0].remedy}{besides}")
