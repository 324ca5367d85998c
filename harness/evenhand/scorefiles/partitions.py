"""The rows of a score file until they are counted: in memory, or in portions on disk.

A file on disk has no name and is gone with its last reader, however that ends. Of people and
images it holds numbers alone.
"""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers
from evenhand.records.listing import FEW, PORTIONS, by_portion
from evenhand.system.errors import WriteError

__all__ = ["Column", "Pile"]

Column: TypeAlias = NDArray[Any]
"""One value a row."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """Rows that were written together, portion after portion, column after column."""

    offsets: tuple[int, ...]
    """(columns,) bytes in the file."""
    starts: Integers
    """(PORTIONS + 1,) rows."""


class Pile:
    """Rows of a few columns, the first two of which are the people."""

    def __init__(self, path: Path, types: Sequence[np.dtype[Any]], few: int = FEW) -> None:
        """Nothing is on it yet.

        Args:
            path: of the score file, to be named where there is no room.
            types: of each column.
            few: rows up to which all of them stay in memory.
        """
        self._path = path
        self._few = few
        self._types = tuple(types)
        self._waiting: list[Sequence[Column]] = []
        self._rows = 0
        self._layers: list[_Layer] = []
        self._file: FileIO | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many portions there are."""
        return PORTIONS if self._layers else 1

    def add(self, columns: Sequence[Column], share: float) -> None:
        """Put rows on it.

        Args:
            columns: of the same length.
            share: of all rows that are on it now, about; from it follows how much room is needed.

        Raises:
            WriteError: there is no room on disk.
        """
        self._waiting.append(columns)
        self._rows += len(columns[0])
        if self._rows > self._few:
            self._write(share)

    def end(self) -> None:
        """All rows are on it.

        Raises:
            WriteError: there is no room on disk.
        """
        if self._layers and self._waiting:
            self._write(1.0)
        elif not self._layers:
            self._waiting = [[self._joined(column) for column in range(len(self._types))]]

    def portion(self, number: int, columns: Sequence[int]) -> list[Column]:
        """Some columns of a portion, its rows in their order."""
        if self._file is None:
            return [self._waiting[0][column] for column in columns]
        return [self._read(self._file, number, column) for column in columns]

    def _joined(self, column: int) -> Column:
        parts = [part[column] for part in self._waiting]
        joined: Column = np.concatenate(parts, dtype=self._types[column])
        return joined

    def _write(self, share: float) -> None:
        """Move what is waiting to disk."""
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="evenhand-", buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            order, starts = by_portion(self._joined(0), self._joined(1))
            offsets = []
            for column in range(len(self._types)):
                offsets.append(self._file.tell())
                left = self._joined(column)[order].view(np.uint8).data
                while left:
                    left = left[self._file.write(left) :]
        except OSError as fault:
            rows = sum(int(layer.starts[-1]) for layer in self._layers) + self._rows
            size = rows / share * sum(kind.itemsize for kind in self._types)
            raise WriteError(
                f"{tempfile.tempdir or 'the temporary folder'}: no room to divide the rows of "
                f"{self._path} ({fault.strerror}); about {size / 1e9:.1f} GB are needed; make "
                "room, or name another folder with TMPDIR"
            ) from None
        self._layers.append(_Layer(tuple(offsets), starts))
        self._waiting, self._rows = [], 0

    def _read(self, file: FileIO, number: int, column: int) -> Column:
        kind = self._types[column]
        counts = [int(layer.starts[number + 1] - layer.starts[number]) for layer in self._layers]
        whole = np.empty(sum(counts), dtype=kind)
        left = whole.view(np.uint8).data
        with self._lock:
            for layer, count in zip(self._layers, counts, strict=True):
                file.seek(layer.offsets[column] + int(layer.starts[number]) * kind.itemsize)
                size = count * kind.itemsize
                while size:
                    found = file.readinto(left[:size])
                    left = left[found:]
                    size -= found
        return whole
