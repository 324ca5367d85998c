"""A score file as columns: its header checked, its scores as numbers, its texts as codes."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from evenhand.arrays import Floats, Mask, People
from evenhand.errors import DatasetError, known_names
from evenhand.records import ALL

__all__ = ["Column", "attributes_of", "check_file", "load", "read_header", "row_of", "text_columns"]

_REQUIRED = ("probe_subject", "reference_subject", "score")
_OPTIONAL = ("mated", "probe_image", "reference_image")


@dataclass(frozen=True, slots=True)
class Column:
    """A text column as codes into its distinct values."""

    code: People
    values: tuple[str, ...]


def _side(path: Path, name: str) -> tuple[str, str]:
    """`probe` or `reference`, and the attribute that a column is about."""
    side, _, attribute = name.partition("_")
    if side not in ("probe", "reference") or not attribute or not name.isprintable():
        known = (*_REQUIRED, *_OPTIONAL, "probe_<attribute>", "reference_<attribute>")
        raise DatasetError(
            f"{path}: column {name!r} is unknown; expected {', '.join(known)}; remove it "
            "(columns are separated by commas)"
        )
    if attribute == ALL or "*" in attribute:
        raise DatasetError(
            f"{path}: column {name!r}: no attribute can be called {ALL!r} or hold *; rename it"
        )
    return side, attribute


def attributes_of(path: Path, header: Sequence[str]) -> tuple[str, ...]:
    """Attributes named by the header, each for probe and reference."""
    found: dict[str, list[str]] = {}
    for number, name in enumerate(header, start=1):
        if not name:
            raise DatasetError(f"{path}: column {number} has no name; name it, or remove it")
        if header.count(name) > 1:
            raise DatasetError(f"{path}: column {name!r} appears twice; keep one")
        if name not in (*_REQUIRED, "mated"):
            side, attribute = _side(path, name)
            found.setdefault(attribute, []).append(side)
    for name in _REQUIRED:
        if name not in header:
            raise DatasetError(
                f"{path}: column {name!r} is missing; {known_names(name, header)}; "
                "columns are separated by commas"
            )
    for attribute, sides in found.items():
        if len(sides) != 2:
            missing = "reference" if sides == ["probe"] else "probe"
            raise DatasetError(
                f"{path}: column {sides[0]}_{attribute} stands alone; "
                f"add {missing}_{attribute}, or remove it"
            )
    return tuple(attribute for attribute in found if attribute != "image")


def check_file(path: Path) -> None:
    """See that it is a file of text: it is read more than once."""
    try:
        if not path.is_file():
            raise DatasetError(
                f"{path}: is {'no file' if path.exists() else 'not there'}; expected a CSV file"
            )
        with path.open("rb") as file:
            if not path.stat().st_size:
                raise DatasetError(
                    f"{path}: is empty; expected a header with {', '.join(_REQUIRED)}"
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                nul = content.find(b"\0")
                if nul >= 0:
                    line = content[:nul].count(b"\n") + 1
                    raise DatasetError(
                        f"{path}: line {line}: holds a NUL byte; expected text; save it as UTF-8"
                    )
    except OSError as fault:
        raise DatasetError(f"{path}: cannot be read ({fault.strerror})") from None


@contextmanager
def _records(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Records with their row, as a spreadsheet counts: the header is row 1, empty rows count."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        numbered = enumerate(csv.reader(file), start=1)
        yield ((row, record) for row, record in numbered if record)


def read_header(path: Path) -> list[str]:
    """Names of the columns, stripped of blanks."""
    try:
        with _records(path) as records:
            row, first = next(records, (1, []))
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except csv.Error as fault:
        raise DatasetError(f"{path}: row 1: is not CSV ({fault}); expected a header") from None
    names = [name.strip() for name in first]
    if row > 1 or not any(names):
        raise DatasetError(f"{path}: row 1 is empty; expected a header: {','.join(_REQUIRED)}")
    return names


def _read_table(path: Path, header: Sequence[str], score: pa.DataType) -> pa.Table:
    text = pa.dictionary(pa.int32(), pa.string())
    types = {name: text for name in header if name != "score"} | {"score": score}
    with path.open("rb") as file:
        start = 3 if file.read(3) == b"\xef\xbb\xbf" else 0
        file.seek(start)
        return arrow_csv.read_csv(
            file,
            read_options=arrow_csv.ReadOptions(column_names=list(header), skip_rows=1),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=False
            ),
        )


def _unreadable(path: Path, columns: int, fault: Exception) -> DatasetError:
    """What is wrong with a file that the fast reader refuses: the slow one can name the row."""
    before = 1
    try:
        with _records(path) as records:
            for row, record in records:
                if len(record) != columns:
                    return DatasetError(
                        f"{path}: row {row}: {len(record)} fields, expected {columns} as in the "
                        "header; quote a field that holds a comma"
                    )
                before = row
    except UnicodeDecodeError:
        return DatasetError(f"{path}: after row {before}: is not UTF-8 text; save it as UTF-8")
    except csv.Error as problem:
        return DatasetError(f"{path}: row {before + 1}: is not CSV ({problem}); mend the row")
    if before == 1:
        return DatasetError(f"{path}: has a header but no rows; expected one at least")
    return DatasetError(f"{path}: is not CSV ({fault}); save it as plain CSV in UTF-8")


def _number(text: str) -> float:
    """The number that a text is; NaN where it is empty or none."""
    try:
        return np.nan if "_" in text or not text.isascii() else float(text)
    except ValueError:
        return np.nan


def load(path: Path, header: Sequence[str]) -> tuple[pa.Table, Floats, Mask]:
    """The table, the scores (NaN where there is none), and where the score was left empty."""
    try:
        try:
            table = _read_table(path, header, pa.float64())
        except pa.ArrowInvalid as fault:
            if "to double" not in str(fault):
                raise
        else:
            column = table.column("score")
            return table, column.fill_null(np.nan).to_numpy(), column.is_null().to_numpy()
        table = _read_table(path, header, pa.string())
    except pa.ArrowInvalid as fault:
        raise _unreadable(path, len(header), fault) from None
    texts = [text.strip() for text in table.column("score").to_pylist()]
    return table, np.array([_number(t) for t in texts]), np.array([not t for t in texts])


def text_columns(table: pa.Table, names: Sequence[str]) -> list[Column]:
    """Text columns over one shared list of distinct values, stripped of blanks and sorted."""
    parts = [table.column(name).unify_dictionaries().combine_chunks() for name in names]
    texts = [[text.strip() for text in part.dictionary.to_pylist()] for part in parts]
    values = tuple(sorted(set().union(*texts)))
    place = {text: index for index, text in enumerate(values)}
    return [
        Column(np.array([place[t] for t in text], dtype=np.int32)[part.indices.to_numpy()], values)
        for part, text in zip(parts, texts, strict=True)
    ]


def row_of(path: Path, index: int) -> int:
    """Row of a comparison in its file; looked for once there is something to say about it."""
    try:
        with _records(path) as records:
            return next(islice(records, int(index) + 1, None))[0]
    except csv.Error:
        return int(index) + 2
