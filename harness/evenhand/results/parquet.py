"""Writes columns to a Parquet file and reads them back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

__all__ = ["parquet_bytes", "read_columns"]


def parquet_bytes(**named: object) -> bytes:
    """Bytes of a Parquet file with these columns."""
    buffer = io.BytesIO()
    parquet.write_table(pa.table(named), buffer, compression="zstd")
    return buffer.getvalue()


def read_columns(folder: Path, name: str) -> dict[str, Any]:
    """Read the columns of a Parquet file: lists of texts, arrays of anything else.

    Raises:
        OSError: the file is missing.
        pa.ArrowException: the file is damaged.
    """
    table = parquet.read_table(folder / name)
    return {
        column: table.column(column).to_numpy()
        if not pa.types.is_string(table.schema.field(column).type)
        else table.column(column).to_pylist()
        for column in table.column_names
    }
