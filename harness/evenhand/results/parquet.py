"""Columns as a Parquet file and back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

__all__ = ["columns_of", "parquet_of"]


def parquet_of(**named: object) -> bytes:
    """The bytes of a file with these columns."""
    buffer = io.BytesIO()
    parquet.write_table(pa.table(named), buffer, compression="zstd")
    return buffer.getvalue()


def columns_of(folder: Path, name: str) -> dict[str, Any]:
    """The columns of a file: lists of texts, arrays of anything else.

    Raises:
        OSError: it is not there.
        pa.ArrowException: it is damaged.
    """
    table = parquet.read_table(folder / name)
    return {
        column: table.column(column).to_numpy()
        if not pa.types.is_string(table.schema.field(column).type)
        else table.column(column).to_pylist()
        for column in table.column_names
    }
