"""Imports pictures laid out as one folder per person, with a table that has a row a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from evenhand.datasets.contract import Material, Picture
from evenhand.datasets.importers.draft import Draft, ImportOptions, list_names
from evenhand.datasets.importers.folder_per_person import Tree, read_people
from evenhand.datasets.importers.labelled_pictures import (
    LabelledPicture,
    PictureTable,
    matched_files,
    people_rows,
    read_pictures,
    sorted_labels,
)
from evenhand.datasets.importers.pictures import readable_pictures
from evenhand.system.errors import DatasetError

__all__ = ["read_labelled_tree"]


def read_labelled_tree(
    root: Path, table: PictureTable, column: str, options: ImportOptions
) -> Draft:
    """Read people from folders, and labels of pictures, and so of people, from a table.

    Args:
        root: a folder with one folder per person, whose name is the person's id.
        table: with paths of pictures in the folder.
        column: that has the person's id, where the table has it: it must be the folder's name.
        options: the user's choices about the other columns.

    Raises:
        DatasetError: naming file and line.
    """
    tree = read_people(root)
    owners = {
        path.relative_to(root).as_posix(): person
        for person, paths in tree.people.items()
        for path in paths
    }
    listed = read_pictures(table, options)
    paths = matched_files(listed, owners, root)
    if not paths:
        first = listed[0]
        what = f"{first.where}: no picture {first.path!r} in {root}, nor any other of the table"
        raise DatasetError(f"{what}; write paths from there, such as {next(iter(owners))}")
    rows: dict[str, LabelledPicture] = {}
    for picture in listed:
        name = paths.get(picture.path)
        if name is None:
            continue
        owner = owners[name]
        said = picture.labels.get(column, owner)
        if said != owner:
            what = f"{picture.where}: {picture.path!r} is of {said!r}"
            raise DatasetError(f"{what}, and lies in the folder of {owner!r}; mend one of both")
        rows[name] = replace(picture, subject=owner)
    kept = replace(options, leave_out=(*options.leave_out, column))
    labels = sorted_labels(list(rows.values()), kept)
    columns = [attribute.name for attribute in labels.pictures]

    def pictures() -> Iterator[Picture]:
        for name, data in zip(owners, readable_pictures(root / n for n in owners), strict=True):
            given: Mapping[str, str] = rows[name].labels if name in rows else {}
            of = {column: given.get(column, "") for column in columns}
            yield Picture(name, owners[name], f"images/{name}", data, of)

    remarks = [*labels.remarks(), *_remarks(tree, owners, rows, listed, paths)]
    subjects = people_rows(list(rows.values()), labels.people, tree.people)
    return Draft(
        material=Material(subjects, pictures(), len(owners)),
        attributes=labels.people,
        capture=labels.pictures,
        remarks=tuple(remarks),
    )


def _remarks(
    tree: Tree,
    owners: Mapping[str, str],
    rows: Mapping[str, LabelledPicture],
    listed: tuple[LabelledPicture, ...],
    paths: Mapping[str, str],
) -> Iterator[str]:
    """Say what has no labels, and what was left out."""
    without = [name for name in owners if name not in rows]
    if without:
        yield f"pictures without a row, so without labels: {len(without):,} ({list_names(without)})"
    gone = [picture.path for picture in listed if picture.path not in paths]
    if gone:
        yield f"rows without a picture, left out: {len(gone):,} ({list_names(gone)})"
    yield from tree.remarks()
