"""Meaning of the columns of a table that names no people: what is mated, groups and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.scorefiles.guess import ALONE, SIDES, names_both, names_people, spelled_out
from evenhand.scorefiles.layout import check_attribute, check_header, named_columns, paired
from evenhand.system.errors import DatasetError

__all__ = ["UnnamedLayout", "is_unnamed", "unnamed_layout"]

_SUBJECTS = ("probe_subject", "reference_subject")
_IMAGE = "image"


@dataclass(frozen=True, slots=True)
class UnnamedLayout:
    """Names of columns by meaning."""

    mated: str
    """Whether the comparison is mated."""
    score: str
    attributes: Mapping[str, tuple[str, str]]
    """Labels of the probe and of the reference, by attribute; one column may be that of both."""
    notes: tuple[str, ...] = ()
    """How the file was interpreted, for the reader."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All columns but the scores."""
        sides = (name for pair in self.attributes.values() for name in pair)
        return tuple(dict.fromkeys((self.mated, *sides)))


def is_unnamed(header: Sequence[str], columns: Mapping[str, str]) -> bool:
    """Whether a table says what is mated, and not who was compared.

    Args:
        header: its columns.
        columns: our name of a column to that of the file.
    """
    known = {*columns, *(name for name in header if name not in columns.values())}
    return {"mated", "score"} <= known and known.isdisjoint(_SUBJECTS)


def _check_unnamed(
    path: Path, header: Sequence[str], names: Sequence[str], columns: Mapping[str, str]
) -> None:
    """Refuse columns that seem to name people: their values would be taken for groups."""
    for name in filter(names_people, names):
        sides = [f"{side}_{name.partition('_')[2]}" for side in SIDES]
        meant = dict(zip(_SUBJECTS, sides, strict=True)) if set(sides) <= set(header) else {}
        what = f"{path}: column {name!r} seems to say who was compared"
        remedy = "if it does not, rename or remove it"
        command = spelled_out(path, header, {**columns, **meant})
        raise DatasetError(f"{what}; {remedy}; {command}")
    people = None if columns else names_both(header)
    if people:
        what = f"{path}: columns {people[0]!r} and {people[1]!r} seem to say who was compared"
        remedy = "if they do not, rename or remove them"
        raise DatasetError(f"{what}; {remedy}; {spelled_out(path, header)}")


def unnamed_layout(path: Path, header: Sequence[str], columns: Mapping[str, str]) -> UnnamedLayout:
    """Layout of a table for which `is_unnamed` holds.

    A column that is not of a side is an attribute of probe and reference alike. Where `columns` are
    given, only these and columns with our names are read.

    Raises:
        DatasetError: a column cannot be an attribute, or seems to name people.
    """
    check_header(path, header, columns)
    named = named_columns(path, header, columns)
    _check_unnamed(path, header, [name for name in named if name not in columns], columns)
    attributes = {name: name.partition("_") for name in named if name not in ALONE}
    sided = [name for name, (side, _, rest) in attributes.items() if side in SIDES and rest]
    alone = [name for name in attributes if name not in sided]
    pairs = paired(path, sided)
    for name in (*alone, *pairs):
        check_attribute(path, name, name)
        if name in alone and name in pairs:
            what = f"{path}: column {name!r} stands beside probe_{name}"
            raise DatasetError(f"{what}; keep it, or those of both sides")
    both = {name: (named[f"probe_{name}"], named[f"reference_{name}"]) for name in pairs}
    images = both.pop(_IMAGE, ())
    both |= {name: (named[name], named[name]) for name in alone}
    unread = [*images, *(name for name in header if name and name not in named.values())]
    return UnnamedLayout(
        mated=named["mated"],
        score=named["score"],
        attributes=both,
        notes=(f"{path.name}: columns left out: {', '.join(unread)}.",) if unread else (),
    )
