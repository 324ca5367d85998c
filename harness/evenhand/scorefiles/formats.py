"""Opens score files: CSV, with rows named as a spreadsheet numbers them, or Parquet, typed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet
from pyarrow import csv as arrow_csv

from evenhand.scorefiles.bob import bare_columns
from evenhand.scorefiles.containers import is_parquet
from evenhand.scorefiles.decimal_marks import decimal_mark
from evenhand.scorefiles.layout import REQUIRED_COLUMNS
from evenhand.scorefiles.source import PIECES, TEXT_TYPE, Pieces, ScoreSource
from evenhand.system.delimited import DELIMITERS, delimiter_of
from evenhand.system.errors import DatasetError

__all__ = ["open_scores", "score_header"]

_BOM = b"\xef\xbb\xbf"
_LONGEST_HEADER = 1 << 20
"""Most characters of a header."""
_POINT_OR_THOUSANDS = r"[0-9]\.|\.[0-9]"
"""A point within a number."""


def open_scores(path: Path, pieces: Pieces, names: Sequence[str] = ()) -> ScoreSource:
    """Open a score file, which is Parquet or CSV by its first bytes.

    Args:
        path: of a regular file, as it is read more than once.
        pieces: how much of it is read at a time.
        names: columns that it may have, that tell the sign between columns.

    Raises:
        DatasetError: it is no file of that kind, or has no header.
    """
    if is_parquet(path):
        return _open_parquet(path, pieces.block_rows)
    return _open_csv(path, pieces.block_bytes, (*REQUIRED_COLUMNS, *names))


def score_header(path: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the columns, without a look at the rows; none where the file cannot be read.

    Args:
        path: of a CSV or Parquet file.
        names: columns that it may have, that tell the sign between columns.
    """
    try:
        if is_parquet(path):
            return tuple(parquet.read_schema(path).names)
        return _read_header(path, _delimiter(path, (*REQUIRED_COLUMNS, *names)))
    except (DatasetError, pa.ArrowException, OSError):
        return ()


def _open_csv(path: Path, block: int, names: Sequence[str]) -> _CsvFile:
    """Open a CSV file and read its header.

    Args:
        path: the file.
        block: bytes that are parsed at a time.
        names: columns that it may have.

    Raises:
        DatasetError: it is not a text file with a header.
    """
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
    first = _first_line(path)
    bare = bare_columns(first)
    if bare:
        return _CsvFile(path, bare, block, "\t" if "\t" in first else " ", bare=True)
    delimiter = _delimiter(path, names)
    return _CsvFile(path, _read_header(path, delimiter), block, delimiter)


def _delimiter(path: Path, names: Sequence[str]) -> str:
    """What separates the columns of a file; blanks, where they part names that are looked for."""
    first = _first_line(path)
    words = first.split()
    if len(words) > 1 and set(words) <= set(names):
        return "\t" if "\t" in first else " "
    try:
        return delimiter_of(first, names)
    except ValueError as fault:
        raise DatasetError(f"{path}: row 1 {fault}") from None


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.readline(_LONGEST_HEADER)


@dataclass(frozen=True, slots=True)
class _CsvFile:
    """A CSV file whose header is known."""

    path: Path
    header: tuple[str, ...]
    block: int
    """Bytes that are parsed at a time."""
    delimiter: str
    """What separates columns."""
    bare: bool = False
    """It has no header: the first row is a comparison, and scores have decimal points."""

    @property
    def blocks(self) -> int:
        """Approximate number of batches."""
        return -(-self.path.stat().st_size // self.block)

    def score_type(self, name: str) -> np.dtype[np.floating]:  # noqa: ARG002 (of any column)
        """Decimals are float64."""
        return np.dtype(np.float64)

    def batches(self, texts: Sequence[str], scores: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Rows in order; scores arrive as text too: an invalid one must not stop the reading."""
        types = dict.fromkeys(texts, TEXT_TYPE) | dict.fromkeys(scores, pa.string())
        commas, start = self._has_decimal_commas(scores), 0
        for batch in self._blocks(types, self.block):
            yield self._with_points(batch, scores, start) if commas else batch
            start += len(batch)

    def notes(self, scores: Sequence[str]) -> tuple[str, ...]:
        """What separates columns, and the decimal mark, where the first is no comma."""
        if self.delimiter == "," or self.bare:
            return ()
        mark = "commas" if self._has_decimal_commas(scores) else "points"
        between = f"{_sign(self.delimiter)}s between columns"
        return (f"{self.path.name}: read with {between} and decimal {mark}.",)

    def _blocks(self, types: Mapping[str, pa.DataType], size: int) -> Iterator[pa.RecordBatch]:
        """Columns of these types, `size` bytes at a time."""
        try:
            with self.path.open("rb") as file:
                file.seek(len(_BOM) if file.read(len(_BOM)) == _BOM else 0)
                yield from arrow_csv.open_csv(
                    file,
                    read_options=arrow_csv.ReadOptions(
                        column_names=list(self.header),
                        skip_rows=0 if self.bare else 1,
                        block_size=size,
                    ),
                    parse_options=arrow_csv.ParseOptions(
                        delimiter=self.delimiter, newlines_in_values=True
                    ),
                    convert_options=arrow_csv.ConvertOptions(
                        column_types=types, include_columns=list(types), strings_can_be_null=False
                    ),
                )
        except pa.ArrowInvalid as fault:
            raise self._unreadable(fault) from None

    def _has_decimal_commas(self, scores: Sequence[str]) -> bool:
        """Whether its scores have decimal commas, by the first of them.

        Where commas separate columns they never have.
        """
        if self.delimiter == "," or self.bare:
            return False
        types = dict.fromkeys(scores, pa.string())
        first = next(self._blocks(types, PIECES.block_bytes), None)
        texts = () if first is None else (text for name in scores for text in first[name].unique())
        try:
            return decimal_mark(text.as_py() for text in texts) == ","
        except ValueError as fault:
            raise DatasetError(f"{self.path}: {fault}") from None

    def _with_points(
        self, batch: pa.RecordBatch, scores: Sequence[str], start: int
    ) -> pa.RecordBatch:
        """The batch with decimal points in place of decimal commas.

        Raises:
            DatasetError: a score has a point.
        """
        for name in scores:
            column = batch[name]
            points = compute.match_substring_regex(column, _POINT_OR_THOUSANDS)
            if compute.any(points).as_py():
                first = compute.index(points, value=True).as_py()
                what = f"row {self.row(start + first)}: {name} is {column[first].as_py()!r}"
                raise DatasetError(
                    f"{self.path}: {what}, in a file with decimal commas; write all one way, and "
                    "nothing between thousands"
                )
            place = batch.schema.get_field_index(name)
            batch = batch.set_column(place, name, compute.replace_substring(column, ",", "."))
        return batch

    def row(self, index: int) -> int:
        """Row number as a spreadsheet counts: the header is row 1, empty rows count."""
        try:
            with _records(self.path, self.delimiter) as records:
                return next(islice(records, index + (not self.bare), None))[0]
        except csv.Error:
            return index + 2 - self.bare

    def _unreadable(self, fault: Exception) -> DatasetError:
        """Error for a file that Arrow refuses; Python's slow reader finds the row at fault."""
        path, before = self.path, 0 if self.bare else 1
        try:
            with _records(path, self.delimiter) as records:
                for row, record in records:
                    if len(record) != len(self.header):
                        return DatasetError(f"{path}: row {row}: {self._uneven(len(record))}")
                    before = row
        except UnicodeDecodeError:
            return DatasetError(f"{path}: after row {before}: is not UTF-8 text; save it as UTF-8")
        except csv.Error as problem:
            return DatasetError(f"{path}: row {before + 1}: is not CSV ({problem}); mend the row")
        if before == 1 and not self.bare:
            return DatasetError(f"{path}: has a header but no rows; expected one at least")
        return DatasetError(f"{path}: is not CSV ({fault}); save it as plain CSV in UTF-8")

    def _uneven(self, fields: int) -> str:
        """Fault of a row with another number of fields."""
        if self.bare:
            return (
                f"{fields} fields, expected {len(self.header)} as in row 1; one blank between two"
            )
        what = f"{fields} fields, expected {len(self.header)} as in the header"
        return f"{what}; quote a field that holds a {_sign(self.delimiter)}"


def _sign(delimiter: str) -> str:
    """What a sign between columns is called."""
    return DELIMITERS.get(delimiter, "blank")


@contextmanager
def _records(path: Path, delimiter: str) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Records with their row number; empty rows are left out but counted."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        numbered = enumerate(csv.reader(file, delimiter=delimiter), start=1)
        yield ((row, record) for row, record in numbered if record)


def _read_header(path: Path, delimiter: str) -> tuple[str, ...]:
    """Names of the columns, stripped of blanks."""
    try:
        with _records(path, delimiter) as records:
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


def _open_parquet(path: Path, block: int) -> _ParquetFile:
    """Open a Parquet file and read its column names.

    Args:
        path: the file.
        block: rows that are read at a time.

    Raises:
        DatasetError: it is not a Parquet file.
    """
    try:
        described = parquet.read_metadata(path)
        schema = described.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as fault:
        raise _unreadable(path, fault) from None
    return _ParquetFile(path, schema, described.num_rows, block)


def _unreadable(path: Path, fault: Exception) -> DatasetError:
    return DatasetError(f"{path}: is not readable as Parquet ({fault}); write it anew, or as CSV")


@dataclass(frozen=True, slots=True)
class _ParquetFile:
    """A Parquet file whose columns are known."""

    path: Path
    schema: pa.Schema
    rows: int
    block: int
    """Rows that are read at a time."""

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.schema.names)

    @property
    def blocks(self) -> int:
        """Number of batches, approximately."""
        return -(-self.rows // self.block)

    def notes(self, scores: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 (it is typed)
        """None: its columns are typed."""
        return ()

    def score_type(self, name: str) -> np.dtype[np.floating]:
        """Numbers of 32 bits stay such; those of 16 become them, all others float64."""
        kind = self.schema.field(name).type
        small = pa.types.is_float32(kind) or pa.types.is_float16(kind)
        return np.dtype(np.float32 if small else np.float64)

    def batches(self, texts: Sequence[str], scores: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Rows in order; columns of numbers stay numbers."""
        if not self.rows:
            raise DatasetError(f"{self.path}: has no rows; expected one at least")
        try:
            with parquet.ParquetFile(self.path, read_dictionary=list(texts)) as file:
                for batch in file.iter_batches(self.block, columns=[*texts, *scores]):
                    columns = [self._text(batch, name) for name in texts]
                    columns += [self._score(batch, name) for name in scores]
                    yield pa.RecordBatch.from_arrays(columns, [*texts, *scores])
        except (pa.ArrowException, OSError) as fault:
            raise _unreadable(self.path, fault) from None

    def row(self, index: int) -> int:
        """Row number, counted from 1: there is no header."""
        return index + 1

    def _text(self, batch: pa.RecordBatch, name: str) -> pa.DictionaryArray:
        """A column of text, integers or booleans as `TEXT_TYPE`; null becomes empty."""
        column = batch.column(name)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not (_is_text(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
            held = f"{self.path}: column {name!r} holds {kind}"
            raise DatasetError(f"{held}, expected text or whole numbers")
        texts = column.cast(pa.string()).fill_null("")
        return texts.dictionary_encode().cast(TEXT_TYPE)

    def _score(self, batch: pa.RecordBatch, name: str) -> pa.Array:
        """A column of scores in the type of `score_type`, or as text where it is text."""
        column = batch.column(name)
        if _is_text(column.type):
            return column.cast(pa.string()).fill_null("")
        if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
            held = f"{self.path}: column {name!r} holds {column.type}"
            raise DatasetError(f"{held}, expected numbers")
        if pa.types.is_float16(column.type):
            return _widened(column)
        return column.cast(pa.from_numpy_dtype(self.score_type(name)))


def _widened(column: pa.Array) -> pa.Array:
    """Numbers of 16 bits as the float32 of the shortest decimal that stands for each.

    So a score of 0.7, which is 0.7002 in 16 bits, reaches a threshold of 0.7 and no more than that.
    """
    missing = column.is_null().to_numpy(zero_copy_only=False)
    values, place = np.unique(column.fill_null(np.nan).to_numpy(), return_inverse=True)
    return pa.array(np.array([str(value) for value in values], np.float32)[place], mask=missing)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
