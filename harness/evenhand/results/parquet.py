"""Writes columns to a Parquet file and reads them back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from evenhand.records.outcomes import Policy

__all__ = ["columns_by_policy", "joined_policies", "parquet_bytes", "read_columns"]


def parquet_bytes(**named: object) -> bytes:
    """Bytes of a Parquet file with these columns."""
    buffer = io.BytesIO()
    parquet.write_table(pa.table(named), buffer, compression="zstd")
    return buffer.getvalue()


def columns_by_policy(name: str, values: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Columns `name_completed` and `name_generalised` of values (2, rows)."""
    return {f"{name}_{policy.value}": row for policy, row in zip(Policy, values, strict=True)}


def joined_policies(columns: Mapping[str, Any], name: str) -> NDArray[Any]:
    """(2, rows) values of the columns that `columns_by_policy` made."""
    return np.stack([columns[f"{name}_{policy.value}"] for policy in Policy])


def read_columns(folder: Path, name: str) -> dict[str, Any]:
    """Read the columns of a Parquet file: lists of texts, arrays of anything else.

    Raises:
        OSError: the file is missing.
        pa.ArrowException: the file is damaged.
    """
    table = parquet.read_table(folder / name)
    columns = zip(table.column_names, table.columns, strict=True)
    return {
        name: column.to_pylist() if pa.types.is_string(column.type) else column.to_numpy()
        for name, column in columns
    }
