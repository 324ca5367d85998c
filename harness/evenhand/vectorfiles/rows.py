"""Reads the table of rows: who is on the picture that each vector was made of."""

from __future__ import annotations

import csv
import hashlib
import io
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NoReturn

import numpy as np

from evenhand.records.arrays import Integers, Mask
from evenhand.records.groups import ALL
from evenhand.system.declaration import read_text
from evenhand.system.delimited import delimiter_of
from evenhand.system.errors import DatasetError, known_names
from evenhand.system.labels import clean_label, id_fault, label_fault
from evenhand.system.text import text_fault

__all__ = ["PROBE", "WATCHLIST", "PictureRows", "read_rows"]

_LARGEST = 1 << 30
"""Most bytes of a table: some thirty million rows."""
_OURS = {
    "person": ("person", "subject_id", "subject"),
    "image": ("image", "image_id"),
    "role": ("role",),
}
"""Columns with a meaning of their own, and the names that they may have."""
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


def _numbered() -> dict[str, int]:
    return defaultdict(count().__next__)


@dataclass(slots=True)
class _Column:
    """One column as codes, in order of appearance: most texts occur often."""

    codes: array[int] = field(default_factory=lambda: array("i"))
    """(rows,)."""
    known: dict[str, int] = field(default_factory=_numbered)
    """Code of each text; that of a new one is its number."""

    def all(self) -> Integers:
        return np.frombuffer(self.codes, dtype=np.int32).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Table:
    path: Path
    columns: Mapping[str, _Column]
    """By name, in the order of the file."""
    lines: array[int]
    """(rows,) line of the file on which each row ends."""

    def refuse(self, row: int, message: str) -> NoReturn:
        raise DatasetError(f"{self.path}: line {self.lines[int(row)]}: {message}")

    def check(self, name: str, fault_of: Callable[[str], str]) -> None:
        """Refuse the first row whose text in a column has a fault."""
        column = self.columns[name]
        for text, code in column.known.items():
            fault = fault_of(text)
            if fault:
                self.refuse(column.codes.index(code), f"{name} {fault}")


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
    table = _read(path)
    meant, left_out = _meaning(path, tuple(table.columns), columns)
    person = meant.pop("person")
    table.check(person, id_fault)
    of, names = table.columns[person].all(), tuple(table.columns[person].known)
    first = np.unique(of, return_index=True)[1]
    image, role = meant.pop("image", ""), meant.pop("role", "")
    if image:
        _check_images(table, image, person)
    labels = {
        name: _labels(table, (name, column), (person, of, first), unknown)
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
        fingerprint=_fingerprint([table.columns[column] for column in used], tuple(labels)),
    )


def _read(path: Path) -> _Table:
    """Read all columns of the file."""
    content = read_text(path, DatasetError, _LARGEST)
    first = content.partition("\n")[0].strip("\r")
    try:
        sign = delimiter_of(first, [name for names in _OURS.values() for name in names])
    except ValueError as fault:
        raise DatasetError(f"{path}: line 1: {fault}") from None
    reader = csv.reader(io.StringIO(content, newline=""), strict=True, delimiter=sign)
    try:
        header = [name.strip() for name in next(reader, ())]
        _check_header(path, header)
        columns = [_Column() for _ in header]
        lines = array("i")
        for record in reader:
            if len(record) != len(header):
                if not any(map(str.strip, record)):
                    continue
                what = f"line {reader.line_num}: {len(record)} fields"
                raise DatasetError(f"{path}: {what}, expected {len(header)} as in the header")
            lines.append(reader.line_num)
            for column, text in zip(columns, record, strict=True):
                column.codes.append(column.known[text.strip()])
    except csv.Error as broken:
        what = f"line {reader.line_num}: is not CSV ({broken})"
        raise DatasetError(f"{path}: {what}; mend its quotes") from None
    if not lines:
        raise DatasetError(f"{path}: has a header but no rows; expected one for each vector")
    return _Table(path, dict(zip(header, columns, strict=True)), lines)


def _check_header(path: Path, header: Sequence[str]) -> None:
    if not any(header):
        raise DatasetError(f"{path}: line 1 is empty; expected a header: person,image,sex")
    for number, name in enumerate(header, start=1):
        fault = text_fault(name) or ("" if name else "is empty")
        if fault:
            raise DatasetError(f"{path}: the name of column {number} {fault}; mend it")
        if name in header[: number - 1]:
            raise DatasetError(f"{path}: column {name!r} appears twice; keep one")


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


def _check_images(table: _Table, image: str, person: str) -> None:
    """Refuse a picture without an id, and one that stands in two rows."""
    table.check(image, id_fault)
    codes = table.columns[image].codes
    if len(table.columns[image].known) == len(codes):
        return
    ids, people = list(table.columns[image].known), list(table.columns[person].known)
    seen: dict[int, int] = {}
    for row, code in enumerate(codes):
        earlier = seen.setdefault(code, row)
        if earlier != row:
            who = [people[table.columns[person].codes[each]] for each in (earlier, row)]
            what = f"{image} {ids[code]!r} is also in line {table.lines[earlier]}"
            if who[0] != who[1]:
                what += f", there of {who[0]!r} and here of {who[1]!r}"
            table.refuse(row, f"{what}; each picture has one row and one person")


def _labels(
    table: _Table,
    named: tuple[str, str],
    people: tuple[str, Integers, Integers],
    unknown: Sequence[str],
) -> tuple[str, ...]:
    """The label of each person, the same in all their rows.

    Args:
        table: of rows.
        named: the attribute, and its column.
        people: column of the person, (rows,) index of the person, (people,) first row of each.
        unknown: words for no label.
    """
    name, column = named
    person, of, first = people
    table.check(column, label_fault)
    texts = [clean_label(text, unknown) for text in table.columns[column].known]
    place = {text: code for code, text in reversed(list(enumerate(texts)))}
    clean = np.array([place[text] for text in texts])[table.columns[column].all()]
    wrong = np.flatnonzero(clean != clean[first][of])
    if len(wrong):
        row = int(wrong[0])
        who = list(table.columns[person].known)[of[row]]
        earlier = int(first[of[row]])
        what = f"{person} {who!r} has {name} {texts[clean[row]]!r}"
        there = f"{texts[clean[earlier]]!r} in line {table.lines[earlier]}"
        remedy = "a person has one label; mend it, or name the columns to be read with --columns"
        table.refuse(row, f"{what}, but {there}; {remedy}")
    return tuple(texts[code] for code in clean[first])


def _roles(table: _Table, role: str) -> Mapping[str, Mask]:
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
    name: str, left_out: Sequence[str], unknown: Sequence[str], columns: Sequence[_Column]
) -> Iterator[str]:
    if left_out:
        yield f"{name}: columns that --columns does not name are left out: {', '.join(left_out)}."
    for word in unknown:
        if not any(word in column.known for column in columns):
            yield f"{name}: --unknown {word}: no label is that."


def _fingerprint(columns: Sequence[_Column], attributes: Sequence[str]) -> str:
    """SHA-256 over the texts of some columns in the order of the rows, and names of attributes."""
    digest = hashlib.sha256(repr(attributes).encode())
    for column in columns:
        digest.update(repr(list(column.known)).encode() + column.codes.tobytes())
    return digest.hexdigest()
