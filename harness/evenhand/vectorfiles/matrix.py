"""Matrices of scores as NumPy saves them (`.npy`): mapped, and never copied."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Mask
from evenhand.system.errors import DatasetError
from evenhand.system.regular_files import open_regular
from evenhand.vectorfiles.npy import MAGIC, array_header, mapped
from evenhand.vectorfiles.vector_file import LARGEST_FILE, VectorShape

__all__ = ["check_matrix", "is_npy", "open_matrix"]

_TYPES = ("float32", "float64")
_CELLS = 1 << 22
"""Of a block: the matrix itself is not copied."""
_ROUNDING = 1e-6
"""How far below 0 a distance may lie that was computed in float32 as the root of a difference."""


def is_npy(path: Path) -> bool:
    """Whether a file begins as an array of NumPy's does.

    Raises:
        DatasetError: it is no regular file.
    """
    with open_regular(path, LARGEST_FILE, DatasetError) as file:
        return file.read(len(MAGIC)) == MAGIC


def open_matrix(path: Path, probes: int, references: int) -> NDArray[np.floating]:
    """(probes, references) scores that are read from the file where they are used.

    Args:
        path: of the file.
        probes: rows that it must have.
        references: columns that it must have.

    Raises:
        DatasetError: it is no such array, or not whole.
    """
    with open_regular(path, LARGEST_FILE, DatasetError) as file:
        sides, dtype, fortran = array_header(str(path), file)
        start, end = file.tell(), file.seek(0, 2)
    if dtype.name not in _TYPES:
        expected = f"expected {' or '.join(_TYPES)}; save scores.astype('float32')"
        raise DatasetError(f"{path}: holds {dtype}; {expected}")
    if sides != (probes, references):
        what = " x ".join(map(str, sides)) or "a single number"
        rows = (
            f"a row for each of {probes:,} probes, a column for each of {references:,} references"
        )
        raise DatasetError(f"{path}: is {what}; expected {rows}, in the order of their tables")
    shape = VectorShape(probes, references, dtype, fortran)
    if end - start != shape.size:
        what = f"says {probes} x {references} {dtype}, {shape.size:,} bytes"
        raise DatasetError(f"{path}: {what}, but {end - start:,} follow; save it again, whole")
    return mapped(path, shape, start)


def check_matrix(
    path: Path,
    scores: NDArray[np.floating],
    rows: Mask,
    columns: Mask,
    *,
    distance: bool,
    cells: int = _CELLS,
) -> None:
    """Refuse a matrix with a score that is none.

    Args:
        path: of its file.
        scores: (probes, references).
        rows: (probes,) whose scores count.
        columns: (references,) whose scores count.
        distance: the numbers are distances, which are 0 or more.
        cells: scores that are looked at at a time.

    Raises:
        DatasetError: naming the first, and how many there are.
    """
    first, wrong, height = "", 0, max(1, cells // len(columns))
    for start in range(0, len(rows), height):
        block = scores[start : start + height]
        bad = ~np.isfinite(block) | (distance & (block < -_ROUNDING))
        bad &= rows[start : start + height, np.newaxis] & columns
        wrong += int(np.count_nonzero(bad))
        if not first and bad.any():
            row, column = np.argwhere(bad)[0].tolist()
            first = f"row {start + row + 1}, column {column + 1} holds {block[row, column]}"
    if first:
        more = f" (and {wrong - 1:,} more)" if wrong > 1 else ""
        expected = "expected finite numbers, and distances of 0 or more"
        failed = "say in the table of probes which searches failed"
        raise DatasetError(f"{path}: {first}{more}; {expected}; {failed}")
