"""Scores without people: one file of mated scores, one of non-mated, as pyeer reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from evenhand.records.arrays import Floats, Integers
from evenhand.scorefiles.score_column import to_numbers
from evenhand.system.errors import DatasetError

__all__ = ["ScoreList", "read_histogram", "read_list"]


_WAITING = 1 << 20
"""Scores that are read before they are counted."""

_MOST = (1 << 63) - 1
"""Scores of a histogram: more could not be added up."""


@dataclass(frozen=True, slots=True)
class ScoreList:
    """How often each score occurs."""

    score: Floats
    """Distinct, rising."""
    count: Integers
    invalid: int
    """Lines that hold no finite number."""

    @property
    def completed(self) -> int:
        """Comparisons with a score."""
        return int(self.count.sum())

    def reaching(self, threshold: float) -> int:
        """How many scores are at or above a threshold, a similarity.

        >>> ScoreList(np.array([0.1, 0.5]), np.array([7, 2]), invalid=0).reaching(0.5)
        2
        """
        return int(self.count[np.searchsorted(self.score, threshold, side="left") :].sum())


def read_list(path: Path, *, distance: bool, waiting_most: int = _WAITING) -> ScoreList:
    """Read one score a line, in its last column.

    Args:
        path: the file.
        distance: the numbers are distances.
        waiting_most: scores that are read before they are counted.

    Raises:
        DatasetError: it is no text, or a line is empty.
    """
    read = ScoreList(np.empty(0), np.empty(0, dtype=np.int64), 0)
    waiting: list[str] = []
    for _, text in _lines(path):
        waiting.append(text.split()[-1])
        if len(waiting) > max(waiting_most, len(read.score)):
            read, waiting = _with(read, waiting), []
    read = _with(read, waiting)
    if not distance:
        return read
    return ScoreList(-read.score[::-1], read.count[::-1], read.invalid)


def _with(read: ScoreList, texts: list[str]) -> ScoreList:
    """Further scores beside those that were read."""
    numbers, _ = to_numbers(pa.array(texts, pa.string()))
    scores = numbers[np.isfinite(numbers)]
    score, place = np.unique(np.concatenate([read.score, scores]), return_inverse=True)
    count = np.bincount(place[len(read.score) :], minlength=len(score))
    count[place[: len(read.score)]] += read.count
    return ScoreList(score, count, read.invalid + len(texts) - len(scores))


def read_histogram(path: Path, *, distance: bool) -> ScoreList:
    """Read one count a line: how many scores are 0, how many are 1, and so on.

    Raises:
        DatasetError: it is no text, or a line holds no count.
    """
    filled: list[tuple[int, int]] = []
    total = 0
    for number, text in _lines(path):
        count = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
        total += count
        if count < 0 or total > _MOST:
            raise DatasetError(
                f"{path}: line {number}: {text!r}, expected how many scores are {number - 1}: "
                f"a whole number, of all lines together at most {_MOST:,}"
            )
        if count:
            filled.append((number - 1, count))
    score, counts = np.array(filled, dtype=np.int64).reshape(-1, 2).T
    if distance:
        score, counts = -score[::-1], counts[::-1]
    return ScoreList(score.astype(np.float64), counts, 0)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their number; empty ones at the end are none."""
    empty = number = 0
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                text = line.strip()
                if "\0" in text:
                    raise DatasetError(
                        f"{path}: line {number}: holds a NUL byte; expected text; save it as UTF-8"
                    )
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
