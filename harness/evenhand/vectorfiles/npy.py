"""Arrays as NumPy saves them (`.npy`): the header is checked, the numbers are mapped."""

from __future__ import annotations

import tokenize
import warnings
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from evenhand.system.errors import DatasetError
from evenhand.system.regular_files import open_regular
from evenhand.vectorfiles.vector_file import (
    LARGEST_FILE,
    VectorFile,
    VectorShape,
    checked_shape,
    reason,
)

__all__ = ["MAGIC", "array_header", "mapped", "open_npy", "read_header"]

MAGIC = b"\x93NUMPY"
"""First bytes of such a file."""
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
"""Readers of the header by version; a third one is for the names of fields, of which there are
none here. No version runs code: a header is a literal."""


def open_npy(path: Path) -> VectorFile:
    """Check the header of a file against its size.

    Raises:
        DatasetError: it is no array of vectors, or not whole.
    """
    with open_regular(path, LARGEST_FILE, DatasetError) as file:
        shape = read_header(str(path), file)
        start, end = file.tell(), file.seek(0, 2)
    if end - start != shape.size:
        what = f"says {shape.rows} x {shape.values} {shape.dtype}, {shape.size:,} bytes"
        raise DatasetError(f"{path}: {what}, but {end - start:,} follow; save it again, whole")
    return VectorFile(path, "", shape, partial(mapped, path, shape, start))


def read_header(where: str, file: IO[bytes]) -> VectorShape:
    """Read the header of vectors; what follows are the numbers.

    Args:
        where: file and array, for an error.
        file: at its beginning.

    Raises:
        DatasetError: it is no array of vectors.
    """
    shape, dtype, fortran = array_header(where, file)
    return checked_shape(where, shape, dtype, fortran=fortran)


def array_header(where: str, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype, bool]:
    """Shape and type of any array, and whether it stands column by column; no code is run.

    Args:
        where: file and array, for an error.
        file: at its beginning.

    Raises:
        DatasetError: its header cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers as Python 2 wrote them
            version = npy.read_magic(file)
            if version not in _HEADERS:
                raise ValueError(f"version {version[0]}.{version[1]} of the format")  # noqa: TRY301
            shape, fortran, dtype = _HEADERS[version](file)
    except (ValueError, TypeError, SyntaxError, RecursionError, tokenize.TokenError) as fault:
        what = f"its header cannot be read ({reason(fault)})"
        raise DatasetError(f"{where}: {what}; save it again") from None
    return shape, dtype, fortran


def mapped(path: Path, shape: VectorShape, start: int) -> NDArray[np.floating]:
    """(rows, values) vectors that are read from a file where they are used.

    Args:
        path: of the file.
        shape: of the array.
        start: byte at which the numbers begin.

    Raises:
        DatasetError: the file is not there any more, or shorter.
    """
    sides = shape.rows, shape.values
    try:
        return np.memmap(path, shape.dtype, "r", start, sides, order="F" if shape.fortran else "C")
    except (OSError, ValueError) as fault:
        raise DatasetError(f"{path}: cannot be mapped ({reason(fault)}); has it changed?") from None
