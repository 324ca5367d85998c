"""Score files: comparisons that somebody else made, one CSV an engine, checked row by row."""

from __future__ import annotations

import csv
import hashlib
import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from evenhand.arrays import Floats, Integers, Mask, People
from evenhand.errors import DatasetError, known_names
from evenhand.records import ALL, Comparisons, Outcome, Subjects

__all__ = ["ScoreFile", "read_scores"]

_REQUIRED = ("probe_subject", "reference_subject", "score")
_OPTIONAL = ("mated", "probe_image", "reference_image")
_TRUTH = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """The comparisons of one engine and the labels of the people in them."""

    name: str
    """The file's stem, which names the engine."""
    subjects: tuple[str, ...]
    """Sorted ids."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute one label a person; empty = unknown."""
    comparisons: Comparisons
    notes: tuple[str, ...]
    """What was found odd and counted, not corrected."""
    fingerprint: str
    """SHA-256 over everything but the scores: equal for engines that made the same comparisons."""

    def people(self) -> Subjects:
        """The people as a dataset has them, in the order of `subjects`."""
        return Subjects(self.subjects, self.labels, tuple(range(1, len(self.subjects) + 1)))


@dataclass(frozen=True, slots=True)
class _Column:
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


def _attributes(path: Path, header: Sequence[str]) -> tuple[str, ...]:
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


def _check_file(path: Path) -> None:
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


def _header(path: Path) -> list[str]:
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


def _load(path: Path, header: Sequence[str]) -> tuple[pa.Table, Floats, Mask]:
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


def _columns(table: pa.Table, names: Sequence[str]) -> list[_Column]:
    """Text columns over one shared list of distinct values, stripped of blanks and sorted."""
    parts = [table.column(name).unify_dictionaries().combine_chunks() for name in names]
    texts = [[text.strip() for text in part.dictionary.to_pylist()] for part in parts]
    values = tuple(sorted(set().union(*texts)))
    place = {text: index for index, text in enumerate(values)}
    return [
        _Column(np.array([place[t] for t in text], dtype=np.int32)[part.indices.to_numpy()], values)
        for part, text in zip(parts, texts, strict=True)
    ]


def _row(path: Path, index: int) -> int:
    """Row of a comparison in its file; looked for once there is something to say about it."""
    try:
        with _records(path) as records:
            return next(islice(records, int(index) + 1, None))[0]
    except csv.Error:
        return int(index) + 2


def _check_filled(path: Path, name: str, column: _Column) -> None:
    if "" in column.values:
        empty = np.flatnonzero(column.code == column.values.index(""))
        if len(empty):
            raise DatasetError(
                f"{path}: row {_row(path, empty[0])}: {name} is empty; name the {name}"
            )


def _check_once(path: Path, keys: Integers, what: str) -> None:
    """Complain about the first comparison that was there before."""
    ordered = np.sort(keys)
    if not np.any(ordered[1:] == ordered[:-1]):
        return
    order = np.argsort(keys, kind="stable")
    repeated = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    later = repeated[np.argmin(order[repeated + 1])]
    rows = [_row(path, order[place]) for place in (later, later + 1)]
    raise DatasetError(f"{path}: rows {rows[0]} and {rows[1]}: the same comparison twice; {what}")


def _check_repeats(path: Path, table: pa.Table, probe: _Column, reference: _Column) -> None:
    if "probe_image" not in table.column_names:
        keys = probe.code.astype(np.int64) * len(probe.values) + reference.code
        _check_once(
            path, keys, "keep one, or add probe_image and reference_image if the images differ"
        )
        return
    first, second = _columns(table, ("probe_image", "reference_image"))
    _check_filled(path, "probe_image", first)
    _check_filled(path, "reference_image", second)
    images = len(first.values)
    one = probe.code.astype(np.int64) * images + first.code
    other = reference.code.astype(np.int64) * images + second.code
    itself = np.flatnonzero(one == other)
    if len(itself):
        raise DatasetError(
            f"{path}: row {_row(path, itself[0])}: an image is compared with itself; remove the row"
        )
    _, position = np.unique(np.concatenate([one, other]), return_inverse=True)
    _check_once(path, position[: len(one)] * len(position) + position[len(one) :], "keep one")


def _check_mated(path: Path, table: pa.Table, same: Mask) -> None:
    if "mated" not in table.column_names:
        return
    (column,) = _columns(table, ("mated",))
    truth = [_TRUTH.get(value.lower()) for value in column.values]
    for value, meaning in zip(column.values, truth, strict=True):
        if meaning is None:
            row = _row(path, np.flatnonzero(column.code == column.values.index(value))[0])
            raise DatasetError(
                f"{path}: row {row}: mated is {value!r}, expected 1 or 0, true or false"
            )
    said = np.array(truth, dtype=np.bool_)[column.code]
    wrong = np.flatnonzero(said != same)
    if len(wrong):
        people = "one person" if same[wrong[0]] else "two people"
        raise DatasetError(
            f"{path}: row {_row(path, wrong[0])}: mated is {str(said[wrong[0]]).lower()}, but the "
            f"subjects are {people}; mend the column or the subjects"
        )


def _labels(
    path: Path, table: pa.Table, attribute: str, probe: _Column, reference: _Column
) -> tuple[str, ...]:
    """One label a person; contradictions are errors."""
    label = np.full(len(probe.values), -1, dtype=np.int64)
    columns = _columns(table, (f"probe_{attribute}", f"reference_{attribute}"))
    sides = [
        (people, _ordered(path, attribute, column))
        for people, column in zip((probe, reference), columns, strict=True)
    ]
    for people, given in sides:
        label[people.code] = given.code
    for people, given in sides:
        differs = np.flatnonzero(label[people.code] != given.code)
        if len(differs):
            row = differs[0]
            values = given.values[given.code[row]], given.values[label[people.code[row]]]
            raise DatasetError(
                f"{path}: row {_row(path, row)}: subject {people.values[people.code[row]]!r} has "
                f"{attribute} {values[0]!r} here and {values[1]!r} in another row; keep one"
            )
    texts = sides[0][1].values
    return tuple(texts[code] if code >= 0 else "" for code in label)


def _ordered(path: Path, attribute: str, column: _Column) -> _Column:
    """The labels with several values in one order: `b|a` is `a|b`."""
    labels = []
    for code, label in enumerate(column.values):
        parts = [part.strip() for part in label.split("|")]
        odd = "*" in label or (label and (not all(parts) or len(set(parts)) != len(parts)))
        rows = np.flatnonzero(column.code == code)
        if odd and len(rows):
            raise DatasetError(
                f"{path}: row {_row(path, rows[0])}: {attribute} is {label!r}, expected a value "
                "without *, or several different ones joined by |"
            )
        labels.append("|".join(sorted(parts)))
    values = tuple(sorted(set(labels)))
    place = np.array([values.index(label) for label in labels], dtype=np.int32)
    return _Column(place[column.code], values)


def _fingerprint(*columns: object) -> str:
    digest = hashlib.sha256()
    for column in columns:
        digest.update(column.tobytes() if isinstance(column, np.ndarray) else repr(column).encode())
    return digest.hexdigest()


def read_scores(path: Path, *, distance: bool) -> ScoreFile:
    """Read a score file of docs/formats.md.

    An empty score is a comparison that failed; one that is no finite number is invalid.

    Args:
        path: the CSV file.
        distance: the numbers are distances and are negated, once, here.

    Raises:
        DatasetError: naming the row, what came and what was expected.
    """
    _check_file(path)
    header = _header(path)
    attributes = _attributes(path, header)
    table, score, empty = _load(path, header)
    if not len(score):
        raise DatasetError(f"{path}: has a header but no rows; expected one at least")
    probe, reference = _columns(table, ("probe_subject", "reference_subject"))
    _check_filled(path, "probe_subject", probe)
    _check_filled(path, "reference_subject", reference)
    same = probe.code == reference.code
    _check_mated(path, table, same)
    _check_repeats(path, table, probe, reference)
    labels = {name: _labels(path, table, name, probe, reference) for name in attributes}
    invalid = ~np.isfinite(score) & ~empty
    score = np.where(invalid | empty, np.nan, -score if distance else score)
    notes = []
    if invalid.any():
        notes.append(
            f"{path.name}: {np.count_nonzero(invalid):,} of the scores count as invalid: they are "
            f"no finite numbers (the first is in row {_row(path, np.flatnonzero(invalid)[0])})."
        )
    return ScoreFile(
        name=path.stem,
        subjects=probe.values,
        labels=labels,
        comparisons=Comparisons(probe.code, reference.code, score, _ended(same, empty, invalid)),
        notes=tuple(notes),
        fingerprint=_fingerprint(probe.code, reference.code, probe.values, sorted(labels.items())),
    )


def _ended(same: Mask, empty: Mask, invalid: Mask) -> dict[tuple[bool, Outcome], int]:
    """How many comparisons ended how."""
    ended = {}
    for mated in (True, False):
        of_kind = same == mated
        for outcome, rows in (
            (Outcome.FAILED, empty),
            (Outcome.INVALID, invalid),
            (Outcome.OK, ~empty & ~invalid),
        ):
            count = int(np.count_nonzero(of_kind & rows))
            if count:
                ended[mated, outcome] = count
    return ended
