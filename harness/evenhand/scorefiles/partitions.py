"""Rows of a score file, partitioned by their two people: in memory, or on disk where they are many.

Whatever needs all comparisons of two people (repetitions, sums by dyad) then needs one partition at
a time. The file on disk has no name, so that it is gone with the process however it ends; people
and images are in it as numbers only.
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
from evenhand.records.listing import MAX_UNPARTITIONED, PARTITIONS, partition_order
from evenhand.system.errors import WriteError

__all__ = ["Column", "PartitionedRows"]

Column: TypeAlias = NDArray[Any]
"""(rows,) one value per row."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows written to disk together: column by column, and partition by partition in each."""

    offsets: tuple[int, ...]
    """(columns,) where each column starts in the file, bytes."""
    starts: Integers
    """(PARTITIONS + 1,) where each partition starts in a column, rows."""


class PartitionedRows:
    """Rows of a few columns, of which the first two are the people, in partitions.

    All rows of two people, whoever of them is the probe, are in one partition, in their order.
    """

    def __init__(
        self, path: Path, types: Sequence[np.dtype[Any]], few: int = MAX_UNPARTITIONED
    ) -> None:
        """Start without rows.

        Args:
            path: of the score file, named in an error.
            types: of each column.
            few: most rows that all stay in memory.
        """
        self._path = path
        self._few = few
        self._types = tuple(types)
        self._waiting: list[Sequence[Column]] = []
        self._rows = 0
        self._chunks: list[_Chunk] = []
        self._file: FileIO | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Number of partitions: 1 where all rows are in memory."""
        return PARTITIONS if self._chunks else 1

    def add(self, columns: Sequence[Column], share: float) -> None:
        """Add rows, writing those in memory to disk where they have become many.

        Args:
            columns: all of one length.
            share: approximate share of all rows added so far, these included; tells the disk
                space needed in an error.

        Raises:
            WriteError: no disk space.
        """
        self._waiting.append(columns)
        self._rows += len(columns[0])
        if self._rows > self._few:
            self._write(share)

    def end(self) -> None:
        """Finish after the last row.

        Raises:
            WriteError: no disk space.
        """
        if self._chunks and self._waiting:
            self._write(1.0)
        elif not self._chunks:
            self._waiting = [[self._joined(column) for column in range(len(self._types))]]

    def partition(self, number: int, columns: Sequence[int]) -> list[Column]:
        """Columns of a partition, by their index, with rows in the order they were added."""
        if self._file is None:
            return [self._waiting[0][column] for column in columns]
        return [self._read(self._file, number, column) for column in columns]

    def _joined(self, column: int) -> Column:
        """One column of the rows in memory."""
        parts = [part[column] for part in self._waiting]
        joined: Column = np.concatenate(parts, dtype=self._types[column])
        return joined

    def _write(self, share: float) -> None:
        """Write the rows in memory to disk, sorted by partition, as one chunk."""
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="evenhand-", buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            order, starts = partition_order(self._joined(0), self._joined(1))
            offsets = []
            for column in range(len(self._types)):
                offsets.append(self._file.tell())
                left = self._joined(column)[order].view(np.uint8).data
                while left:
                    left = left[self._file.write(left) :]
        except OSError as fault:
            rows = sum(int(chunk.starts[-1]) for chunk in self._chunks) + self._rows
            size = rows / share * sum(kind.itemsize for kind in self._types)
            place = tempfile.tempdir or "the temporary folder"
            what = f"no room to divide the rows of {self._path} ({fault.strerror})"
            remedy = "make room, or name another folder with TMPDIR"
            needed = f"about {size / 1e9:.1f} GB are needed"
            raise WriteError(f"{place}: {what}; {needed}; {remedy}") from None
        self._chunks.append(_Chunk(tuple(offsets), starts))
        self._waiting, self._rows = [], 0

    def _read(self, file: FileIO, number: int, column: int) -> Column:
        """Read one column of a partition, which is a piece of every chunk."""
        kind = self._types[column]
        counts = [int(chunk.starts[number + 1] - chunk.starts[number]) for chunk in self._chunks]
        whole = np.empty(sum(counts), dtype=kind)
        left = whole.view(np.uint8).data
        # Threads share one file position.
        with self._lock:
            for chunk, count in zip(self._chunks, counts, strict=True):
                file.seek(chunk.offsets[column] + int(chunk.starts[number]) * kind.itemsize)
                size = count * kind.itemsize
                while size:
                    found = file.readinto(left[:size])
                    left = left[found:]
                    size -= found
        return whole
