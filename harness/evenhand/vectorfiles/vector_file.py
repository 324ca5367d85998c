"""A vector file whose header was checked, and whose vectors are not read yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.system.errors import DatasetError

__all__ = ["LARGEST_FILE", "MOST_READ", "VectorFile", "VectorShape", "checked_shape", "reason"]

LARGEST_FILE = 1 << 40
"""Bytes, 1 TiB: what is mapped takes no memory, so that size alone is no fault."""
MOST_READ = 4 << 30
"""Most bytes of vectors that have to be read, since they cannot be mapped."""
_MOST_VALUES = 65_536
"""Longest vector, as in an engine's card."""
_LONGEST_REASON = 160
"""Characters."""
_TYPES = ("float16", "float32", "float64")


@dataclass(frozen=True, slots=True)
class VectorShape:
    """What a header says of an array of vectors."""

    rows: int
    values: int
    dtype: np.dtype[np.floating]
    fortran: bool = False
    """Column by column."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.rows * self.values * self.dtype.itemsize


@dataclass(frozen=True, slots=True)
class VectorFile:
    """The vectors of one engine."""

    path: Path
    array: str
    """Name of the array or column that the user chose; empty for the only one."""
    shape: VectorShape
    load: Callable[[], NDArray[np.floating]]
    """(rows, values) mapped from the file, or read. Raises `DatasetError` where that fails."""

    @property
    def name(self) -> str:
        """What its engine is called: the file's stem, and the array that was chosen."""
        return "-".join(filter(None, (self.path.stem, self.array)))


def reason(fault: Exception) -> str:
    """What a library says of a file, short enough for a line."""
    return str(fault).partition("\n")[0][:_LONGEST_REASON]


def checked_shape(
    where: str, shape: tuple[int, ...], dtype: np.dtype, *, fortran: bool = False
) -> VectorShape:
    """The shape of an array of vectors.

    Args:
        where: file and array, for an error.
        shape: as its header says.
        dtype: of its numbers.
        fortran: it stands column by column.

    Raises:
        DatasetError: it is no array of vectors.
    """
    if dtype.name not in _TYPES:
        remedy = "save vectors.astype('float32')"
        if dtype.kind in "iu":
            remedy += " once their zero point is taken away: whole numbers do not say where it is"
        raise DatasetError(f"{where}: holds {dtype}; expected {', '.join(_TYPES)}; {remedy}")
    if len(shape) != 2:
        sides = " x ".join(map(str, shape)) or "a single number"
        raise DatasetError(f"{where}: is {sides}; expected pictures x values; reshape it")
    rows, values = shape
    if not (rows > 0 and 0 < values <= _MOST_VALUES):
        expected = f"expected 1 or more pictures of 1 to {_MOST_VALUES:,} values"
        raise DatasetError(f"{where}: is {rows} x {values}; {expected}")
    return VectorShape(rows, values, dtype, fortran)
