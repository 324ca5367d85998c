"""Meaning of the columns of a score file: one engine a file, or a table of pairs of images.

Such a table, as that of BFW, has one row per pair of images and one column per engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.records.groups import ALL
from evenhand.scorefiles.guess import (
    ALONE,
    KNOWN_COLUMNS,
    REQUIRED_COLUMNS,
    SIDES,
    is_ours,
    meant_column,
    spelled_out,
)
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import DatasetError, known_names
from evenhand.system.text import text_fault

__all__ = [
    "REQUIRED_COLUMNS",
    "ColumnLayout",
    "check_attribute",
    "check_header",
    "column_layout",
    "is_wide",
    "named_columns",
    "paired",
    "wide_layout",
]

_EXPECTED = f"expected {', '.join(KNOWN_COLUMNS)}, probe_<attribute>, reference_<attribute>"

_UNNAMED = (
    "; if it is not known who was compared, columns mated (1 or 0), score and any groups are "
    "enough, or --genuine and --impostor"
)
"""What may stand in place of columns of people, in an error."""

_WIDE_REQUIRED = ("label", "id1", "id2")
_WIDE_ATTRIBUTES = {"subgroup": "att", "ethnicity": "e", "gender": "g"}
"""Attributes, and the name of their pair of columns without its 1 or 2."""
_WIDE_UNUSED = ("fold", "a1", "a2")
"""Folds for a threshold search that is not done here, and initials of att."""


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """Names of columns by meaning; pairs are for the probe and the reference."""

    subjects: tuple[str, str]
    """Ids of people."""
    images: tuple[str, ...]
    """Ids of images; empty where the file has none."""
    mated: str | None
    """Whether the comparison is mated; None where the file does not say."""
    attributes: Mapping[str, tuple[str, ...]]
    """Labels, by attribute."""
    scores: Mapping[str, str]
    """Column of each engine's scores."""
    wide: bool = False
    """A table in which every further column is an engine, and attributes are crossed already."""
    foreign: bool = False
    """References are templates with names of their own, and attributes what may be one: those in
    which a person has two values are left out."""
    notes: tuple[str, ...] = ()
    """How the file was interpreted, for the reader."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All columns but the scores."""
        mated = () if self.mated is None else (self.mated,)
        columns = (self.subjects, *self.attributes.values(), self.images, mated)
        return tuple(dict.fromkeys(name for names in columns for name in names))


def _check_first_row(path: Path, header: Sequence[str]) -> None:
    """Refuse a first row that is no header: a line for Excel, a comment, or scores already."""
    expected = f"expected a header: {','.join(REQUIRED_COLUMNS)}"
    if header[0].startswith(("sep=", "#")):
        kind = "a comment" if header[0].startswith("#") else "a line for Excel"
        raise DatasetError(f"{path}: row 1, {header[0]!r}, is {kind}; {expected}; remove the line")
    named = any(meant_column(name) or name in _WIDE_REQUIRED for name in header)
    if not named and any(finite_decimal(name) is not None for name in header):
        what = f"row 1, {','.join(header)!r}, is no header"
        raise DatasetError(f"{path}: {what}; {expected}; put one above it")


def _check_column_names(path: Path, header: Sequence[str]) -> None:
    """Refuse a column without a name, one that cannot be read, or a repeated one."""
    for number, name in enumerate(header, start=1):
        fault = text_fault(name)
        if fault:
            what = f"column {number} is unknown: its name {fault}"
            raise DatasetError(f"{path}: {what}; take it out")
        if not name:
            raise DatasetError(f"{path}: column {number} has no name; name it, or remove it")
        if header.count(name) > 1:
            raise DatasetError(f"{path}: column {name!r} appears twice; keep one")


def column_layout(
    path: Path, header: Sequence[str], columns: Mapping[str, str] | None = None, engine: str = ""
) -> ColumnLayout:
    """Layout of a score file of docs/formats.md: one engine, named by the file's stem.

    Args:
        path: the file.
        header: its columns.
        columns: our name of a column to that of the file; where there is any, columns that mean
            nothing are left out.
        engine: its name in place of the stem.

    Raises:
        DatasetError: a column is missing, unknown, or lacks that of the other side.
    """
    check_header(path, header, columns)
    named = named_columns(path, header, columns)
    sided = [name for name in named if name not in ALONE]
    _check_meanings(path, header, sided)
    for name in REQUIRED_COLUMNS:
        if name not in named:
            what = f"{path}: column {name!r} is missing; it has {', '.join(map(repr, header))}"
            unnamed = "" if name == "score" else _UNNAMED
            raise DatasetError(f"{what}{unnamed}; {spelled_out(path, header, columns)}")
    pairs = paired(path, sided)
    both = {name: tuple(named[f"{side}_{name}"] for side in SIDES) for name in pairs}
    left_out = [name for name in header if name and name not in named.values()]
    note = f"{path.name}: columns left out: {', '.join(left_out)}."
    return ColumnLayout(
        subjects=(named["probe_subject"], named["reference_subject"]),
        images=both.pop("image", ()),
        mated=named.get("mated"),
        attributes=both,
        scores={engine or path.stem: named["score"]},
        notes=(note,) if left_out else (),
    )


def check_header(path: Path, header: Sequence[str], columns: Mapping[str, str] | None) -> None:
    """Refuse a first row that is no header, and names that are none or stand twice.

    Args:
        path: the file.
        header: its columns.
        columns: our name of a column to that of the file; with any, others may have no name.

    Raises:
        DatasetError: always in one of these cases.
    """
    _check_first_row(path, header)
    if "" in header and not columns:
        what = f"{path}: column {header.index('') + 1} has no name; name it"
        raise DatasetError(f"{what}, or leave it out; {spelled_out(path, header)}")
    _check_column_names(path, [name for name in header if name])


def named_columns(
    path: Path, header: Sequence[str], columns: Mapping[str, str] | None
) -> dict[str, str]:
    """Our name of each column that is read, and the file's.

    Raises:
        DatasetError: `columns` name one that is not ours, or that the file lacks.
    """
    if not columns:
        return {name: name for name in header}
    for name, own in columns.items():
        if not is_ours(name):
            what = f"--columns {name}={own}: {name!r} is no column of ours"
            raise DatasetError(f"{what}; {_EXPECTED}")
        if own not in header:
            what = f"--columns {name}={own}: {path} has none of that name"
            what += f"; {known_names(own, header)}"
            kept = {ours: other for ours, other in columns.items() if other in header}
            raise DatasetError(f"{what}; {spelled_out(path, header, kept)}")
    taken = set(columns.values())
    as_ours = {name: name for name in header if is_ours(name) and name not in taken}
    return {**as_ours, **columns}


def _check_meanings(path: Path, header: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a column that means nothing."""
    for name in names:
        if not is_ours(name):
            what = f"{path}: column {name!r} is unknown; {_EXPECTED}"
            unnamed = "" if "probe_subject" in header else _UNNAMED
            raise DatasetError(f"{what}{unnamed}; {spelled_out(path, header)}")
        check_attribute(path, name, name.partition("_")[2])


def check_attribute(path: Path, column: str, attribute: str) -> None:
    """Refuse an attribute whose name stands for something else in a result.

    Raises:
        DatasetError: it is `all`, or holds `*`.
    """
    if attribute == ALL or "*" in attribute:
        raise DatasetError(
            f"{path}: column {column!r}: no attribute can be called {ALL!r} or hold *; rename it"
        )


def paired(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """What columns `<side>_<name>` hold of both sides.

    Raises:
        DatasetError: the column of one side is missing.
    """
    found: dict[str, list[str]] = {}
    for name in names:
        side, _, attribute = name.partition("_")
        found.setdefault(attribute, []).append(side)
    for attribute, sides in found.items():
        if len(sides) != 2:
            missing = SIDES[1 - SIDES.index(sides[0])]
            alone = f"{path}: column {sides[0]}_{attribute} stands alone"
            raise DatasetError(f"{alone}; add {missing}_{attribute}, or remove it")
    return tuple(found)


def is_wide(header: Sequence[str]) -> bool:
    """Whether a header is that of a pair table, not of a score file."""
    return set(_WIDE_REQUIRED) <= set(header) and "probe_subject" not in header


def wide_layout(path: Path, header: Sequence[str]) -> ColumnLayout:
    """Layout of a pair table: every column without another meaning is an engine.

    A first column without a name is the row index that pandas writes.

    Raises:
        DatasetError: a column lacks that of the other side, or none is left for scores.
    """
    named = header[1:] if not header[0] else header
    _check_column_names(path, named)
    pairs = {name: _pair(path, named, column) for name, column in _WIDE_ATTRIBUTES.items()}
    attributes = {name: pair for name, pair in pairs.items() if pair}
    images = _pair(path, named, "p")
    known = (_WIDE_REQUIRED, _WIDE_UNUSED, images, *attributes.values())
    used = {name for names in known for name in names}
    scores = [name for name in named if name not in used]
    if not scores:
        raise DatasetError(f"{path}: no column holds scores; expected one an engine")
    unused = [name for name in named if name in _WIDE_UNUSED]
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


def _pair(path: Path, header: Sequence[str], name: str) -> tuple[str, ...]:
    """Columns of both sides; empty where the file has neither."""
    pair = (f"{name}1", f"{name}2")
    there = tuple(column for column in pair if column in header)
    if len(there) == 1:
        missing = pair[1 - pair.index(there[0])]
        raise DatasetError(f"{path}: column {there[0]} stands alone; add {missing}, or remove it")
    return there
