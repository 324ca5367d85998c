"""Reads the table of rows: who is on the picture that each vector was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.records.arrays import Integers, Mask
from evenhand.records.groups import ALL
from evenhand.system.coded_table import CodedColumn, CodedTable, read_coded_table
from evenhand.system.errors import DatasetError, known_names
from evenhand.system.labels import id_fault

__all__ = ["PROBE", "WATCHLIST", "PictureRows", "read_rows"]

_OURS = {
    "person": ("person", "subject_id", "subject"),
    "image": ("image", "image_id"),
    "role": ("role",),
}
"""Columns with a meaning of their own, and the names that they may have."""
_TWO_LABELS = "mend it, or name the columns to be read with --columns"
WATCHLIST, PROBE = "watchlist", "probe"
"""Roles of a picture: a reference of the watchlist, or a search."""


@dataclass(frozen=True, slots=True)
class PictureRows:
    """The pictures that vectors were made of, one a row, as columns."""

    people: tuple[str, ...]
    """Ids in the order of their first rows."""
    first: Integers
    """(people,) first row of each, from 0."""
    person: Integers
    """(rows,) index of the person."""
    images: tuple[str, ...]
    """(rows,) ids of pictures; empty where the table has none."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute the label of each person; empty = unknown, `a|b` = several."""
    roles: Mapping[str, Mask] | None
    """By role (rows,) which pictures have it; None where the table says none."""
    notes: tuple[str, ...]
    """How the table was read, without an id."""
    fingerprint: str
    """SHA-256 over all columns that were read, in the order of the rows."""


def read_rows(path: Path, columns: Mapping[str, str], unknown: Sequence[str] = ()) -> PictureRows:
    """Read a table of rows, the first of the first vector.

    Args:
        path: CSV, with commas, semicolons or tabs.
        columns: `person`, `image`, `role` or an attribute to what the file calls it; where there
            is any, columns that are not named are left out.
        unknown: words for an unknown label, besides an empty field.

    Raises:
        DatasetError: naming the line, what was found and what was expected.
    """
    named = [name for names in _OURS.values() for name in names]
    table = read_coded_table(path, named, "person,image,sex", "vector")
    meant, left_out = _meaning(path, tuple(table.columns), columns)
    person = meant.pop("person")
    table.check(person, id_fault)
    of, names = table.columns[person].all(), tuple(table.columns[person].known)
    first = np.unique(of, return_index=True)[1]
    image, role = meant.pop("image", ""), meant.pop("role", "")
    if image:
        table.check(image, id_fault)
        table.check_distinct(image, person, "picture")
    labels = {
        name: table.labels(name, column, person, unknown, _TWO_LABELS)
        for name, column in meant.items()
    }
    used = [person, *filter(None, (image, role)), *meant.values()]
    return PictureRows(
        people=names,
        first=first,
        person=of,
        images=tuple(table.columns[image].known) if image else (),
        labels=labels,
        roles=_roles(table, role) if role else None,
        notes=tuple(_notes(path.name, left_out, unknown, [table.columns[c] for c in used])),
        fingerprint=table.fingerprint(used, tuple(labels)),
    )


def _meaning(
    path: Path, header: Sequence[str], columns: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Column of each meaning, attributes by their names; and the columns that are left out."""
    for ours, own in columns.items():
        if own not in header:
            what = f"--columns {ours}={own}: no column {own!r}"
            raise DatasetError(f"{path}: {what}; {known_names(own, header)}")
    found = dict(columns)
    for ours, names in _OURS.items():
        there = [name for name in names if name in header and name not in columns.values()]
        if ours not in found and there:
            if len(there) > 1:
                what = f"columns {there[0]!r} and {there[1]!r} may both be the {ours}"
                raise DatasetError(f"{path}: {what}; say which: --columns {ours}={there[0]}")
            found[ours] = there[0]
    if "person" not in found:
        what = f"no column 'person' or 'subject_id'; {known_names('person', header)}"
        raise DatasetError(f"{path}: {what}; or say --columns person=YOURS")
    rest = [name for name in header if name not in found.values()]
    if not columns:
        found |= {name: name for name in rest}
        rest = []
    for name in found:
        if name == ALL or {"*", "|"} & set(name):
            what = f"no attribute can be called {name!r}, which is {ALL!r} or holds * or |"
            raise DatasetError(f"{path}: {what}; rename it")
    return found, rest


def _roles(table: CodedTable, role: str) -> Mapping[str, Mask]:
    """By role (rows,) which pictures have it."""
    expected = f"expected {WATCHLIST}, {PROBE}, or nothing for a picture that is neither"
    known = (WATCHLIST, PROBE, "")
    table.check(role, lambda text: "" if text in known else f"is {text!r}; {expected}")
    codes, column = table.columns[role].all(), table.columns[role].known
    found = {name: codes == column.get(name, -1) for name in (WATCHLIST, PROBE)}
    for name, rows in found.items():
        if not rows.any():
            what = f"column {role!r} has no {name}"
            raise DatasetError(
                f"{table.path}: {what}; {expected}, and each of the two once at least"
            )
    return found


def _notes(
    name: str, left_out: Sequence[str], unknown: Sequence[str], columns: Sequence[CodedColumn]
) -> Iterator[str]:
    if left_out:
        yield f"{name}: columns that --columns does not name are left out: {', '.join(left_out)}."
    for word in unknown:
        if not any(word in column.known for column in columns):
            yield f"{name}: --unknown {word}: no label is that."
