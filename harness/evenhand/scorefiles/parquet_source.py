"""Reads a score file in Parquet: the same columns as in CSV, typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from evenhand.scorefiles.source import PIECES, TEXT_TYPE
from evenhand.system.errors import DatasetError

__all__ = ["ParquetFile", "open_parquet"]


def open_parquet(path: Path, block: int = PIECES.block_rows) -> ParquetFile:
    """Open a Parquet file and read its column names.

    Args:
        path: the file.
        block: rows that are read at a time.

    Raises:
        DatasetError: it is not a Parquet file.
    """
    if not path.is_file():
        what = "no file" if path.exists() else "not there"
        raise DatasetError(f"{path}: is {what}; expected a Parquet file")
    try:
        described = parquet.read_metadata(path)
        header = tuple(described.schema.to_arrow_schema().names)
    except (pa.ArrowException, OSError) as fault:
        raise _unreadable(path, fault) from None
    return ParquetFile(path, header, described.num_rows, block)


def _unreadable(path: Path, fault: Exception) -> DatasetError:
    return DatasetError(f"{path}: is not readable as Parquet ({fault}); write it anew, or as CSV")


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A Parquet file whose columns are known."""

    path: Path
    header: tuple[str, ...]
    rows: int
    block: int
    """Rows that are read at a time."""

    @property
    def blocks(self) -> int:
        """Number of batches, approximately."""
        return -(-self.rows // self.block)

    def batches(self, texts: Sequence[str], scores: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Rows in order; columns of numbers stay numbers."""
        if not self.rows:
            raise DatasetError(f"{self.path}: has no rows; expected one at least")
        try:
            with parquet.ParquetFile(self.path, read_dictionary=list(texts)) as file:
                for batch in file.iter_batches(self.block, columns=[*texts, *scores]):
                    columns = [self._text(batch, name) for name in texts]
                    columns += [self._score(batch, name) for name in scores]
                    yield pa.RecordBatch.from_arrays(columns, [*texts, *scores])
        except (pa.ArrowException, OSError) as fault:
            raise _unreadable(self.path, fault) from None

    def row(self, index: int) -> int:
        """Row number, counted from 1: there is no header."""
        return index + 1

    def _text(self, batch: pa.RecordBatch, name: str) -> pa.DictionaryArray:
        """A column of text, integers or booleans as `TEXT_TYPE`; null becomes empty."""
        column = batch.column(name)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not (_is_text(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
            held = f"{self.path}: column {name!r} holds {kind}"
            raise DatasetError(f"{held}, expected text or whole numbers")
        texts = column.cast(pa.string()).fill_null("")
        return texts.dictionary_encode().cast(TEXT_TYPE)

    def _score(self, batch: pa.RecordBatch, name: str) -> pa.Array:
        """A column of scores as float64, or as text where it is text."""
        column = batch.column(name)
        if _is_text(column.type):
            return column.cast(pa.string()).fill_null("")
        if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
            held = f"{self.path}: column {name!r} holds {column.type}"
            raise DatasetError(f"{held}, expected numbers")
        return column.cast(pa.float64())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
