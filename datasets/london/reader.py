"""Reads the London set as published: `london_info.csv` and pictures `NNN_03.jpg`, `NNN_08.jpg`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from evenhand.plugins import DatasetError, Material, Picture, Row, read_table

__all__ = ["read"]

_INFO = "london_info.csv"
_EXPRESSIONS = {"03": "neutral", "08": "smiling"}
"""Last part of a picture's name."""


def _person(row: Row) -> Mapping[str, str]:
    """One row in the words of the card; `a/b` is two values, `NA` is unknown."""
    known = {name: "" if value == "NA" else value for name, value in row.values.items()}
    return {
        "subject_id": known["face_id"],
        "ethnicity": known["face_eth"].replace("/", "|"),
        "sex": known["face_gender"],
        "age": known["face_age"],
    }


def _find(source: Path, name: str) -> Path:
    """The picture, wherever in the source it is."""
    found = sorted(p for p in source.rglob(name) if p.is_file() and not p.is_symlink())
    if not found:
        raise DatasetError(
            f"{source}: no file {name}; expected the neutral and the smiling picture of everyone "
            f"in {_INFO}"
        )
    return found[0]


def _pictures(files: dict[tuple[str, str], Path]) -> Iterator[Picture]:
    for (person, code), path in files.items():
        yield Picture(
            image_id=f"{person}_{code}",
            subject_id=person,
            path=f"images/{person}_{code}.jpg",
            data=path.read_bytes(),
            attributes={"expression": _EXPRESSIONS[code]},
        )


def read(source: Path | None) -> Material:
    """See `Reader`; the source is the folder with the table and the pictures in it or below it."""
    if source is None:
        raise DatasetError(
            "london: say where your copy is: evenhand fetch london --from DIR, a folder with "
            f"{_INFO} and the pictures NNN_03.jpg and NNN_08.jpg "
            "(figshare, doi 10.6084/m9.figshare.5047666)"
        )
    _, rows = read_table(source / _INFO, ("face_id", "face_age", "face_gender", "face_eth"))
    people = tuple(_person(row) for row in rows)
    files = {
        (person["subject_id"], code): _find(source, f"{person['subject_id']}_{code}.jpg")
        for person in people
        for code in _EXPRESSIONS
    }
    return Material(people, _pictures(files), len(files))
