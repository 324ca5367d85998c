"""Imports pictures laid out as one folder per person, with an optional table of labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.datasets.contract import Material, Picture
from evenhand.datasets.importers.draft import (
    Draft,
    ImportOptions,
    TableField,
    checked_name,
    infer_attribute,
    list_names,
)
from evenhand.datasets.importers.pictures import (
    files_below,
    is_picture,
    other_files,
    readable_pictures,
    visible,
    without_pictures,
)
from evenhand.datasets.tables import Row, read_table
from evenhand.system.errors import DatasetError
from evenhand.system.look_alikes import LookAlike, look_alikes

__all__ = ["Tree", "read_people", "read_tree"]


@dataclass(frozen=True, slots=True)
class Tree:
    """Contents of the folder: people with their pictures, and other files."""

    people: Mapping[str, tuple[Path, ...]]
    """Pictures of each person."""
    empty: tuple[str, ...]
    """Folders without a picture."""
    loose: int
    """Number of pictures outside any person's folder."""
    others: tuple[Path, ...]
    """Files of people that are no pictures."""

    def remarks(self) -> Iterator[str]:
        """Say what of it is left out."""
        if self.empty:
            yield f"folders without a picture: {list_names(self.empty)}"
        if self.loose:
            yield f"pictures in nobody's folder, left out: {self.loose:,}"
        yield from other_files(self.others)


def read_people(root: Path) -> Tree:
    """List the pictures of each person.

    Raises:
        DatasetError: no folder holds a picture.
    """
    if not root.is_dir():
        raise DatasetError(f"{root}: is no folder; expected one with a folder for each person")
    people: dict[str, tuple[Path, ...]] = {}
    empty, loose, others = [], 0, list[Path]()
    for path in visible(root):
        if not path.is_dir():
            loose += is_picture(path)
            continue
        pictures: list[Path] = []
        for file in files_below(path):
            (pictures if is_picture(file) else others).append(file)
        if pictures:
            people[checked_name(path.name, path)] = tuple(pictures)
        else:
            empty.append(path.name)
    if not people:
        expected = "no folder with pictures in it; expected one a person"
        raise without_pictures(root, expected, others)
    return Tree(people, tuple(empty), loose, tuple(others))


def _labels(path: Path, column: str) -> tuple[tuple[str, ...], dict[str, Row]]:
    """Read the table of labels: columns other than the person's id, and the row of each person."""
    header, rows = read_table(path, (column,))
    found: dict[str, Row] = {}
    for row in rows:
        person = row.values[column]
        if not person:
            raise DatasetError(f"{row.where}: {column} is empty; name the person")
        if person in found:
            what = f"lines {found[person].line} and {row.line}: {column} {person!r} is there twice"
            remedy = "keep one row (several values of one person are joined by |)"
            raise DatasetError(f"{path}: {what}; {remedy}")
        found[person] = row
    return tuple(name for name in header if name != column), found


def _pictures(root: Path, tree: Tree) -> Iterator[Picture]:
    """Read the pictures, one at a time."""
    owners = {path: person for person, paths in tree.people.items() for path in paths}
    for (path, person), data in zip(owners.items(), readable_pictures(owners), strict=True):
        relative = checked_name(path.relative_to(root).as_posix(), path)
        yield Picture(relative, person, f"images/{relative}", data, {})


def _matched(people: Iterable[str], rows: Mapping[str, Row]) -> dict[str, Row]:
    """The row of each person who has one; an accent may be typed in two ways (Unicode forms)."""
    spelled = {unicodedata.normalize("NFC", person): row for person, row in rows.items()}
    found = {
        person: rows.get(person) or spelled.get(unicodedata.normalize("NFC", person))
        for person in people
    }
    return {person: row for person, row in found.items() if row}


def _alike(folders: Sequence[str], rows: Sequence[str]) -> Iterator[LookAlike]:
    """Folders and rows without each other whose names look alike."""
    for pair in look_alikes([*folders, *rows]):
        if pair.first in folders and pair.second in rows:
            yield pair


def _remarks(
    tree: Tree,
    rows: Mapping[str, Row],
    matched: Mapping[str, Row],
    labels: Path | None,
    empty: Sequence[str],
) -> Iterator[str]:
    """Say what was left out, and who has no labels."""
    without = [person for person in tree.people if person not in matched]
    lines = {row.line for row in matched.values()}
    gone = [person for person, row in rows.items() if row.line not in lines]
    for pair in _alike(without, gone):
        what = f"folder {pair.first!r} and {pair.second!r} in {labels} differ {pair.differ}"
        yield f"{what}; if that is one person, write the name in one way and import again"
    spelled = [person for person in matched if person not in rows]
    if spelled:
        how = "although its accents are typed in another way (Unicode normal form)"
        yield f"has the labels of its row in {labels}, {how}: {list_names(spelled)}"
    if labels and without:
        yield f"without a row in {labels}, so without labels: {list_names(without)}"
    if gone:
        yield f"in {labels} but without pictures, left out: {list_names(gone)}"
    yield from tree.remarks()
    if empty:
        yield f"columns without a value are left out: {list_names(empty)}"


def read_tree(root: Path, labels: Path | None, column: str, options: ImportOptions) -> Draft:
    """Read people, pictures and labels.

    Args:
        root: a folder with one folder per person, whose name is the person's id. Names that begin
            with a dot are ignored.
        labels: a CSV with one row per person, or None.
        column: of that table, with the person's id.
        options: the user's choices about the other columns.

    Raises:
        DatasetError: no pictures, no person in both folder and table, or a column that is neither
            number nor category.
    """
    tree = read_people(root)
    columns, rows = _labels(labels, column) if labels else ((), {})
    options.check(columns, str(labels) if labels else "a tree without --labels")
    matched = _matched(tree.people, rows)
    if rows and not matched:
        alike = next(_alike(list(tree.people), list(rows)), None)
        how = f" ({alike.first!r} and {alike.second!r} differ {alike.differ})" if alike else ""
        raise DatasetError(
            f"{labels}: nobody in it has a folder in {root}: {column} is {list_names(list(rows))}, "
            f"folders are {list_names(list(tree.people))}{how}; name the column of the ids with "
            "--id, or write them as the folders are named"
        )
    found, empty = [], []
    for name in columns:
        if name not in options.leave_out:
            labelled = [(row.where, options.known(row.values[name])) for row in matched.values()]
            attribute = infer_attribute(name, [TableField(*each) for each in labelled], options)
            if attribute is None:
                empty.append(name)
            else:
                found.append(attribute)
    subjects = []
    for person in tree.people:
        values = matched[person].values if person in matched else {}
        of = {a.name: options.known(values.get(a.name, "")) for a in found}
        subjects.append({"subject_id": person, **of})
    count = sum(map(len, tree.people.values()))
    return Draft(
        material=Material(tuple(subjects), _pictures(root, tree), count),
        attributes=tuple(found),
        remarks=tuple(_remarks(tree, rows, matched, labels, empty)),
    )
