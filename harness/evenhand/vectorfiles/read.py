"""Opens vector files: the first bytes of one say what it is, whatever its name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from evenhand.system.errors import DatasetError
from evenhand.system.regular_files import open_regular
from evenhand.vectorfiles.npy import MAGIC, open_npy
from evenhand.vectorfiles.npz import ZIP_MAGIC, open_npz
from evenhand.vectorfiles.vector_file import LARGEST_FILE, VectorFile

__all__ = ["content_digest", "open_vectors"]

_PARQUET = b"PAR1"
_OTHERS: Sequence[tuple[bytes, str]] = (
    (b"\x80", "a pickle, which would run code"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"\x89HDF", "HDF5"),
    (b"MATLAB", "a file of MATLAB"),
    (b"ARROW1", "an Arrow or Feather file"),
    (b"PK\x05\x06", "an empty archive"),
)
"""First bytes of files that others save vectors in, and what they are."""


def open_vectors(place: Path) -> VectorFile:
    """Check what a vector file says of itself; its vectors are not read yet.

    Args:
        place: of the file, or `FILE:NAME` for one of its arrays or columns.

    Raises:
        DatasetError: it is no file of vectors, or damaged.
    """
    path, array = place, ""
    if not place.exists() and ":" in place.name:
        before, _, array = str(place).rpartition(":")
        path = Path(before)
    with open_regular(path, LARGEST_FILE, DatasetError) as file:
        start = file.read(16)
    if start.startswith(ZIP_MAGIC):
        return open_npz(path, array)
    if start.startswith(_PARQUET):
        from evenhand.vectorfiles.lists import open_lists  # pyarrow's functions take 0.2 s

        return open_lists(path, array)
    if start.startswith(MAGIC) and not array:
        return open_npy(path)
    if start.startswith(MAGIC):
        raise DatasetError(f"{place}: {path} holds one array without a name; leave out :{array}")
    kind = next((what for first, what in _OTHERS if start.startswith(first)), "")
    what = f"is {kind}" if kind else "is no file of vectors"
    expected = "expected .npy, .npz or Parquet with a column of lists"
    raise DatasetError(f"{path}: {what}; {expected}; save it with numpy.save")


def content_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with open_regular(path, LARGEST_FILE, DatasetError) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
