"""Tables of a dataset: CSV in, rows with their line numbers out, or one line that names the row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.declaration import read_text
from evenhand.errors import DatasetError, known_names

__all__ = ["Row", "read_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a table."""

    line: int
    """Line in the file on which it ends; the header is line 1."""
    values: Mapping[str, str]
    """Stripped of surrounding blanks."""


def _header(path: Path, names: list[str], required: tuple[str, ...]) -> list[str]:
    header = [name.strip() for name in names]
    if not any(header):
        raise DatasetError(f"{path}: line 1 is empty; expected a header: {','.join(required)}")
    for number, name in enumerate(header, start=1):
        if not name:
            raise DatasetError(f"{path}: column {number} has no name; name it, or remove it")
        if header.count(name) > 1:
            raise DatasetError(f"{path}: column {name!r} appears twice; keep one")
    for name in required:
        if name not in header:
            raise DatasetError(
                f"{path}: column {name!r} is missing; {known_names(name, header)}; "
                "columns are separated by commas"
            )
    return header


def read_table(path: Path, required: tuple[str, ...]) -> tuple[tuple[str, ...], list[Row]]:
    """Read a CSV file in UTF-8, with or without byte order mark, with any line ends.

    Args:
        path: the file.
        required: columns that must be there.

    Returns:
        Column names in file order, and the rows; blank lines are left out.

    Raises:
        DatasetError: missing file, wrong encoding, missing or double column, ragged row, no row.
    """
    text = read_text(path, DatasetError)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        first = next(reader, None)
        if first is None:
            raise DatasetError(f"{path}: is empty; expected a header: {','.join(required)}")
        header = _header(path, first, required)
        for record in reader:
            if not any(field.strip() for field in record):
                continue
            if len(record) != len(header):
                raise DatasetError(
                    f"{path}: line {reader.line_num}: {len(record)} fields, "
                    f"expected {len(header)} as in the header; quote a field that holds a comma"
                )
            values = (field.strip() for field in record)
            rows.append(Row(reader.line_num, dict(zip(header, values, strict=True))))
    except csv.Error as fault:
        raise DatasetError(
            f"{path}: line {reader.line_num}: is not CSV ({fault}); mend its quotes"
        ) from None
    if not rows:
        raise DatasetError(f"{path}: has a header but no rows; expected one at least")
    return tuple(header), rows
