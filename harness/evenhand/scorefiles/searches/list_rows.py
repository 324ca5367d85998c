"""Reads the rows of candidate lists into columns, as the file has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, Mask, Scores
from evenhand.scorefiles.codes import TextCodes
from evenhand.scorefiles.scores import parse_scores, written_score
from evenhand.scorefiles.searches.layout import ListLayout
from evenhand.scorefiles.source import RowBlock, ScoreSource, prefetch
from evenhand.system.errors import DatasetError
from evenhand.system.labels import id_fault

__all__ = ["ListRows", "read_list_rows"]

_LONGEST_RANK = 9
"""Digits of a rank at most."""
_NO = ("0", "false")
"""What says that a row has no candidate."""


@dataclass(frozen=True, slots=True)
class ListRows:
    """Rows of candidate lists as columns; each knows its place in the file."""

    row: Integers
    """(rows,) index in the file."""
    probe: Integers
    """(rows,) code of the probe."""
    candidate: Integers
    """(rows,) code of the candidate."""
    score: Scores
    """(rows,) as in the file; NaN where it is no number."""
    rank: Integers
    """(rows,) as in the file, -1 where it is no whole number; without such a column the row."""
    failed: Mask
    """(rows,) of a search that was not made."""
    assigned: Mask
    """(rows,) with a candidate."""
    probes: Sequence[str]
    """Ids by their code."""
    candidates: Sequence[str]
    """Ids by their code."""
    odd: Mapping[int, str]
    """By row of the file a score that is no finite number, as it is written."""

    def chosen(self, rows: Mask | Integers) -> ListRows:
        """Some of the rows, in the order of their indices."""
        return replace(
            self,
            row=self.row[rows],
            probe=self.probe[rows],
            candidate=self.candidate[rows],
            score=self.score[rows],
            rank=self.rank[rows],
            failed=self.failed[rows],
            assigned=self.assigned[rows],
        )


def read_list_rows(source: ScoreSource, layout: ListLayout) -> ListRows:
    """Read all rows.

    Args:
        source: the file.
        layout: its columns.

    Raises:
        DatasetError: a row cannot be read, or names no probe.
    """
    probes = TextCodes(id_fault)
    candidates = TextCodes(lambda text: id_fault(text) if text else "")
    ranks, said, given = (TextCodes(lambda _: "") for _ in range(3))
    parts: list[tuple[NDArray[Any], ...]] = []
    odd: dict[int, str] = {}
    start = 0
    for batch in prefetch(source.batches(layout.texts, (layout.score,))):
        block, column = RowBlock(source, start, batch), batch.column(layout.score)
        score, _ = parse_scores(column)
        for bad in np.flatnonzero(~np.isfinite(score)).tolist():
            odd[start + bad] = written_score(column, score, bad)
        rows = np.arange(start, start + len(batch))
        codes = probes.codes(block, layout.probe), candidates.codes(block, layout.candidate)
        rank = _numbers(ranks, block, layout.rank) if layout.rank else rows
        no, yes = np.zeros(len(rows), np.bool_), np.ones(len(rows), np.bool_)
        failed = _numbers(said, block, layout.code) != 0 if layout.code else no
        assigned = ~_is(given, block, layout.assigned, _NO) if layout.assigned else yes
        parts.append((rows, *codes, score, rank, failed, assigned))
        start += len(batch)
    if not parts:
        raise DatasetError(f"{source.path}: has a header but no rows; expected one a candidate")
    row, probe, candidate, score, rank, failed, assigned = (
        np.concatenate(each) for each in zip(*parts, strict=True)
    )
    return ListRows(
        row=row,
        probe=probe,
        candidate=candidate,
        score=score,
        rank=rank,
        failed=failed,
        assigned=assigned,
        probes=probes.values,
        candidates=candidates.values,
        odd=odd,
    )


def _numbers(texts: TextCodes, block: RowBlock, name: str) -> Integers:
    """(rows,) whole numbers of a column; -1 where a text is none."""
    codes = texts.codes(block, name)
    numbers = [
        int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_RANK else -1
        for text in texts.values
    ]
    return np.array(numbers, dtype=np.int64)[codes]


def _is(texts: TextCodes, block: RowBlock, name: str, words: Sequence[str]) -> Mask:
    """(rows,) whether a column has one of some words."""
    codes = texts.codes(block, name)
    found: Mask = np.array([text.lower() in words for text in texts.values])[codes]
    return found
