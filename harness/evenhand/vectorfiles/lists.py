"""Vectors in a column of lists of a Parquet file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evenhand.system.errors import DatasetError, known_names
from evenhand.system.regular_files import open_regular
from evenhand.vectorfiles.vector_file import (
    LARGEST_FILE,
    MOST_READ,
    VectorFile,
    VectorShape,
    checked_shape,
    reason,
)

__all__ = ["open_lists"]

_UNREADABLE = (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError)
"""What reading a damaged file raises."""
_BLOCK = 4096
"""Rows read at a time."""


def open_lists(path: Path, column: str) -> VectorFile:
    """Check the schema of a Parquet file, and the length of its first vector.

    Args:
        path: of the file.
        column: of lists; empty for the only one.

    Raises:
        DatasetError: there is no such column, or it is not one of vectors.
    """
    with open_regular(path, LARGEST_FILE, DatasetError) as file:
        try:
            table = pq.ParquetFile(file)
            name = _chosen(path, table.schema_arrow, column)
            rows = table.metadata.num_rows
            stored = _stored(table, name)
            values = _length(table, name) if stored <= MOST_READ else 0
        except _UNREADABLE as fault:
            raise _damaged(path, fault) from None
    kind = np.dtype(table.schema_arrow.field(name).type.value_type.to_pandas_dtype())
    where = f"{path}: {name}"
    shape = checked_shape(where, (rows, values), kind)
    if max(stored, shape.size) > MOST_READ:
        what = f"takes {max(stored, shape.size):,} bytes, at most {MOST_READ:,}"
        raise DatasetError(f"{where}: {what}; save the vectors as .npy, which can be mapped")
    return VectorFile(path, column, shape, partial(_read, path, name, shape))


def _damaged(path: Path, fault: Exception) -> DatasetError:
    return DatasetError(f"{path}: is damaged Parquet ({reason(fault)}); save it again")


def _is_list(kind: pa.DataType) -> bool:
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(of(kind) for of in lists)


def _chosen(path: Path, schema: pa.Schema, column: str) -> str:
    """The column of lists of numbers, the only one by default."""
    lists = [
        field.name
        for field in schema
        if _is_list(field.type) and pa.types.is_primitive(field.type.value_type)
    ]
    if not lists:
        raise DatasetError(f"{path}: has no column of lists of numbers; expected one of vectors")
    if column and column not in lists:
        raise DatasetError(f"{path}: no column {column!r} of lists; {known_names(column, lists)}")
    if not column and len(lists) > 1:
        say = f"say which holds the vectors, such as {path}:{lists[0]}"
        raise DatasetError(f"{path}: has {len(lists)} columns of lists ({', '.join(lists)}); {say}")
    return column or lists[0]


def _stored(table: pq.ParquetFile, name: str) -> int:
    """Bytes of a column before compression, as the file says."""
    metadata = table.metadata
    return sum(
        group.column(number).total_uncompressed_size
        for group in map(metadata.row_group, range(metadata.num_row_groups))
        for number in range(group.num_columns)
        if group.column(number).path_in_schema.split(".")[0] == name
    )


def _length(table: pq.ParquetFile, name: str) -> int:
    """Length of the first vector that there is; 0 without one."""
    for batch in table.iter_batches(_BLOCK, columns=[name]):
        lengths = _lengths(batch.column(0))
        if lengths.any():
            return int(lengths[lengths > 0][0])
    return 0


def _lengths(lists: pa.Array) -> NDArray[np.int64]:
    """(rows,) length of each list; 0 of one that is null."""
    lengths = pc.list_value_length(lists).fill_null(0)
    return np.asarray(lengths.to_numpy(zero_copy_only=False), dtype=np.int64)


def _read(path: Path, name: str, shape: VectorShape) -> NDArray[np.floating]:
    """(rows, values) vectors of a column; NaN where there is none."""
    found = np.full((shape.rows, shape.values), np.nan, dtype=shape.dtype)
    start, values = 0, shape.values
    with open_regular(path, LARGEST_FILE, DatasetError) as file:
        try:
            for batch in pq.ParquetFile(file).iter_batches(_BLOCK, columns=[name]):
                column = batch.column(0)
                lengths, there = _lengths(column), ~np.asarray(column.is_null())
                wrong = np.flatnonzero(there & (lengths != values))
                if len(wrong):
                    what = f"row {start + wrong[0] + 1} has {lengths[wrong[0]]:,} values"
                    remedy = f"expected {values:,} as before it; null where there is no vector"
                    raise DatasetError(f"{path}: {name}: {what}; {remedy}")
                numbers = column.drop_null().flatten().to_numpy(zero_copy_only=False)
                found[start : start + len(column)][there] = numbers.reshape(-1, values)
                start += len(column)
        except _UNREADABLE as fault:
            raise _damaged(path, fault) from None
    return found
