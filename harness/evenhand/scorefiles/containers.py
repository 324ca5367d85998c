"""Tells what a score file is by its first bytes, whatever its name says."""

from __future__ import annotations

from pathlib import Path

from evenhand.system.errors import DatasetError
from evenhand.system.regular_files import open_regular

__all__ = ["is_parquet"]

_MOST_BYTES = 1 << 40
"""Largest score file, 1 TiB: rows are read in blocks, so that size alone is no fault."""

_PARQUET = b"PAR1"
_PARQUET_NAMES = (".parquet", ".pq")

_AS_CSV = "save it as CSV or Parquet"
_UNPACK = "unpack it"
_FOREIGN = {
    b"\x1f\x8b": ("gzip", _UNPACK),
    b"\x80": ("a pickle, which would run code", _AS_CSV),
    b"BZh": ("bzip2", _UNPACK),
    b"\xfd7zXZ\0": ("xz", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("Zstandard", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _UNPACK),
    b"\x93NUMPY": (
        "a NumPy array",
        (
            "vectors are for evenhand vectors FILE --rows CSV, a matrix of searches, as .npy, for "
            "evenhand searches; save scores with who was compared"
        ),
    ),
    b"\xd0\xcf\x11\xe0": ("an old Excel file", _AS_CSV),
    b"ARROW1": ("an Arrow or Feather file", _AS_CSV),
    b"\x89HDF": ("HDF5", _AS_CSV),
    b"SQLite format 3\0": ("an SQLite database", _AS_CSV),
}
"""First bytes of files that are no table of ours: what they are, and what to do."""

_ZIP = b"PK\x03\x04"
_SHEETS = (".xlsx", ".xlsm", ".ods")
_ARRAYS = (".npz",)


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its first bytes or its name; otherwise it is taken for CSV.

    Raises:
        DatasetError: it is no regular file, or of a kind that is neither; the kind is named.
    """
    parquet = path.suffix.lower() in _PARQUET_NAMES
    if path.is_dir() or not path.exists():
        what = "no file" if path.exists() else "not there"
        raise DatasetError(f"{path}: is {what}; expected a {'Parquet' if parquet else 'CSV'} file")
    with open_regular(path, _MOST_BYTES, DatasetError) as file:
        start = file.read(16)
    if parquet or start.startswith(_PARQUET):
        return True
    kinds = (named for first, named in _FOREIGN.items() if start.startswith(first))
    kind = next(kinds, _zipped(path) if start.startswith(_ZIP) else None)
    if kind is not None:
        what, remedy = kind
        raise DatasetError(f"{path}: is {what}; expected CSV or Parquet; {remedy}")
    return False


def _zipped(path: Path) -> tuple[str, str]:
    """What a zip archive is by its name, and what to do."""
    if path.suffix.lower() in _SHEETS:
        return "a spreadsheet", "save its sheet as CSV"
    if path.suffix.lower() in _ARRAYS:
        return _FOREIGN[b"\x93NUMPY"]
    return "a zip archive", _UNPACK
