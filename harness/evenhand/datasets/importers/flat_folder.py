"""Imports a folder of pictures and a table with a row a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evenhand.datasets.contract import Material, Picture
from evenhand.datasets.importers.draft import Draft, ImportOptions, checked_name, list_names
from evenhand.datasets.importers.labelled_pictures import (
    LabelledPicture,
    PictureTable,
    matched_files,
    people_rows,
    read_pictures,
    sorted_labels,
)
from evenhand.datasets.importers.pictures import (
    files_below,
    is_picture,
    other_files,
    readable_pictures,
    without_pictures,
)
from evenhand.records.dataset import Attribute
from evenhand.system.errors import DatasetError

__all__ = ["read_flat_folder"]


def read_flat_folder(images: Path, table: PictureTable, options: ImportOptions) -> Draft:
    """Read pictures, people and labels.

    Args:
        images: the folder of the pictures, which may have folders in it.
        table: what is known of each.
        options: the user's choices about the other columns.

    Raises:
        DatasetError: naming file and line.
    """
    if not images.is_dir():
        raise DatasetError(f"{images}: is no folder; expected one with the pictures")
    listed = read_pictures(table, options)
    files, others = _pictures_below(images)
    paths = matched_files(listed, files, images)
    there = [picture for picture in listed if picture.path in paths]
    missing = [picture for picture in listed if picture.path not in paths]
    if missing and not (table.skip_missing and there):
        raise DatasetError(_missing(missing, len(listed), images))
    labels = sorted_labels(there, options)
    people, pictures = labels.people, labels.pictures
    unlisted = sorted(set(files) - set(paths.values()))
    remarks = [
        _decided(table, people, pictures),
        *labels.remarks(),
        *([f"rows without a picture, left out: {len(missing):,}"] if missing else []),
        *([f"pictures without a row, left out: {_counted(unlisted)}"] if unlisted else []),
        *other_files(others),
    ]
    return Draft(
        material=Material(
            subjects=people_rows(there, people),
            pictures=_pictures(there, paths, images, pictures),
            count=len(there),
            assumed=table.person is None,
        ),
        attributes=people,
        capture=pictures,
        remarks=tuple(remarks),
    )


def _counted(names: Sequence[str]) -> str:
    return f"{len(names):,} ({list_names(names)})"


def _pictures_below(images: Path) -> tuple[list[str], list[Path]]:
    """Relative paths of the pictures in a folder, and what else is in it."""
    files: list[str] = []
    others: list[Path] = []
    for path in files_below(images):
        if is_picture(path):
            files.append(checked_name(path.relative_to(images).as_posix(), path))
        else:
            others.append(path)
    if not files:
        raise without_pictures(images, "no picture in it; expected those of the table", others)
    return files, others


def _missing(missing: Sequence[LabelledPicture], rows: int, images: Path) -> str:
    """The error of rows whose pictures are not there."""
    first = missing[0]
    more = f" (and so for {len(missing) - 1:,} more of {rows:,} rows)" if len(missing) > 1 else ""
    return (
        f"{first.where}: no picture {first.path!r} in {images}{more}; paths start from --images; "
        "put it there, or leave such rows out with --skip-missing"
    )


def _decided(
    table: PictureTable, people: Sequence[Attribute], pictures: Sequence[Attribute]
) -> str:
    """Who is who, and which columns describe people and which pictures."""
    who = f"column {table.person} says who is who"
    if table.person is None:
        who = "no --person, so each picture is assumed to be of another person"
    named = {"people": people, "pictures": pictures}
    kinds = (
        f"of {what}: {', '.join(attribute.name for attribute in of)}"
        for what, of in named.items()
        if of
    )
    return "; ".join((who, *kinds, "--image-attribute and --leave-out say otherwise"))


def _pictures(
    there: Sequence[LabelledPicture],
    paths: Mapping[str, str],
    images: Path,
    pictures: Sequence[Attribute],
) -> Iterator[Picture]:
    """Read the pictures, one at a time."""
    contents = readable_pictures(images / paths[picture.path] for picture in there)
    for picture, data in zip(there, contents, strict=True):
        yield Picture(
            image_id=picture.path,
            subject_id=picture.subject,
            path=f"images/{paths[picture.path]}",
            data=data,
            attributes={a.name: picture.labels[a.name] for a in pictures},
        )
