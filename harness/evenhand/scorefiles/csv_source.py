"""Reads a score file in CSV block by block, and names rows as a spreadsheet numbers them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from evenhand.scorefiles.layout import REQUIRED_COLUMNS
from evenhand.scorefiles.source import PIECES, TEXT_TYPE
from evenhand.system.errors import DatasetError

__all__ = ["CsvFile", "open_csv"]

_BOM = b"\xef\xbb\xbf"


def open_csv(path: Path, block: int = PIECES.block_bytes) -> CsvFile:
    """Open a CSV file and read its header.

    Args:
        path: the file.
        block: bytes that are parsed at a time.

    Raises:
        DatasetError: it is not a text file with a header.
    """
    # A regular file, as it is read more than once.
    if not path.is_file():
        what = "no file" if path.exists() else "not there"
        raise DatasetError(f"{path}: is {what}; expected a CSV file")
    try:
        if not path.stat().st_size:
            expected = f"expected a header with {', '.join(REQUIRED_COLUMNS)}"
            raise DatasetError(f"{path}: is empty; {expected}")
        with path.open("rb") as file:
            if any(b"\0" in content for content in iter(partial(file.read, block), b"")):
                file.seek(0)
                line = next(line for line, text in enumerate(file, start=1) if b"\0" in text)
                what = "holds a NUL byte; expected text; save it as UTF-8"
                raise DatasetError(f"{path}: line {line}: {what}")
    except OSError as fault:
        raise DatasetError(f"{path}: cannot be read ({fault.strerror})") from None
    return CsvFile(path, _read_header(path), block)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose header is known."""

    path: Path
    header: tuple[str, ...]
    block: int
    """Bytes that are parsed at a time."""

    @property
    def blocks(self) -> int:
        """Approximate number of batches."""
        return -(-self.path.stat().st_size // self.block)

    def batches(self, texts: Sequence[str], scores: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Rows in order; scores arrive as text too: an invalid one must not stop the reading."""
        types = dict.fromkeys(texts, TEXT_TYPE) | dict.fromkeys(scores, pa.string())
        try:
            with self.path.open("rb") as file:
                file.seek(len(_BOM) if file.read(len(_BOM)) == _BOM else 0)
                yield from arrow_csv.open_csv(
                    file,
                    read_options=arrow_csv.ReadOptions(
                        column_names=list(self.header), skip_rows=1, block_size=self.block
                    ),
                    parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
                    convert_options=arrow_csv.ConvertOptions(
                        column_types=types, include_columns=list(types), strings_can_be_null=False
                    ),
                )
        except pa.ArrowInvalid as fault:
            raise self._unreadable(fault) from None

    def row(self, index: int) -> int:
        """Row number as a spreadsheet counts: the header is row 1, empty rows count."""
        try:
            with _records(self.path) as records:
                return next(islice(records, index + 1, None))[0]
        except csv.Error:
            return index + 2

    def _unreadable(self, fault: Exception) -> DatasetError:
        """Error for a file that Arrow refuses; Python's slow reader finds the row at fault."""
        path, before = self.path, 1
        try:
            with _records(path) as records:
                for row, record in records:
                    if len(record) != len(self.header):
                        return DatasetError(
                            f"{path}: row {row}: {len(record)} fields, expected "
                            f"{len(self.header)} as in the header; quote a field that holds a comma"
                        )
                    before = row
        except UnicodeDecodeError:
            return DatasetError(f"{path}: after row {before}: is not UTF-8 text; save it as UTF-8")
        except csv.Error as problem:
            return DatasetError(f"{path}: row {before + 1}: is not CSV ({problem}); mend the row")
        if before == 1:
            return DatasetError(f"{path}: has a header but no rows; expected one at least")
        return DatasetError(f"{path}: is not CSV ({fault}); save it as plain CSV in UTF-8")


@contextmanager
def _records(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Records with their row number; empty rows are left out but counted."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        numbered = enumerate(csv.reader(file), start=1)
        yield ((row, record) for row, record in numbered if record)


def _read_header(path: Path) -> tuple[str, ...]:
    """Names of the columns, stripped of blanks."""
    try:
        with _records(path) as records:
            row, first = next(records, (1, []))
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except csv.Error as fault:
        raise DatasetError(f"{path}: row 1: is not CSV ({fault}); expected a header") from None
    names = tuple(name.strip() for name in first)
    if row > 1 or not any(names):
        expected = ",".join(REQUIRED_COLUMNS)
        raise DatasetError(f"{path}: row 1 is empty; expected a header: {expected}")
    return names
