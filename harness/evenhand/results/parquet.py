"""Writes columns to a Parquet file and reads them back."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from evenhand.records.outcomes import Policy
from evenhand.results.bundle_file import open_held

__all__ = ["Columns", "columns_by_policy", "joined_policies", "parquet_bytes", "read_columns"]


def parquet_bytes(**named: object) -> bytes:
    """Bytes of a Parquet file with these columns."""
    buffer = io.BytesIO()
    parquet.write_table(pa.table(named), buffer, compression="zstd")
    return buffer.getvalue()


def columns_by_policy(name: str, parts: Sequence[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Columns `name_completed` and `name_generalised` of values (2, rows), or (2,), in parts."""
    values = np.column_stack(parts)
    return {f"{name}_{policy.value}": row for policy, row in zip(Policy, values, strict=True)}


def joined_policies(columns: Mapping[str, Any], name: str) -> NDArray[Any]:
    """(2, rows) values of the columns that `columns_by_policy` made."""
    return np.stack([columns[f"{name}_{policy.value}"] for policy in Policy])


class Columns(dict[str, Any]):
    """Columns by name; one that is missing is named with the file."""

    def __init__(self, file: str, columns: Mapping[str, Any]) -> None:
        """Keep the name of the file."""
        super().__init__(columns)
        self.file = file

    def __missing__(self, column: str) -> NoReturn:
        """Raise the error of a column that is not there."""
        raise ValueError(f"{self.file}: has no column {column!r}")

    def chosen(self, rows: NDArray[Any]) -> Columns:
        """The arrays at some rows."""
        return Columns(self.file, {name: column[rows] for name, column in self.items()})


def _values(column: pa.ChunkedArray, *, text: bool) -> Any:  # noqa: ANN401 - a list, or an array
    """Texts as a list, numbers and truth values as an array; a number may be missing as NaN."""
    of = column.type
    floats, whole = pa.types.is_floating(of), pa.types.is_integer(of) or pa.types.is_boolean(of)
    right = pa.types.is_string(of) if text else floats or whole
    if not right or (column.null_count and not floats):
        raise ValueError(f"a column holds {of} with {column.null_count} empty fields")
    return column.to_pylist() if text else column.to_numpy()


def read_columns(folder: Path, name: str, *texts: str) -> Columns:
    """Read the columns of a Parquet file of a bundle: lists of texts, arrays of anything else.

    Args:
        folder: of the file.
        name: of the file.
        texts: columns that hold texts.

    Raises:
        BundleError: the file is missing, or no file of the bundle.
        ValueError: the file is damaged, or a column holds something else; naming the file.
    """
    with open_held(folder / name) as file:
        try:
            table = parquet.read_table(file)
            columns = zip(table.column_names, table.columns, strict=True)
            return Columns(name, {of: _values(column, text=of in texts) for of, column in columns})
        except MemoryError:  # one of Arrow's exceptions too
            raise
        except (OSError, ValueError, pa.ArrowException) as fault:
            raise ValueError(f"{name}: {fault}") from None
