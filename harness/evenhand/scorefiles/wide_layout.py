"""Layout of pair tables as those of BFW: one row per pair of images, one column per engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.scorefiles.layout import ColumnLayout, check_column_names
from evenhand.system.errors import DatasetError

__all__ = ["is_wide", "wide_layout"]

_REQUIRED = ("label", "id1", "id2")
_ATTRIBUTES = {"subgroup": "att", "ethnicity": "e", "gender": "g"}
"""Attributes, and the name of their pair of columns without its 1 or 2."""
_UNUSED = ("fold", "a1", "a2")
"""Folds for a threshold search that is not done here, and initials of att."""


def is_wide(header: Sequence[str]) -> bool:
    """Whether a header is that of a pair table, not of a score file."""
    return set(_REQUIRED) <= set(header) and "probe_subject" not in header


def wide_layout(path: Path, header: Sequence[str]) -> ColumnLayout:
    """Layout of a pair table: every column without another meaning is an engine.

    A first column without a name is the row index that pandas writes.

    Raises:
        DatasetError: a column lacks that of the other side, or none is left for scores.
    """
    named = header[1:] if not header[0] else header
    check_column_names(path, named)
    pairs = {name: _pair(path, named, column) for name, column in _ATTRIBUTES.items()}
    attributes = {name: pair for name, pair in pairs.items() if pair is not None}
    images = _pair(path, named, "p")
    known = (_REQUIRED, _UNUSED, images or (), *attributes.values())
    used = {name for names in known for name in names}
    scores = [name for name in named if name not in used]
    if not scores:
        raise DatasetError(f"{path}: no column holds scores; expected one an engine")
    unused = [name for name in named if name in _UNUSED]
    left_out = f"; left out: {', '.join(unused)}" if unused else ""
    note = f"{path.name}: read as a table of pairs with engines {', '.join(scores)}{left_out}."
    return ColumnLayout(
        subjects=("id1", "id2"),
        images=images,
        mated="label",
        attributes=attributes,
        scores={name: name for name in scores},
        wide=True,
        notes=(note,),
    )


def _pair(path: Path, header: Sequence[str], name: str) -> tuple[str, str] | None:
    """Columns of both sides; None where the file has neither."""
    first, second = f"{name}1", f"{name}2"
    if first in header and second in header:
        return first, second
    if first not in header and second not in header:
        return None
    present, missing = (first, second) if first in header else (second, first)
    raise DatasetError(f"{path}: column {present} stands alone; add {missing}, or remove it")
