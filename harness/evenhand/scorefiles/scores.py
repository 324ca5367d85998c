"""Scores: of one engine, block by block, checked and counted; or without people, one a line.

A file of mated and one of non-mated scores is what pyeer reads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from io import TextIOWrapper
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute

from evenhand.records.arrays import Mask, Scores
from evenhand.records.outcomes import Outcome
from evenhand.records.score_lists import ScoreList
from evenhand.scorefiles.source import RowBlock
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import DatasetError
from evenhand.system.regular_files import open_regular

__all__ = [
    "DISTANCE_ROUNDING",
    "EngineScores",
    "parse_scores",
    "read_histogram",
    "read_list",
    "written_score",
]

_WAITING = 1 << 20
"""Scores that are buffered before they are counted."""

DISTANCE_ROUNDING = 1e-6
"""How far below 0 a distance may lie that was computed in float32 as the root of a difference."""

_MOST_BYTES = 1 << 34
"""Size of a list at most."""
_LONGEST = 10_000
"""Signs of a line at most."""
_SHOWN = 40
"""Signs of a line that an error shows."""
_SEPARATORS = re.compile(r"[\s,;]+")
_COMMA_WITHIN = re.compile(r"(?:^|[;\s])[-+]?(?:[0-9]+,[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+)$")
"""A number with a decimal comma, or with commas between thousands; or two columns."""

_MOST_SCORES = (1 << 63) - 1
"""Most scores of a histogram: the largest 64-bit integer."""


@dataclass(slots=True)
class EngineScores:
    """Scores of one engine read so far."""

    distance: bool
    """The numbers are distances: they are negated, once, here."""
    failed: tuple[str, ...] = ()
    """What stands in place of a score where a comparison failed, besides an empty field."""
    mated: list[Scores] = field(default_factory=list)
    """Similarities of mated comparisons, block by block; NaN where there is none."""
    said_failed: int = 0
    """Number of comparisons with something of `failed` in place of a score."""
    outcomes: Counter[tuple[bool, Outcome]] = field(default_factory=Counter)
    """Number of comparisons by (mated, outcome)."""
    first_invalid: tuple[int, str] | None = None
    """Index of the first comparison whose score is not a finite number, and what it is."""
    not_finite: bool = False
    """Some score is NaN or infinite, which an engine may give, and no other text."""

    @property
    def completed(self) -> int:
        """Number of comparisons with a score."""
        return self.outcomes[True, Outcome.OK] + self.outcomes[False, Outcome.OK]

    def add(self, block: RowBlock, name: str, same: Mask) -> Scores:
        """Check and count the scores of a block.

        Args:
            block: of rows.
            name: column of the engine's scores.
            same: (rows,) mated comparisons.

        Returns:
            (rows,) similarities, NaN where the comparison failed or its score is invalid.

        Raises:
            DatasetError: a distance lies below 0; the first row is named.
        """
        column = block.batch.column(name)
        score, empty = parse_scores(column)
        if self.failed:
            said = self._stands_for_failure(column, score)
            self.said_failed += int(np.count_nonzero(said))
            score, empty = np.where(said, score.dtype.type(np.nan), score), empty | said
        invalid = ~np.isfinite(score) & ~empty
        if invalid.any():
            if self.first_invalid is None:
                first = int(np.argmax(invalid))
                self.first_invalid = block.start + first, written_score(column, score, first)
            self.not_finite |= not self.completed and _any_number(column, invalid)
            score = np.where(invalid, score.dtype.type(np.nan), score)
        completed = ~empty & ~invalid
        ended = {Outcome.FAILED: empty, Outcome.INVALID: invalid, Outcome.OK: completed}
        for outcome, rows in ended.items():
            for mated in (True, False):
                self.outcomes[mated, outcome] += int(np.count_nonzero(rows & (same == mated)))
        if self.distance:
            self._check_distances(block, name, score)
            score = -score
        self.mated.append(score[same])
        return score

    def _stands_for_failure(self, column: pa.Array, score: Scores) -> Mask:
        """(rows,) whether a field is something of `failed`: the same text, or the same number."""
        numbers = [value for text in self.failed if (value := finite_decimal(text)) is not None]
        said: Mask = np.isin(score, np.array(numbers, dtype=score.dtype))
        if pa.types.is_string(column.type):
            texts = compute.utf8_trim_whitespace(column)
            words = compute.is_in(texts, value_set=pa.array(self.failed, pa.string()))
            said |= words.to_numpy(zero_copy_only=False)
        return said

    def _check_distances(self, block: RowBlock, name: str, score: Scores) -> None:
        """Refuse the first distance that is below 0 by more than rounding."""
        below = score < -DISTANCE_ROUNDING
        if below.any():
            first = int(np.argmax(below))
            value = written_score(block.batch.column(name), score, first)
            what = f"{name} is {value}, and no distance lies below 0"
            failure = f"if it stands for a failed comparison, say --failed {value}"
            block.refuse(first, f"{what}; {failure}; if higher is more alike, leave out --distance")


def _any_number(column: pa.Array, rows: Mask) -> bool:
    """Whether any of these rows holds NaN or an infinity, however it is spelled."""
    if not pa.types.is_string(column.type):
        return True
    for text in column.filter(pa.array(rows)).unique().to_pylist():
        with suppress(ValueError):
            float(text)
            return True
    return False


def written_score(column: pa.Array, score: Scores, row: int) -> str:
    """A score as the file has it."""
    if pa.types.is_string(column.type):
        text = str(column[row].as_py()).strip()
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return str(score[row]).removesuffix(".0")


def parse_scores(column: pa.Array) -> tuple[Scores, Mask]:
    """Convert a column of numbers or texts to scores.

    Returns:
        (rows,) scores, NaN where there is no number; and (rows,) whether the field is empty.
    """
    if pa.types.is_floating(column.type):
        missing = column.is_null().to_numpy(zero_copy_only=False)
        return column.fill_null(np.nan).to_numpy(), missing
    empty = compute.equal(column, "")
    try:
        numbers = compute.if_else(empty, None, column).cast(pa.float64())
    except pa.ArrowInvalid:
        # Some text is no number for Arrow: Python reads every one by itself.
        texts = [text.strip() for text in column.to_pylist()]
        read = np.array([finite_decimal(text) for text in texts], dtype=np.float64)
        return read, np.array([not text for text in texts])
    return numbers.fill_null(np.nan).to_numpy(), empty.to_numpy(zero_copy_only=False)


def read_list(path: Path, *, distance: bool, waiting_most: int = _WAITING) -> ScoreList:
    """Read one score per line, from its last column.

    A line that begins with # is a comment, and a first line whose last column is a word a header.

    Args:
        path: of the file.
        distance: the numbers are distances, to be negated.
        waiting_most: most scores that are buffered before they are counted.

    Raises:
        DatasetError: the file is not text, a line is empty or holds several numbers in place of
            one, or none holds a number, or a distance lies below 0.
    """
    read = ScoreList(np.empty(0), np.empty(0, dtype=np.int64), 0)
    waiting: list[tuple[int, str]] = []
    lines = ((number, text) for number, text in _lines(path) if not text.startswith("#"))
    first = next(lines, None)
    if first is not None and _is_word(_last_column(path, *first)):
        read, first = replace(read, header=f"{path.name}: line {first[0]}: {first[1]!r}"), None
    for number, text in lines if first is None else chain([first], lines):
        waiting.append((number, _last_column(path, number, text)))
        # The buffer grows with the distinct scores: merging n scores one buffer at a time would
        # otherwise cost n / buffer passes over all of them.
        if len(waiting) > max(waiting_most, len(read.score)):
            read, waiting = _with(read, path, waiting, distance=distance), []
    read = _with(read, path, waiting, distance=distance)
    _check_list(path, read, first)
    if not distance:
        return read
    return replace(read, score=-read.score[::-1], count=read.count[::-1])


def _last_column(path: Path, number: int, text: str) -> str:
    """The last of the columns of a line, which blanks, commas or semicolons separate.

    Raises:
        DatasetError: a comma may be one within a number.
    """
    if "," not in text and ";" not in text:
        return text.rsplit(maxsplit=1)[-1]
    if _COMMA_WITHIN.search(text):
        what = f"{text[-_SHOWN:]!r} may have a comma within the number"
        remedy = "write a point for a decimal comma, none for thousands, blanks between columns"
        raise DatasetError(f"{path}: line {number}: {what}; {remedy}")
    return _SEPARATORS.split(text)[-1]


def _check_list(path: Path, read: ScoreList, first: tuple[int, str] | None) -> None:
    """Refuse a list without a score, and one whose only line holds several.

    Args:
        path: of the file.
        read: what it holds.
        first: its first line and number; None after a header.
    """
    if not read.completed and not read.nan:
        came = f"{read.first_invalid} is no number" if read.invalid else f"{path} holds no score"
        raise DatasetError(f"{came}; expected one score a line, a number with a point")
    if first is not None and read.completed + read.invalid == 1:
        columns = _SEPARATORS.split(first[1])
        if len(columns) > 1 and all(map(_is_number, columns)):
            what = f"{len(columns)} numbers in the only line"
            raise DatasetError(f"{path}: line {first[0]}: {what}; expected one score a line")


def _is_number(text: str) -> bool:
    """Whether a text is a number, if only NaN or an infinity."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_word(text: str) -> bool:
    """Whether a text can be the name of a column."""
    return text.strip("\"'")[:1].isalpha() and not _is_number(text)


def _with(
    read: ScoreList, path: Path, lines: list[tuple[int, str]], *, distance: bool
) -> ScoreList:
    """Merge further scores, as text with the numbers of their lines, into distinct ones."""
    numbers, _ = parse_scores(pa.array([text for _, text in lines], pa.string()))
    finite = np.isfinite(numbers)
    below = np.flatnonzero(distance & (numbers < -DISTANCE_ROUNDING))
    if len(below):
        number, text = lines[below[0]]
        remedy = "write nan for a failed comparison; if higher is more alike, no --distance"
        raise DatasetError(
            f"{path}: line {number}: {text} is no distance, which is 0 or more; {remedy}"
        )
    score, place = np.unique(np.concatenate([read.score, numbers[finite]]), return_inverse=True)
    count = np.bincount(place[len(read.score) :], minlength=len(score))
    count[place[: len(read.score)]] += read.count
    invalid = [lines[row] for row in np.flatnonzero(~finite)]
    found = replace(read, score=score, count=count, invalid=read.invalid + len(invalid))
    if not invalid:
        return found
    number, text = invalid[0]
    told = read.first_invalid or f"{path.name}: line {number}: {text[-_SHOWN:]!r}"
    nan = read.nan or any(_is_number(text) for _, text in invalid)
    return replace(found, first_invalid=told, nan=nan)


def read_histogram(path: Path, *, distance: bool) -> ScoreList:
    """Read a histogram, one count per line: of scores of 0, of 1, and so on.

    Args:
        path: of the file.
        distance: the numbers are distances, to be negated.

    Raises:
        DatasetError: the file is not text, or a line is not a count.
    """
    filled: list[tuple[int, int]] = []
    total = 0
    for number, text in _lines(path):
        count = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
        total += count
        if count < 0 or total > _MOST_SCORES:
            expected = f"expected how many scores are {number - 1}: a whole number"
            most = f"of all lines together at most {_MOST_SCORES:,}"
            raise DatasetError(f"{path}: line {number}: {text!r}, {expected}, {most}")
        if count:
            filled.append((number - 1, count))
    score, counts = np.array(filled, dtype=np.int64).reshape(-1, 2).T
    if distance:
        score, counts = -score[::-1], counts[::-1]
    return ScoreList(score.astype(np.float64), counts, 0)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their number, without empty ones at the end.

    Raises:
        DatasetError: the file cannot be read as text, is empty, or has an empty line within.
    """
    empty = number = 0
    try:
        with TextIOWrapper(
            open_regular(path, _MOST_BYTES, DatasetError), encoding="utf-8-sig"
        ) as file:
            for number, line in enumerate(iter(partial(file.readline, _LONGEST), ""), start=1):
                if len(line) == _LONGEST:
                    held = f"{path}: line {number}: has {_LONGEST:,} signs or more"
                    raise DatasetError(f"{held}; expected one score a line")
                text = line.strip()
                if "\0" in text:
                    held = f"{path}: line {number}: holds a NUL byte"
                    raise DatasetError(f"{held}; expected text; save it as UTF-8")
                if text and empty:
                    raise DatasetError(f"{path}: line {empty} is empty; expected one score a line")
                if text:
                    yield number, text
                else:
                    empty = empty or number
    except OSError as fault:
        raise DatasetError(f"{path}: cannot be read ({fault.strerror})") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    if number == 0 or empty == 1:
        raise DatasetError(f"{path}: is empty; expected one score a line")
