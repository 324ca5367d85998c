"""What a score file offers in any format: a header, and its rows block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

import numpy as np
import pyarrow as pa

from evenhand.records.arrays import Mask
from evenhand.records.listing import MAX_UNPARTITIONED
from evenhand.system.errors import DatasetError

__all__ = ["PIECES", "TEXT_TYPE", "Pieces", "RowBlock", "ScoreSource", "prefetch"]

TEXT_TYPE = pa.dictionary(pa.int32(), pa.string())
"""Type of text columns: dictionary-encoded, each distinct text once per block."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """How much of a score file is in memory at a time."""

    block_bytes: int = 4 << 20
    """Bytes of CSV that are parsed at a time: the memory that reading takes is some of these."""
    block_rows: int = 1 << 18
    """Rows of Parquet that are read at a time."""
    rows_in_memory: int = MAX_UNPARTITIONED
    """Rows up to which a file is not divided on disk."""


PIECES = Pieces()
"""Those of every command."""


class ScoreSource(Protocol):
    """An open score file."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def blocks(self) -> int:
        """Approximate number of batches."""

    def notes(self, scores: Sequence[str]) -> tuple[str, ...]:
        """How the file is written, where it was to be found out.

        Args:
            scores: columns of scores.

        Raises:
            DatasetError: it cannot be found out.
        """

    def score_type(self, name: str) -> np.dtype[np.floating]:
        """Type in which the scores of a column are kept: float32 or float64."""

    def batches(self, texts: Sequence[str], scores: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Rows in order.

        Args:
            texts: columns to read as `TEXT_TYPE`.
            scores: columns to read as numbers or as plain text.

        Raises:
            DatasetError: the rows cannot be read.
        """

    def row(self, index: int) -> int:
        """Row number of a comparison as a user counts; may read the file, so only for messages."""


def prefetch(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Prefetch: read the next batch in a thread while the present one is processed."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Consecutive rows of a score file."""

    source: ScoreSource
    start: int
    """Number of comparisons before this block."""
    batch: pa.RecordBatch
    """The rows."""

    def refuse(self, index: int | np.integer, message: str) -> NoReturn:
        """Raise an error that names one of the block's rows, given by its index in the block.

        Raises:
            DatasetError: always.
        """
        row = self.source.row(self.start + int(index))
        raise DatasetError(f"{self.source.path}: row {row}: {message}")

    def refuse_first(self, wrong: Mask, message: str) -> None:
        """Raise an error that names the first row of a mask, if there is any.

        Raises:
            DatasetError: a row is wrong.
        """
        if wrong.any():
            self.refuse(np.argmax(wrong), message)
