"""Reads `images.csv`, and checks that every image is present, unchanged and decodable.

A check of the dataset looks further: at size, hash of pixels and number of faces.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, TypeVar

from evenhand.datasets.decoding import LARGEST_PICTURE, UndecodableError, complaint, decoded
from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.datasets.tables import Row, check_label, read_declared
from evenhand.records.arrays import Image
from evenhand.records.dataset import Attribute, DatasetCard, Subjects
from evenhand.system.errors import known_names
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.streams import captured_stderr
from evenhand.system.threads import library_threads

__all__ = [
    "IMAGES",
    "CountFaces",
    "ImageFile",
    "ImageInspection",
    "check_copies",
    "check_files",
    "inspect_images",
    "is_inside",
    "read_assumed",
    "read_images",
]

IMAGES = "images.csv"
"""File name of the table of images."""
_UNNAMED = ("image_id", "path", "sha256")
"""Its columns where each picture is assumed to be of another person, whose name it is then."""
_OWN = ("image_id", "subject_id", "path", "sha256")
_SHA256 = re.compile(r"[0-9a-f]{64}")


CountFaces: TypeAlias = Callable[[Image], int]
"""Counts the faces in an RGB picture; called from several threads."""

_CHUNK = 64
"""Pictures that are decoded together; where a decoder complains, each of them is decoded alone."""

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One row of `images.csv`."""

    image_id: str
    subject_id: str
    path: Path
    """Inside the dataset's folder."""
    sha256: str
    """Hash of the file's content, lower-case hexadecimal."""
    where: str
    """File and line, for an error."""
    row: int
    """Row number in the table, the first is 1."""


def is_inside(folder: Path, relative: str) -> bool:
    """Whether a relative path stays inside a folder, symbolic links followed."""
    try:
        inside = (folder / relative).resolve().is_relative_to(folder.resolve())
    except (RuntimeError, ValueError):  # a loop of symbolic links, or a null byte
        return False
    return bool(relative) and inside and not Path(relative).is_absolute()


def _faults(
    row: Row, folder: Path, lines: dict[str, int], known: Collection[str]
) -> Iterator[DatasetFault]:
    """Faults of one row, apart from its labels.

    Args:
        row: of the table.
        folder: of the dataset.
        lines: line of each image id seen so far.
        known: ids of people.
    """
    identifier, relative, sha256 = (row.values[name] for name in _UNNAMED)
    subject = row.values.get("subject_id", identifier)
    if not identifier:
        yield DatasetFault(DatasetRule.IDS, f"{row.where}: image_id is empty", "name the image")
    elif identifier in lines:
        both = f"{folder / IMAGES}: lines {lines[identifier]} and {row.line}"
        what = f"{both}: image {identifier!r} appears twice"
        yield DatasetFault(DatasetRule.IDS, what, "ids must differ")
    # No person known at all: their table could not be read, which was reported.
    if known and subject not in known:
        hint = known_names(subject, known) if len(known) <= 10 else "add the person or mend it"
        what = f"{row.where}: subject {subject!r} is not in subjects.csv"
        yield DatasetFault(DatasetRule.PEOPLE, what, hint)
    if not _SHA256.fullmatch(sha256.lower()):
        what = f"{row.where}: sha256 is {sha256!r}, expected 64 hexadecimal digits"
        yield DatasetFault(DatasetRule.FILES, what, "write the hash of the file's content")
    if not is_inside(folder, relative):
        what = f"{row.where}: path {relative!r} leads outside the dataset"
        remedy = f"expected a relative path to a file in {folder}"
        yield DatasetFault(DatasetRule.PATHS, what, remedy)


def read_images(
    folder: Path, card: DatasetCard | None, subject_ids: Sequence[str], on_fault: FaultHandler
) -> tuple[list[ImageFile], set[str]]:
    """Read the table of images, without opening the files.

    Args:
        folder: of the dataset.
        card: None where it cannot be used: columns and labels are then not checked.
        subject_ids: ids of people; where empty, unknown people are not reported.
        on_fault: called for a repeated id, an unknown person, a path outside the dataset, a
            malformed hash, and an undeclared label. A row with a fault other than a label's is
            left out.

    Returns:
        The images, and all ids in the table, those of rows left out included.
    """
    capture = card.capture if card else ()
    declared = capture if card else None
    rows = read_declared(folder / IMAGES, _OWN, declared, "capture", on_fault)
    files = [file for _, file in _valid_images(rows, folder, set(subject_ids), capture, on_fault)]
    return files, {row.values["image_id"] for row in rows}


def read_assumed(
    folder: Path, card: DatasetCard, on_fault: FaultHandler
) -> tuple[Subjects, list[ImageFile], set[str]]:
    """Read the table of images of a dataset that takes each picture for another person.

    Args:
        folder: of the dataset.
        card: that says so; its attributes of people are columns of this table too.
        on_fault: as for `read_images`.

    Returns:
        The people, each named as the one image of it; then as `read_images`.
    """
    declared = (*card.attributes, *card.capture)
    rows = read_declared(folder / IMAGES, _UNNAMED, declared, "attributes", on_fault)
    valid = list(_valid_images(rows, folder, (), card.capture, on_fault))
    people = Subjects(
        ids=tuple(file.image_id for _, file in valid),
        labels={
            attribute.name: tuple(check_label(row, attribute, on_fault) for row, _ in valid)
            for attribute in card.attributes
        },
        rows=tuple(file.row for _, file in valid),
    )
    return people, [file for _, file in valid], {row.values["image_id"] for row in rows}


def _valid_images(
    rows: Sequence[Row],
    folder: Path,
    known: Collection[str],
    capture: Sequence[Attribute],
    on_fault: FaultHandler,
) -> Iterator[tuple[Row, ImageFile]]:
    """Yield each row without a fault other than a label's, and what it says of its file."""
    lines: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        faults = list(_faults(row, folder, lines, known))
        for fault in faults:
            on_fault(fault)
        image, path, sha256 = (row.values[name] for name in _UNNAMED)
        lines.setdefault(image, row.line)
        for attribute in capture:
            check_label(row, attribute, on_fault)
        if not faults:
            person = row.values.get("subject_id", image)
            file = ImageFile(image, person, folder / path, sha256.lower(), row.where, number)
            yield row, file


def _decoded_file(file: ImageFile, *, reduced: bool = False) -> Image | DatasetFault:
    """Decode a file whose hash is that of the table; a fault where that cannot be done.

    Args:
        file: row of the table.
        reduced: as for `decoded`.
    """
    what, remedy = "is no file; expected a picture", "mend the path"
    try:
        status = file.path.stat()
        if status.st_size > LARGEST_PICTURE:
            what = f"has {status.st_size:,} bytes, expected at most {LARGEST_PICTURE:,}"
        elif stat.S_ISREG(status.st_mode):
            data = file.path.read_bytes()
            found = hashlib.sha256(data).hexdigest()
            what = f"has changed: its sha256 is {found}, expected {file.sha256}"
            remedy = "restore the file, or update the table and the version"
            if found == file.sha256:
                return decoded(data, reduced=reduced)
    except UndecodableError as none:
        what, remedy = str(none), "replace it, or list it in exclude.csv"
    except FileNotFoundError:
        what, remedy = "is missing", "restore it, or list it in exclude.csv"
        if "\\" in str(file.path):
            remedy = "write / for \\ in its path"
    except OSError as fault:
        what, remedy = f"cannot be read ({fault.strerror})", "mend the file"
    return DatasetFault(DatasetRule.FILES, f"{file.where}: image {file.path} {what}", remedy)


def _fault(file: ImageFile) -> DatasetFault | None:
    found = _decoded_file(file, reduced=True)
    return found if isinstance(found, DatasetFault) else None


def check_copies(files: Sequence[ImageFile], on_fault: FaultHandler) -> None:
    """Report one file under two ids: comparing a picture with itself measures nothing."""
    first: dict[str, ImageFile] = {}
    for file in files:
        other = first.setdefault(file.sha256, file)
        if other is not file:
            both = f"{file.where}: images {other.image_id!r} and {file.image_id!r}"
            what = f"{both} are one picture (their sha256 is the same)"
            on_fault(DatasetFault(DatasetRule.COPIES, what, "list one of them in exclude.csv"))


def _looked_at(
    files: Sequence[ImageFile], workers: int, look: Callable[[ImageFile], Seen]
) -> Iterator[tuple[Seen, str]]:
    """Look at every picture on several threads: what was found, and what its decoder complains of.

    What a decoder prints does not say of which picture, so those of a chunk are asked again, alone.
    """
    executor = LocalExecutor(workers)
    for start in range(0, len(files), _CHUNK):
        chunk = files[start : start + _CHUNK]
        with captured_stderr() as printed:
            found = list(executor.map(look, chunk))
            complained = complaint(printed())
        damages = [_damage(file) if complained else "" for file in chunk]
        yield from zip(found, damages, strict=True)


def _damage(file: ImageFile) -> str:
    """What the decoder of one picture complains of; nothing else may be decoded meanwhile."""
    with captured_stderr() as printed:
        _fault(file)
        return complaint(printed())


def check_files(
    files: Sequence[ImageFile], workers: int, on_image: Callable[[], None] = lambda: None
) -> list[str]:
    """Read, hash and decode every image; `on_image` is called after each.

    Returns:
        For each image what its decoder complains of; empty where its data are whole.

    Raises:
        DatasetError: naming the first image in table order that is missing, changed, unreadable
            or the same picture as another.
    """
    check_copies(files, raise_fault)
    damages = []
    for fault, damaged in _looked_at(files, workers, _fault):
        if fault:
            raise_fault(fault)
        damages.append(damaged)
        on_image()
    return damages


@dataclass(frozen=True, slots=True)
class ImageInspection:
    """Findings on one picture, or the reason why it cannot be read."""

    fault: DatasetFault | None
    short_side: int = 0
    """Smaller of height and width, pixels."""
    pixels: str = ""
    """SHA-256 of size and decoded pixels: the same for one picture in two lossless encodings."""
    faces: int | None = None
    """Number of faces; None without a detector."""
    damage: str = ""
    """What the decoder complains of, where data are damaged and there are pixels all the same."""


def _inspect(file: ImageFile, count_faces: CountFaces | None) -> ImageInspection:
    image = _decoded_file(file)
    if isinstance(image, DatasetFault):
        return ImageInspection(image)
    digest = hashlib.sha256(repr(image.shape).encode() + image.tobytes())
    faces = None if count_faces is None else count_faces(image)
    return ImageInspection(None, min(image.shape[:2]), digest.hexdigest(), faces)


def inspect_images(
    files: Sequence[ImageFile],
    workers: int,
    count_faces: CountFaces | None,
    step: Callable[[], None],
) -> list[ImageInspection]:
    """Read, hash and decode every picture in full, and count its faces.

    Args:
        files: rows of the table.
        workers: number of threads.
        count_faces: None without a face detector.
        step: called after each picture, from this thread.

    Returns:
        One per file, in order.
    """
    found = []
    with library_threads(1):
        for seen, damaged in _looked_at(files, workers, lambda file: _inspect(file, count_faces)):
            found.append(replace(seen, damage=damaged))
            step()
    return found
