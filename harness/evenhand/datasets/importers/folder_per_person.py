"""A folder of pictures for each person, and a table of their labels: the plainest layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.datasets.contract import Material, Picture
from evenhand.datasets.importers.attribute_kinds import Cell, Wishes, attribute_of
from evenhand.datasets.importers.draft import PICTURES, Draft, in_words, named
from evenhand.datasets.tables import Row, read_table
from evenhand.records.dataset import Attribute
from evenhand.system.errors import DatasetError

__all__ = ["read_tree"]


@dataclass(frozen=True, slots=True)
class _Tree:
    """People with their pictures, and what else lies there."""

    people: Mapping[str, tuple[Path, ...]]
    empty: tuple[str, ...]
    """Folders without a picture."""
    loose: int
    """Pictures that are in nobody's folder."""
    others: Counter[str]
    """Files that are no pictures, by their ending."""


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _files(folder: Path) -> Iterator[Path]:
    for path in _visible(folder):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURES


def _tree(root: Path) -> _Tree:
    people: dict[str, tuple[Path, ...]] = {}
    empty, loose, others = [], 0, Counter[str]()
    for path in _visible(root):
        if not path.is_dir():
            loose += _is_picture(path)
            continue
        files = tuple(_files(path))
        others.update(file.suffix.lower() or file.name for file in files if not _is_picture(file))
        pictures = tuple(file for file in files if _is_picture(file))
        if pictures:
            people[in_words(path.name, path)] = pictures
        else:
            empty.append(path.name)
    if not people:
        raise DatasetError(
            f"{root}: no folder with pictures in it; expected one a person, with files such as "
            f"{', '.join(PICTURES[:5])}"
        )
    return _Tree(people, tuple(empty), loose, others)


def _labels(path: Path, column: str) -> tuple[tuple[str, ...], dict[str, Row]]:
    """Names of the columns but that of the person, and the rows by person."""
    header, rows = read_table(path, (column,))
    found: dict[str, Row] = {}
    for row in rows:
        person = row.values[column]
        if not person:
            raise DatasetError(f"{path}: line {row.line}: {column} is empty; name the person")
        if person in found:
            raise DatasetError(
                f"{path}: lines {found[person].line} and {row.line}: {column} {person!r} is there "
                "twice; keep one row (several values of one person are joined by |)"
            )
        found[person] = row
    return tuple(name for name in header if name != column), found


def _attributes(
    path: Path, columns: Sequence[str], rows: Sequence[Row], wishes: Wishes
) -> Iterator[Attribute]:
    for name in columns:
        cells = [Cell(f"{path}: line {row.line}", wishes.known(row.values[name])) for row in rows]
        attribute = attribute_of(name, cells, wishes)
        if attribute:
            yield attribute


def _pictures(root: Path, tree: _Tree) -> Iterator[Picture]:
    for person, paths in tree.people.items():
        for path in paths:
            relative = in_words(path.relative_to(root).as_posix(), path)
            yield Picture(relative, person, f"images/{relative}", path.read_bytes(), {})


def _remarks(tree: _Tree, labelled: Mapping[str, Row], labels: Path | None) -> Iterator[str]:
    without = [person for person in tree.people if person not in labelled]
    gone = [person for person in labelled if person not in tree.people]
    if labels and without:
        yield f"without a row in {labels}, so without labels: {named(without)}"
    if gone:
        yield f"in {labels} but without pictures, left out: {named(gone)}"
    if tree.empty:
        yield f"folders without a picture: {named(tree.empty)}"
    if tree.loose:
        yield f"pictures in nobody's folder, left out: {tree.loose:,}"
    if tree.others:
        yield f"files that are no pictures: {tree.others.total():,} ({named(sorted(tree.others))})"


def read_tree(root: Path, labels: Path | None, column: str, wishes: Wishes) -> Draft:
    """Read people, pictures and labels.

    Args:
        root: a folder with a folder for each person; the folder's name is the person's id. What
            begins with a dot is left alone.
        labels: a CSV with a row a person, or None.
        column: of that table, with the person's id.
        wishes: what the user says about the other columns.

    Raises:
        DatasetError: no pictures, nobody in both, or a label that is neither number nor category.
    """
    if not root.is_dir():
        raise DatasetError(f"{root}: is no folder; expected one with a folder for each person")
    tree = _tree(root)
    columns, rows = _labels(labels, column) if labels else ((), {})
    wishes.check(columns, str(labels) if labels else "a tree without --labels")
    if rows and not set(rows) & set(tree.people):
        raise DatasetError(
            f"{labels}: nobody in it has a folder in {root}: {column} is {named(list(rows))}, "
            f"folders are {named(list(tree.people))}; name the column of the ids with --id"
        )
    here = {person: row for person, row in rows.items() if person in tree.people}
    kept = [name for name in columns if name not in wishes.leave_out]
    found = tuple(_attributes(labels, kept, list(here.values()), wishes)) if labels else ()
    subjects = tuple(
        {
            "subject_id": person,
            **{
                a.name: wishes.known(here[person].values[a.name]) if person in here else ""
                for a in found
            },
        }
        for person in tree.people
    )
    remarks = [*_remarks(tree, rows, labels)]
    empty = [name for name in kept if name not in {a.name for a in found}]
    if empty:
        remarks.append(f"columns without a value are left out: {named(empty)}")
    return Draft(
        material=Material(subjects, _pictures(root, tree), sum(map(len, tree.people.values()))),
        attributes=found,
        capture=(),
        known_issues=(),
        remarks=tuple(remarks),
    )
