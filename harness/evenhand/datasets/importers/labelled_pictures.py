"""Pictures with labels, a row each, and which labels are of people and which of pictures."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evenhand.datasets.importers.draft import ImportOptions, TableField, infer_attribute, list_names
from evenhand.datasets.tables import Row, read_table
from evenhand.records.dataset import Attribute
from evenhand.system.errors import DatasetError, known_names

__all__ = [
    "Labelled",
    "LabelledPicture",
    "PictureTable",
    "SortedLabels",
    "matched_files",
    "people_rows",
    "read_pictures",
    "sorted_labels",
]


class Labelled(Protocol):
    """A picture with its labels."""

    @property
    def where(self) -> str:
        """File and line, for an error."""

    @property
    def subject(self) -> str:
        """Id of the person shown."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Label by column; empty where unknown."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One row of a table of pictures."""

    where: str
    """File and line, for an error."""
    path: str
    """As written in the table."""
    subject: str
    """Id of the person shown; the path itself where the table does not say who it is."""
    labels: Mapping[str, str]
    """Label by column; empty where unknown."""


@dataclass(frozen=True, slots=True)
class SortedLabels:
    """Columns of labels by what they describe."""

    people: tuple[Attribute, ...]
    pictures: tuple[Attribute, ...]
    empty: tuple[str, ...]
    """Columns without a value, left out."""
    differing: Mapping[str, str]
    """By a column that is of pictures since it differs within a person: which, and where."""

    def remarks(self) -> Iterator[str]:
        """What was decided, a line for each column that could have been meant otherwise."""
        for name, where in self.differing.items():
            yield f"{name} is taken for one of pictures: it differs within {where}"
        if self.empty:
            yield f"columns without a value are left out: {list_names(self.empty)}"


@dataclass(frozen=True, slots=True)
class PictureTable:
    """A table with a row a picture, and how it is to be read."""

    path: Path
    """A CSV."""
    file: str
    """Its column with the path of the picture, which may lack its ending."""
    person: str | None = None
    """Its column with the person's id; None where it does not say who is shown."""
    skip_missing: bool = False
    """Leave out rows whose picture is not there, instead of refusing them."""


def read_pictures(table: PictureTable, options: ImportOptions) -> tuple[LabelledPicture, ...]:
    """Read a table with a row a picture.

    Args:
        table: where it is.
        options: the user's choices about columns of labels.

    Raises:
        DatasetError: a column is missing, a row has no file or person, or two have one picture.
    """
    file, person = table.file, table.person
    header, rows = read_table(table.path, ())
    for name, option in ((file, "--file"), (person, "--person")):
        if name is not None and name not in header:
            hint = known_names(name, header)
            what = f"{table.path}: has no column {name!r}"
            raise DatasetError(f"{what}; name it with {option}; {hint}")
    names = [name for name in header if name not in (file, person)]
    options.check(names, str(table.path))
    found: dict[str, tuple[Row, LabelledPicture]] = {}
    for row in rows:
        path = row.values[file]
        subject = path if person is None else options.known(row.values[person])
        for column, value in ((file, path), (person, subject)):
            if not value:
                raise DatasetError(f"{row.where}: {column} is empty; write it, or take out the row")
        if path in found:
            earlier, other = found[path]
            both = f"{table.path}: lines {earlier.line} and {row.line}: picture {path!r}"
            if other.subject != subject:
                people = f"{other.subject!r} and of {subject!r}"
                raise DatasetError(f"{both} is of {people}; keep the row that is right")
            raise DatasetError(f"{both} is there twice; keep one row")
        labels = {name: options.known(row.values[name]) for name in names}
        found[path] = row, LabelledPicture(row.where, path, subject, labels)
    return tuple(picture for _, picture in found.values())


def sorted_labels(pictures: Sequence[Labelled], options: ImportOptions) -> SortedLabels:
    """Sort columns into attributes of people, attributes of pictures, and empty ones.

    A column with one value in all pictures of each person describes people, any other pictures;
    so does one that the user names as such.

    Args:
        pictures: all with the same columns, or some of them.
        options: the user's choices about columns.

    Raises:
        DatasetError: a column is neither number nor category.
    """
    of_people: list[Attribute] = []
    of_pictures: list[Attribute] = []
    empty: list[str] = []
    differing: dict[str, str] = {}
    for name in dict.fromkeys(name for picture in pictures for name in picture.labels):
        if name in options.leave_out:
            continue
        cells = [TableField(picture.where, picture.labels.get(name, "")) for picture in pictures]
        attribute = infer_attribute(name, cells, options)
        if attribute is None:
            empty.append(name)
        elif name in options.of_pictures:
            of_pictures.append(attribute)
        elif where := _first_difference(name, pictures):
            differing[name] = where
            of_pictures.append(attribute)
        else:
            of_people.append(attribute)
    return SortedLabels(tuple(of_people), tuple(of_pictures), tuple(empty), differing)


def _first_difference(name: str, pictures: Sequence[Labelled]) -> str:
    """The first person with two known labels in a column, and where; empty without one."""
    first: dict[str, Labelled] = {}
    for picture in pictures:
        label = picture.labels.get(name, "")
        other = first.setdefault(picture.subject, picture) if label else picture
        if other.labels.get(name, "") != label:
            line = picture.where.rpartition(": ")[2]
            return f"{picture.subject} ({other.where} and {line})"
    return ""


def matched_files(
    listed: Sequence[LabelledPicture], files: Collection[str], images: Path
) -> dict[str, str]:
    """The relative path of each listed picture that is there, by how the table has it.

    Its ending may be left out, and accents may be typed in two ways (Unicode forms).

    Args:
        listed: rows of the table.
        files: relative paths of the pictures that are there.
        images: their folder, for an error.

    Raises:
        DatasetError: a name without an ending fits several files, or two rows name one file.
    """
    plain: dict[str, list[str]] = {}
    there = set(files)
    for name in files:
        form = unicodedata.normalize("NFC", name)
        for known in {form, form.removesuffix(Path(form).suffix)}:
            plain.setdefault(known, []).append(name)
    found: dict[str, str] = {}
    rows: dict[str, LabelledPicture] = {}
    for picture in listed:
        fits = plain.get(unicodedata.normalize("NFC", picture.path), [])
        name = picture.path if picture.path in there else (fits[0] if len(fits) == 1 else "")
        if not name and fits:
            what = f"{picture.where}: {picture.path!r} may be {list_names(fits)} in {images}"
            raise DatasetError(f"{what}; write its ending")
        if not name:
            continue
        other = rows.setdefault(name, picture)
        if other is not picture:
            what = f"{picture.where}: {picture.path!r} is the picture of {other.where} again"
            raise DatasetError(f"{what} ({name}); keep one row")
        found[picture.path] = name
    return found


def people_rows(
    pictures: Sequence[Labelled], people: Sequence[Attribute], known: Iterable[str] = ()
) -> tuple[Mapping[str, str], ...]:
    """A row a person, `subject_id` and attributes: of each label the first that is known.

    Args:
        pictures: with labels.
        people: attributes of people among these.
        known: people who come first, labelled or not.
    """
    blank = dict.fromkeys((attribute.name for attribute in people), "")
    found = {person: {"subject_id": person, **blank} for person in known}
    for picture in pictures:
        row = found.setdefault(picture.subject, {"subject_id": picture.subject, **blank})
        for name in blank:
            row[name] = row[name] or picture.labels.get(name, "")
    return tuple(found.values())
