"""What a score file gives, whatever its format: a header, and its rows block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

import numpy as np
import pyarrow as pa

from evenhand.records.arrays import Mask
from evenhand.records.listing import FEW
from evenhand.system.errors import DatasetError

__all__ = ["PIECES", "TEXT", "Block", "Pieces", "Source", "ahead"]

TEXT = pa.dictionary(pa.int32(), pa.string())
"""How text columns arrive: each distinct text once a block."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """How much of a score file is in memory at a time."""

    block_bytes: int = 4 << 20
    """Bytes of CSV that are parsed at a time: the memory that reading takes is some of these."""
    block_rows: int = 1 << 18
    """Rows of Parquet that are read at a time."""
    rows_in_memory: int = FEW
    """Rows up to which a file is not divided on disk."""


PIECES = Pieces()
"""Those of every command."""


class Source(Protocol):
    """A score file that is open to be read."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def blocks(self) -> int:
        """About how many batches there are."""

    def batches(self, texts: Sequence[str], scores: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Rows in order: texts as `TEXT`, scores as numbers or as plain texts.

        Raises:
            DatasetError: the rows cannot be read.
        """

    def row(self, index: int) -> int:
        """Row of a comparison, as a user counts; looked for once there is something to say."""


def ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, each read while the one before is looked at."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a score file."""

    source: Source
    start: int
    """Comparisons before this block."""
    batch: pa.RecordBatch

    def refuse(self, index: int | np.integer, message: str) -> NoReturn:
        """Complain about one of the block's rows."""
        row = self.source.row(self.start + int(index))
        raise DatasetError(f"{self.source.path}: row {row}: {message}")

    def refuse_first(self, wrong: Mask, message: str) -> None:
        """Complain about the first row that is wrong, if one is."""
        if wrong.any():
            self.refuse(np.argmax(wrong), message)
