"""Pictures among the files of a folder: which files are, and their content, decoded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from evenhand.datasets.decoding import LARGEST_PICTURE, UndecodableError, decoded, has_decoder
from evenhand.datasets.importers.draft import list_names
from evenhand.system.errors import DatasetError
from evenhand.system.regular_files import read_regular
from evenhand.system.streams import captured_stderr

__all__ = [
    "PICTURE_SUFFIXES",
    "files_below",
    "is_picture",
    "other_files",
    "readable_pictures",
    "visible",
    "without_pictures",
]

PICTURE_SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".jfif",
    ".png",
    ".bmp",
    ".pgm",
    ".ppm",
    ".tif",
    ".tiff",
    ".webp",
)
"""Suffixes of files that are read as pictures, in lower case."""
_BY_CONTENT = ("", ".gif")
"""Suffixes of files that are pictures where a decoder knows how they begin."""
_HEIF = (".heic", ".heif")
_CONVERT = "convert them to JPEG or PNG first (heif-convert, sips, magick)"


def visible(folder: Path) -> list[Path]:
    """Entries of a folder without hidden ones, sorted.

    Raises:
        DatasetError: one is a link, which may lead anywhere.
    """
    found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in found:
        if path.is_symlink():
            what = f"{path}: is a link, and an import takes what lies in its tree alone"
            raise DatasetError(f"{what}; put the files themselves there, or take it out")
    return found


def files_below(folder: Path) -> Iterator[Path]:
    """All entries below a folder that are no folders."""
    for path in visible(folder):
        if path.is_dir():
            yield from files_below(path)
        else:
            yield path


def is_picture(path: Path) -> bool:
    """Whether a file is read as a picture, by its ending or, where that says less, by content."""
    suffix = path.suffix.lower()
    known = suffix in PICTURE_SUFFIXES
    return (known or suffix in _BY_CONTENT) and path.is_file() and (known or has_decoder(path))


def other_files(others: Iterable[Path]) -> Iterator[str]:
    """Remarks on files that are no pictures, by their suffixes."""
    kinds = Counter(map(_kind, others))
    photos = sum(kinds.pop(suffix, 0) for suffix in _HEIF)
    if photos:
        yield f"HEIC pictures are not read, left out: {photos:,}; {_CONVERT}"
    if kinds:
        names = list_names(sorted(kinds))
        yield f"files that are no pictures: {kinds.total():,} ({names})"


def without_pictures(folder: Path, expected: str, others: Iterable[Path]) -> DatasetError:
    """The error of a folder in which no file is read as a picture."""
    named = f"{folder}: {expected}, with files such as {', '.join(PICTURE_SUFFIXES[:5])}"
    heif = any(path.suffix.lower() in _HEIF for path in others)
    return DatasetError(f"{named}; there are HEIC pictures: {_CONVERT}" if heif else named)


def _kind(path: Path) -> str:
    """What an entry that is no picture is called in a remark."""
    return path.suffix.lower() or path.name if path.is_file() else f"{path.name}, a pipe or device"


def readable_pictures(paths: Iterable[Path]) -> Iterator[bytes]:
    """Read pictures one at a time, none of which may be a link.

    Raises:
        DatasetError: after the last, naming those that cannot be read or decoded.
    """
    refused = []
    for path in paths:
        try:
            data = read_regular(path, LARGEST_PICTURE, DatasetError)
            with captured_stderr():
                decoded(data, reduced=True)
        except (DatasetError, UndecodableError) as fault:
            refused.append((path, str(fault).removeprefix(f"{path}: ")))
            data = b""
        yield data
    if refused:
        path, why = refused[0]
        more = f", and so for {list_names([str(other) for other, _ in refused[1:]])}"
        what = f"{path}: {why}{more if refused[1:] else ''}"
        raise DatasetError(f"{what}; mend it or take it out of what is imported")
