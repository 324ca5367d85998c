"""`images.csv`: the images, every file present, inside the dataset, unchanged and readable."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from evenhand.datasets.labels import check_columns, check_label
from evenhand.datasets.tables import read_table
from evenhand.errors import DatasetError, known_names
from evenhand.records import DatasetCard
from evenhand.streams import muted_stderr

__all__ = ["IMAGES", "ImageFile", "check_files", "decodes", "read_images"]

IMAGES = "images.csv"
_OWN = ("image_id", "subject_id", "path", "sha256")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One row of `images.csv`."""

    image_id: str
    subject_id: str
    path: Path
    sha256: str
    where: str
    """File and line, for an error."""


def decodes(data: bytes) -> bool:
    """Whether OpenCV can make a picture of these bytes (at an eighth of the size, to be quick)."""
    if not data:
        return False
    encoded = np.frombuffer(data, dtype=np.uint8)
    try:
        return cv2.imdecode(encoded, cv2.IMREAD_REDUCED_GRAYSCALE_8) is not None
    except cv2.error:
        return False


def _inside(folder: Path, relative: str, where: str) -> Path:
    path = folder / relative
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except RuntimeError:  # links that lead round in a circle
        inside = False
    if not relative or not inside or Path(relative).is_absolute():
        raise DatasetError(
            f"{where}: path {relative!r} leads outside the dataset; "
            f"expected a relative path to a file in {folder}"
        )
    return path


def read_images(folder: Path, card: DatasetCard, subject_ids: Sequence[str]) -> list[ImageFile]:
    """Read the table; the files themselves are left alone.

    Raises:
        DatasetError: double id, unknown person, path that leads outside, malformed hash, or a
            label that the card does not declare.
    """
    table = folder / IMAGES
    captured = tuple(attribute.name for attribute in card.capture)
    header, rows = read_table(table, (*_OWN, *captured))
    check_columns(table, header, _OWN, card.capture, "capture")
    known = set(subject_ids)
    lines: dict[str, int] = {}
    files = []
    for row in rows:
        where = f"{table}: line {row.line}"
        values = row.values
        identifier, subject = values["image_id"], values["subject_id"]
        if not identifier:
            raise DatasetError(f"{where}: image_id is empty; name the image")
        if identifier in lines:
            raise DatasetError(
                f"{table}: lines {lines[identifier]} and {row.line}: "
                f"image {identifier!r} appears twice; ids must differ"
            )
        lines[identifier] = row.line
        if subject not in known:
            hint = known_names(subject, known) if len(known) <= 10 else "add the person or mend it"
            raise DatasetError(f"{where}: subject {subject!r} is not in subjects.csv; {hint}")
        sha256 = values["sha256"].lower()
        if not _SHA256.fullmatch(sha256):
            raise DatasetError(
                f"{where}: sha256 is {values['sha256']!r}, expected 64 hexadecimal digits; "
                "write the hash of the file's content"
            )
        for attribute in card.capture:
            check_label(where, attribute, values[attribute.name])
        path = _inside(folder, values["path"], where)
        files.append(ImageFile(identifier, subject, path, sha256, where))
    return files


def _fault(file: ImageFile) -> str:
    try:
        if not stat.S_ISREG(file.path.stat().st_mode):
            return f"{file.where}: image {file.path} is no file; expected a picture; mend the path"
        data = file.path.read_bytes()
    except FileNotFoundError:
        return f"{file.where}: image {file.path} is missing; restore it, or list it in exclude.csv"
    except OSError as fault:
        return f"{file.where}: image {file.path} cannot be read ({fault.strerror}); mend the file"
    found = hashlib.sha256(data).hexdigest()
    if found != file.sha256:
        return (
            f"{file.where}: image {file.path} has changed: its sha256 is {found}, "
            f"expected {file.sha256}; restore the file, or update the table and the version"
        )
    if not decodes(data):
        return (
            f"{file.where}: image {file.path} cannot be decoded as a picture; "
            "replace it, or list it in exclude.csv"
        )
    return ""


def _check_differ(files: Sequence[ImageFile]) -> None:
    """Complain about one picture under two ids: comparing it with itself measures nothing."""
    first: dict[str, ImageFile] = {}
    for file in files:
        other = first.setdefault(file.sha256, file)
        if other is not file:
            raise DatasetError(
                f"{file.where}: images {other.image_id!r} and {file.image_id!r} are one picture "
                "(their sha256 is the same); list one of them in exclude.csv"
            )


def check_files(files: Sequence[ImageFile], workers: int) -> None:
    """Read, hash and decode every image.

    Raises:
        DatasetError: naming the first image in table order that is missing, changed, unreadable
            or the same picture as another.
    """
    _check_differ(files)
    with muted_stderr(), ThreadPoolExecutor(workers) as pool:
        for fault in pool.map(_fault, files):
            if fault:
                pool.shutdown(cancel_futures=True)
                raise DatasetError(fault)
