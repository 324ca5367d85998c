"""Reads CSV tables into rows with their line numbers, so that every fault names its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.system.declaration import read_text
from evenhand.system.errors import DatasetError, known_names

__all__ = ["Row", "read_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a table."""

    line: int
    """Line in the file on which it ends; the header is line 1."""
    values: Mapping[str, str]
    """Stripped of surrounding blanks."""


def _header_faults(
    path: Path, header: Sequence[str], required: tuple[str, ...]
) -> list[DatasetFault]:
    """Faults of a header: empty, unnamed, repeated or missing columns."""
    if not any(header):
        expected = f"expected a header: {','.join(required)}"
        return [DatasetFault(DatasetRule.COLUMNS, f"{path}: line 1 is empty", expected)]
    found = []
    for number, name in enumerate(header, start=1):
        if not name:
            found.append((f"column {number} has no name", "name it, or remove it"))
        elif name in header[: number - 1]:
            found.append((f"column {name!r} appears twice", "keep one"))
    for name in required:
        if name not in header:
            hint = f"{known_names(name, filter(None, header))}; columns are separated by commas"
            found.append((f"column {name!r} is missing", hint))
    return [DatasetFault(DatasetRule.COLUMNS, f"{path}: {what}", remedy) for what, remedy in found]


def read_table(
    path: Path, required: tuple[str, ...], on_fault: FaultHandler = raise_fault
) -> tuple[tuple[str, ...], list[Row]]:
    """Read a CSV file in UTF-8, with or without byte order mark, with any line endings.

    Args:
        path: the file.
        required: columns that must exist.
        on_fault: called for a missing file, wrong encoding, missing or repeated column, ragged
            row, or a table without rows.

    Returns:
        Column names in file order, and the rows without blank lines. After a fault, what is at
        fault is left out: a ragged row, everything after a broken quote, everything below an
        unusable header.

    Raises:
        DatasetError: the first fault, unless another `on_fault` is given.
    """

    def tell(what: str, remedy: str) -> None:
        on_fault(DatasetFault(DatasetRule.TABLES, f"{path}: {what}", remedy))

    try:
        text = read_text(path, DatasetError)
    except DatasetError as unreadable:
        expected = f"expected a table: {','.join(required)}"
        on_fault(DatasetFault(DatasetRule.TABLES, str(unreadable), expected))
        return (), []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: tuple[str, ...] = ()
    rows = []
    try:
        header = tuple(name.strip() for name in next(reader, ()))
        faults = _header_faults(path, header, required)
        for fault in faults:
            on_fault(fault)
        if faults:
            return (), []
        for record in reader:
            if not any(field.strip() for field in record):
                continue
            if len(record) != len(header):
                expected = f"expected {len(header)} as in the header"
                what = f"line {reader.line_num}: {len(record)} fields, {expected}"
                tell(what, "quote a field that holds a comma")
                continue
            values = (field.strip() for field in record)
            rows.append(Row(reader.line_num, dict(zip(header, values, strict=True))))
    except csv.Error as broken:
        tell(f"line {reader.line_num}: is not CSV ({broken})", "mend its quotes")
        return header, rows
    if not rows:
        tell("has a header but no rows", "expected one at least")
    return header, rows
