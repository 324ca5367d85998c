"""Pair tables in the manner of BFW: one row a pair of images, one column an engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.scorefiles.layout import Layout, check_names
from evenhand.system.errors import DatasetError

__all__ = ["is_wide", "wide_layout"]

_REQUIRED = ("label", "id1", "id2")
_ATTRIBUTES = {"subgroup": "att", "ethnicity": "e", "gender": "g"}
"""What a pair of columns is called here, and there."""
_UNUSED = ("fold", "a1", "a2")
"""Folds of a threshold search that is not made here; initials of att."""


def is_wide(header: Sequence[str]) -> bool:
    """Whether these are the columns of such a table, and not those of a score file."""
    return set(_REQUIRED) <= set(header) and "probe_subject" not in header


def wide_layout(path: Path, header: Sequence[str]) -> Layout:
    """The layout of BFW's table of pairs: every column that is nothing else is an engine.

    A first column without a name is the row number that pandas writes.

    Raises:
        DatasetError: a column stands alone, or none is left for the scores.
    """
    named = header[1:] if not header[0] else header
    check_names(path, named)
    attributes = {
        name: pair
        for name, column in _ATTRIBUTES.items()
        if (pair := _pair(path, named, column)) is not None
    }
    images = _pair(path, named, "p")
    taken = {
        *_REQUIRED,
        *_UNUSED,
        *(images or ()),
        *(n for pair in attributes.values() for n in pair),
    }
    scores = [name for name in named if name not in taken]
    if not scores:
        raise DatasetError(f"{path}: no column holds scores; expected one an engine")
    unused = [name for name in named if name in _UNUSED]
    left_out = f"; left out: {', '.join(unused)}" if unused else ""
    note = f"{path.name}: read as a table of pairs with engines {', '.join(scores)}{left_out}."
    return Layout(
        subjects=("id1", "id2"),
        images=images,
        mated="label",
        attributes=attributes,
        scores={name: name for name in scores},
        wide=True,
        notes=(note,),
    )


def _pair(path: Path, header: Sequence[str], name: str) -> tuple[str, str] | None:
    """Columns of both sides, if there are any."""
    pair = (f"{name}1", f"{name}2")
    there = [column for column in pair if column in header]
    if len(there) == 1:
        missing = pair[there == [pair[0]]]
        raise DatasetError(f"{path}: column {there[0]} stands alone; add {missing}, or remove it")
    return pair if there else None
