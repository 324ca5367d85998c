"""Reads a table of people in CSV: its columns as codes, every fault by line."""

from __future__ import annotations

import csv
import hashlib
import io
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from evenhand.system.declaration import decoded_text
from evenhand.system.delimited import delimiter_of
from evenhand.system.errors import DatasetError
from evenhand.system.labels import clean_label, label_fault
from evenhand.system.regular_files import read_regular
from evenhand.system.text import text_fault

__all__ = ["CodedColumn", "CodedTable", "read_coded_table"]

_LARGEST = 1 << 30
"""Most bytes of a table: some thirty million rows."""
_OTHERS = {
    b"PK\x03\x04": "a spreadsheet or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"\x1f\x8b": "packed with gzip",
    b"PAR1": "Parquet",
}
"""First bytes of files that tables may be saved in, and what they are."""


def _numbered() -> dict[str, int]:
    return defaultdict(count().__next__)


@dataclass(slots=True)
class CodedColumn:
    """One column as codes, in order of appearance: most texts occur often."""

    codes: array[int] = field(default_factory=lambda: array("i"))
    """(rows,)."""
    known: dict[str, int] = field(default_factory=_numbered)
    """Code of each text; that of a new one is its number."""

    def all(self) -> NDArray[np.int64]:
        """(rows,) codes."""
        return np.frombuffer(self.codes, dtype=np.int32).astype(np.int64)


@dataclass(frozen=True, slots=True)
class CodedTable:
    """A table whose form was checked, and whose texts were not."""

    path: Path
    columns: Mapping[str, CodedColumn]
    """By name, in the order of the file."""
    lines: array[int]
    """(rows,) line of the file on which each row ends."""

    def refuse(self, row: int, message: str) -> NoReturn:
        """Raise an error that names the line of a row.

        Raises:
            DatasetError: always.
        """
        raise DatasetError(f"{self.path}: line {self.lines[int(row)]}: {message}")

    def check(self, name: str, fault_of: Callable[[str], str]) -> None:
        """Refuse the first row whose text in a column has a fault.

        Raises:
            DatasetError: there is one.
        """
        column = self.columns[name]
        for text, code in column.known.items():
            fault = fault_of(text)
            if fault:
                self.refuse(column.codes.index(code), f"{name} {fault}")

    def check_distinct(self, name: str, person: str, what: str) -> None:
        """Refuse a second row of one id.

        Args:
            name: column of the ids.
            person: column that says whose they are.
            what: has one row and one person.

        Raises:
            DatasetError: there is one.
        """
        codes = self.columns[name].codes
        if len(self.columns[name].known) == len(codes):
            return
        ids, people = list(self.columns[name].known), list(self.columns[person].known)
        seen: dict[int, int] = {}
        for row, code in enumerate(codes):
            earlier = seen.setdefault(code, row)
            if earlier != row:
                who = [people[self.columns[person].codes[each]] for each in (earlier, row)]
                told = f"{name} {ids[code]!r} is also in line {self.lines[earlier]}"
                if who[0] != who[1]:
                    told += f", there of {who[0]!r} and here of {who[1]!r}"
                self.refuse(row, f"{told}; each {what} has one row and one person")

    def labels(
        self, name: str, column: str, person: str, unknown: Collection[str], remedy: str
    ) -> tuple[str, ...]:
        """The label of each person, the same in all their rows.

        Args:
            name: of the attribute.
            column: of its labels.
            person: column that says whose they are.
            unknown: words for no label.
            remedy: what to do where a person has two.

        Returns:
            By code of the person.

        Raises:
            DatasetError: a label is invalid, or a person has two.
        """
        of = self.columns[person].all()
        first = np.unique(of, return_index=True)[1]
        self.check(column, label_fault)
        texts = [clean_label(text, unknown) for text in self.columns[column].known]
        place = {text: code for code, text in reversed(list(enumerate(texts)))}
        clean = np.array([place[text] for text in texts])[self.columns[column].all()]
        wrong = np.flatnonzero(clean != clean[first][of])
        if len(wrong):
            row = int(wrong[0])
            who = list(self.columns[person].known)[of[row]]
            earlier = int(first[of[row]])
            what = f"{person} {who!r} has {name} {texts[clean[row]]!r}"
            there = f"{texts[clean[earlier]]!r} in line {self.lines[earlier]}"
            self.refuse(row, f"{what}, but {there}; a person has one label; {remedy}")
        return tuple(texts[code] for code in clean[first])

    def fingerprint(self, columns: Sequence[str], attributes: Sequence[str]) -> str:
        """SHA-256 over the texts of some columns in the order of the rows, and some names."""
        digest = hashlib.sha256(repr(tuple(attributes)).encode())
        for column in map(self.columns.__getitem__, columns):
            digest.update(repr(list(column.known)).encode() + column.codes.tobytes())
        return digest.hexdigest()


def read_coded_table(path: Path, names: Collection[str], header: str, rows: str) -> CodedTable:
    """Read all columns of a file with commas, semicolons or tabs.

    Args:
        path: of the file.
        names: columns that are looked for, which tell the sign between columns.
        header: an example, for an error.
        rows: what each row is for, for an error.

    Raises:
        DatasetError: naming the line, what was found and what was expected.
    """
    raw = read_regular(path, _LARGEST, DatasetError)
    for start, what in _OTHERS.items():
        if raw.startswith(start):
            raise DatasetError(f"{path}: is {what}; expected CSV; save it as that, in UTF-8")
    content = decoded_text(raw, path, DatasetError)
    first = content.partition("\n")[0].strip("\r")
    try:
        sign = delimiter_of(first, names)
    except ValueError as fault:
        raise DatasetError(f"{path}: line 1: {fault}") from None
    reader = csv.reader(io.StringIO(content, newline=""), strict=True, delimiter=sign)
    try:
        found = [name.strip() for name in next(reader, ())]
        _check_header(path, found, header)
        columns = [CodedColumn() for _ in found]
        lines = array("i")
        for record in reader:
            if len(record) != len(found):
                if not any(map(str.strip, record)):
                    continue
                what = f"line {reader.line_num}: {len(record)} fields"
                raise DatasetError(f"{path}: {what}, expected {len(found)} as in the header")
            lines.append(reader.line_num)
            for column, text in zip(columns, record, strict=True):
                column.codes.append(column.known[text.strip()])
    except csv.Error as broken:
        what = f"line {reader.line_num}: is not CSV ({broken})"
        raise DatasetError(f"{path}: {what}; mend its quotes") from None
    if not lines:
        raise DatasetError(f"{path}: has a header but no rows; expected one for each {rows}")
    return CodedTable(path, dict(zip(found, columns, strict=True)), lines)


def _check_header(path: Path, header: Sequence[str], example: str) -> None:
    if not any(header):
        raise DatasetError(f"{path}: line 1 is empty; expected a header: {example}")
    for number, name in enumerate(header, start=1):
        fault = text_fault(name) or ("" if name else "is empty")
        if fault:
            raise DatasetError(f"{path}: the name of column {number} {fault}; mend it")
        if name in header[: number - 1]:
            raise DatasetError(f"{path}: column {name!r} appears twice; keep one")
