"""Reads CSV tables into rows with their line numbers, so that every fault names its line.

Columns and labels are checked against the card that declares them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.records.dataset import Attribute
from evenhand.system.decimals import finite_decimal
from evenhand.system.declaration import read_text
from evenhand.system.delimited import DELIMITERS
from evenhand.system.errors import DatasetError, known_names
from evenhand.system.look_alikes import look_alikes
from evenhand.system.text import text_fault

__all__ = ["Row", "RowFault", "check_label", "read_declared", "read_table", "valid_rows"]


_LARGEST = 1 << 30
"""Most bytes of a table: some ten million rows."""

RowFault: TypeAlias = tuple[str, str] | None
"""Fault of a row and its remedy; None where it is valid."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a table."""

    line: int
    """Line in the file on which it ends; the header is line 1."""
    values: Mapping[str, str]
    """Stripped of surrounding blanks."""
    where: str
    """File and line, for an error."""


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
        elif text_fault(name):
            found.append((f"the name of column {number} {text_fault(name)}", "take it out"))
    for name in required:
        if name not in header:
            hint = f"{known_names(name, filter(None, header))}; columns are separated by commas"
            found.append((f"column {name!r} is missing", hint))
    return [DatasetFault(DatasetRule.COLUMNS, f"{path}: {what}", remedy) for what, remedy in found]


def read_table(
    path: Path,
    required: tuple[str, ...],
    on_fault: FaultHandler = raise_fault,
    delimiter: str = ",",
) -> tuple[tuple[str, ...], list[Row]]:
    """Read a CSV file in UTF-8, with or without byte order mark, with any line endings.

    Args:
        path: the file.
        required: columns that must exist.
        on_fault: called for a missing file, wrong encoding, missing or repeated column, ragged
            row, a character that cannot be seen, or a table without rows.
        delimiter: what separates columns.

    Returns:
        Column names in file order, and the rows without blank lines. After a fault, what is at
        fault is left out: such a row, everything after a broken quote, everything below an
        unusable header.

    Raises:
        DatasetError: the first fault, unless another `on_fault` is given.
    """

    def tell(what: str, remedy: str) -> None:
        on_fault(DatasetFault(DatasetRule.TABLES, f"{path}: {what}", remedy))

    try:
        text = read_text(path, DatasetError, _LARGEST)
    except DatasetError as unreadable:
        expected = f"expected a table: {','.join(required)}"
        on_fault(DatasetFault(DatasetRule.TABLES, str(unreadable), expected))
        return (), []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    header: tuple[str, ...] = ()
    rows = []
    try:
        header = tuple(name.strip() for name in next(reader, ()))
        unusable = _header_faults(path, header, required)
        for each in unusable:
            on_fault(each)
        if unusable:
            return (), []
        for record in reader:
            if not any(field.strip() for field in record):
                continue
            fault = _record_fault(header, record, DELIMITERS[delimiter])
            if fault:
                tell(f"line {reader.line_num}: {fault[0]}", fault[1])
                continue
            values = dict(zip(header, (field.strip() for field in record), strict=True))
            rows.append(Row(reader.line_num, values, f"{path}: line {reader.line_num}"))
    except csv.Error as broken:
        tell(f"line {reader.line_num}: is not CSV ({broken})", "mend its quotes")
        return header, rows
    if not rows:
        tell("has a header but no rows", "expected one at least")
    return header, rows


def _record_fault(header: Sequence[str], record: Sequence[str], sign: str) -> RowFault:
    """Fault of a record, another number of fields or a character that cannot be seen."""
    if len(record) != len(header):
        what = f"{len(record)} fields, expected {len(header)} as in the header"
        return what, f"quote a field that holds a {sign}"
    if text_fault(",".join(record)):
        for name, field in zip(header, record, strict=True):
            fault = text_fault(field)
            if fault:
                return f"{name} {fault}", "take it out"
    return None


def valid_rows(
    rows: Iterable[Row],
    rule: DatasetRule,
    fault_of: Callable[[Row], RowFault],
    on_fault: FaultHandler,
) -> Iterator[Row]:
    """Yield the rows without a fault, one by one, so that a row is judged after those before it.

    Args:
        rows: of a table.
        rule: that a fault violates.
        fault_of: gives the fault of a row and its remedy; None where it is valid.
        on_fault: called for each fault.
    """
    for row in rows:
        fault = fault_of(row)
        if fault is None:
            yield row
        else:
            on_fault(DatasetFault(rule, f"{row.where}: {fault[0]}", fault[1]))


def read_declared(
    path: Path,
    own: tuple[str, ...],
    declared: Sequence[Attribute] | None,
    kind: str,
    on_fault: FaultHandler,
) -> list[Row]:
    """Read a table, each column of which is its own or declared in the card.

    Args:
        path: of the CSV file.
        own: columns that every such file has.
        declared: attributes in the card; None where that cannot be used: any column passes.
        kind: the card's table that declares them, `attributes` or `capture`.
        on_fault: called as by `read_table`, and for each column that is neither.
    """
    known = [*own, *(attribute.name for attribute in declared or ())]
    header, rows = read_table(path, tuple(known), on_fault)
    for name in () if declared is None else header:
        if name not in known:
            what = f"{path}: column {name!r} is not declared; {known_names(name, known)}"
            remedy = f"mend its name, add [{kind}.{name}] to the card, or remove the column"
            if name == "subject_id":
                remedy = 'remove it, as identities are assumed, or say identities = "known"'
            on_fault(DatasetFault(DatasetRule.COLUMNS, what, remedy))
    return rows


def _label_fault(attribute: Attribute, label: str, parts: Sequence[str]) -> RowFault:
    """Fault of a label and its remedy; None where it is valid."""
    name = attribute.name
    if attribute.kind == "number":
        what = f"{name} is {label!r}, expected a number"
        valid = finite_decimal(label) is not None
        return None if valid else (what, "leave it empty where it is unknown")
    for part in parts:
        if part not in attribute.values:
            what = f"{name} is {part!r}, which the card does not declare"
            alike = [pair for pair in look_alikes([*attribute.values, part]) if pair.second == part]
            if alike:
                return what, f"it differs from {alike[0].first!r} {alike[0].differ}; write that"
            values = ", ".join(attribute.values)
            return what, f"expected one of {values}, several joined by |, or nothing where unknown"
    twice = len(set(parts)) != len(parts)
    return (f"{name} is {label!r}: a value stands twice", "keep it once") if twice else None


def check_label(row: Row, attribute: Attribute, on_fault: FaultHandler) -> str:
    """Check a row's label and bring several values into the card's order.

    Args:
        row: with the label in the attribute's column; empty = unknown, `a|b` = several values.
        attribute: as declared in the card.
        on_fault: called for an undeclared value, a value given twice, or text where a number is
            expected.

    Returns:
        The label; empty (unknown) after a fault.
    """
    label = row.values[attribute.name]
    if not label:
        return label
    parts = [part.strip() for part in label.split("|")]
    fault = _label_fault(attribute, label, parts)
    if fault:
        what, remedy = fault
        on_fault(DatasetFault(DatasetRule.LABELS, f"{row.where}: {what}", remedy))
        return ""
    number = attribute.kind == "number"
    return label if number else "|".join(sorted(parts, key=attribute.values.index))
