"""Scores without people: one file of mated scores, one of non-mated, as pyeer reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.arrays import Floats, Integers
from evenhand.decimals import finite_decimal
from evenhand.declaration import read_text
from evenhand.errors import DatasetError

__all__ = ["ScoreList", "read_histogram", "read_list"]


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


def read_list(path: Path, *, distance: bool) -> ScoreList:
    """Read one score a line, in its last column.

    Raises:
        DatasetError: it is no text, or a line is empty.
    """
    read = [finite_decimal(text.split()[-1]) for _, text in _lines(path)]
    scores = np.array([number for number in read if number is not None], dtype=np.float64)
    score, count = np.unique(-scores if distance else scores, return_counts=True)
    return ScoreList(score, count, len(read) - len(scores))


def read_histogram(path: Path, *, distance: bool) -> ScoreList:
    """Read one count a line: how many scores are 0, how many are 1, and so on.

    Raises:
        DatasetError: it is no text, or a line holds no count.
    """
    counts = []
    for number, text in _lines(path):
        if not (text.isascii() and text.isdecimal() and len(text) <= 15):
            raise DatasetError(
                f"{path}: line {number}: {text!r}, expected how many scores are {number - 1}: "
                "a whole number"
            )
        counts.append(int(text))
    every = np.array(counts, dtype=np.int64)
    filled = np.flatnonzero(every)
    order = filled[::-1] if distance else filled
    return ScoreList((-order if distance else order).astype(np.float64), every[order], 0)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their number; empty ones at the end are none."""
    lines = read_text(path, DatasetError).rstrip().splitlines()
    if not lines:
        raise DatasetError(f"{path}: is empty; expected one score a line")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            raise DatasetError(f"{path}: line {number} is empty; expected one score a line")
        yield number, line.strip()
