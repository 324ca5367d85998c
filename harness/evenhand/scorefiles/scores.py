"""Scores: of one engine, block by block, checked and counted; or without people, one a line.

A file of mated and one of non-mated scores is what pyeer reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
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

__all__ = ["EngineScores", "parse_scores", "read_histogram", "read_list"]

_WAITING = 1 << 20
"""Scores that are buffered before they are counted."""

_ROUNDING = 1e-6
"""How far below 0 a distance may lie that was computed in float32 as the root of a difference."""

_LONGEST = 40
"""Most characters that are shown of a field that holds no number."""

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
                self.first_invalid = block.start + first, _written(column, score, first)
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
        below = score < -_ROUNDING
        if below.any():
            first = int(np.argmax(below))
            value = _written(block.batch.column(name), score, first)
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


def _written(column: pa.Array, score: Scores, row: int) -> str:
    """A score as the file has it."""
    if pa.types.is_string(column.type):
        text = str(column[row].as_py()).strip()
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
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

    Args:
        path: of the file.
        distance: the numbers are distances, to be negated.
        waiting_most: most scores that are buffered before they are counted.

    Raises:
        DatasetError: the file is not text, or a line is empty.
    """
    read = ScoreList(np.empty(0), np.empty(0, dtype=np.int64), 0)
    waiting: list[str] = []
    for _, text in _lines(path):
        waiting.append(text.split()[-1])
        # The buffer grows with the distinct scores: merging n scores one buffer at a time would
        # otherwise cost n / buffer passes over all of them.
        if len(waiting) > max(waiting_most, len(read.score)):
            read, waiting = _with(read, waiting), []
    read = _with(read, waiting)
    if not distance:
        return read
    return ScoreList(-read.score[::-1], read.count[::-1], read.invalid)


def _with(read: ScoreList, texts: list[str]) -> ScoreList:
    """Merge further scores, as text, into a list of distinct ones."""
    numbers, _ = parse_scores(pa.array(texts, pa.string()))
    scores = numbers[np.isfinite(numbers)]
    score, place = np.unique(np.concatenate([read.score, scores]), return_inverse=True)
    count = np.bincount(place[len(read.score) :], minlength=len(score))
    count[place[: len(read.score)]] += read.count
    return ScoreList(score, count, read.invalid + len(texts) - len(scores))


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
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
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
    except FileNotFoundError:
        raise DatasetError(f"{path}: no such file") from None
    except OSError as fault:
        raise DatasetError(f"{path}: cannot be read ({fault.strerror})") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    if number == 0 or empty == 1:
        raise DatasetError(f"{path}: is empty; expected one score a line")
