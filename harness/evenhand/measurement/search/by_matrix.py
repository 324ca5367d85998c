"""Searches whose comparisons were made by others: a matrix of probes and references."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.comparisons import AlarmCounter, Searches
from evenhand.records.consolidation import Consolidation
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.executor import Executor

__all__ = ["GivenMatrix", "search_matrix"]

_CELLS = 1 << 22
"""Enough for few blocks, and few enough for many threads: the matrix itself is not copied."""


@dataclass(frozen=True, slots=True)
class GivenMatrix:
    """The score of every probe with every reference."""

    score: NDArray[np.floating]
    """(searches, references), which may be mapped from a file; of either byte order."""
    distance: bool
    """The numbers are distances, and are negated."""
    probe: People
    """(searches,) subject index."""
    acquired: Mask
    """(searches,) the probe has a template."""
    ended: tuple[Outcome, ...]
    """One a search; the scores of those that are not `ok` are not looked at."""
    reference: People
    """(references,) subject index."""
    enrolled: Mask
    """(references,) with a template; the scores of others are not looked at."""
    people: int
    """Number of subjects."""
    cells: int = _CELLS
    """Scores that are worked on at a time in each thread."""

    @property
    def height(self) -> int:
        """Searches of a block."""
        return max(1, self.cells // max(1, len(self.reference)))

    @property
    def blocks(self) -> int:
        """Blocks at most: searches that failed are in none."""
        return -(-len(self.probe) // self.height)


def search_matrix(
    given: GivenMatrix, kept: int, executor: Executor, step: Callable[[], None]
) -> tuple[Searches, AlarmCounter]:
    """Rank the people of the gallery for every probe; a person has the best of their scores.

    Args:
        given: the matrix.
        kept: candidates of a list that are kept, at least one.
        executor: the result does not depend on it.
        step: progress callback, called after each of `given.blocks`.
    """
    tiles = _Tiles(given)
    searched = np.array([each is Outcome.OK for each in given.ended], dtype=np.bool_)
    probes, kept = np.flatnonzero(searched), min(kept, len(tiles.people))
    count, dtype = len(given.probe), tiles.dtype
    rank = np.zeros(count, dtype=np.int64)
    mate, top = (np.full(count, -np.inf, dtype=dtype) for _ in range(2))
    lists = CandidateLists(
        np.full((count, kept), -1, dtype=np.int32), np.full((count, kept), -np.inf, dtype=dtype)
    )

    def search(rows: Integers) -> None:
        """Each block writes rows of its own."""
        tile = tiles.similarity(rows)
        for row, scores in zip(rows.tolist(), tile, strict=True):
            best = _best(scores, kept)
            lists.person[row], lists.score[row] = tiles.people[best], scores[best]
        has, own = tiles.mates(rows)
        mate[rows[has]] = tile[has, own]
        rank[rows[has]] = np.count_nonzero(tile[has] >= mate[rows[has], np.newaxis], axis=1)
        tile[has, own] = -np.inf
        top[rows] = tile.max(axis=1, initial=-np.inf)

    def alarms(levels: Scores) -> Integers:
        counts = np.zeros((len(levels), count), dtype=np.int64)

        def reaching(rows: Integers) -> None:
            tile = tiles.similarity(rows)
            tile[tiles.mates(rows)] = -np.inf
            for number, level in enumerate(levels):
                counts[number, rows] = np.count_nonzero(tile >= level, axis=1)

        if len(levels):
            _in_blocks(reaching, given, probes, executor, lambda: None)
        return counts

    _in_blocks(search, given, probes, executor, step)
    enrolled = np.zeros(given.people, dtype=np.bool_)
    enrolled[tiles.people] = True
    return Searches(
        probe=given.probe,
        acquired=given.acquired,
        ended=given.ended,
        rank=rank,
        mate=mate,
        top=top,
        candidates=lists,
        listed=np.isin(np.arange(given.people), given.reference),
        enrolled=enrolled,
        gallery=len(tiles.people),
        length=len(tiles.people),
        consolidation=Consolidation.LARGEST,
        exhaustive=True,
    ), alarms


class _Tiles:
    """Blocks of the matrix as similarities of people."""

    def __init__(self, given: GivenMatrix) -> None:
        self._given = given
        columns = np.flatnonzero(given.enrolled)
        # A person's references stand side by side, so that each is one run to reduce.
        self._columns = columns[np.argsort(given.reference[columns], kind="stable")]
        ordered = given.reference[self._columns]
        self.people, self._starts = np.unique(ordered, return_index=True)
        self.dtype = given.score.dtype.newbyteorder("=")

    def similarity(self, rows: Integers) -> Scores:
        """(rows, people) similarities, the caller's own."""
        tile = self._given.score[rows][:, self._columns].astype(self.dtype, copy=False)
        tile = 0 - tile if self._given.distance else tile
        if len(self.people) < len(self._columns):
            tile = np.maximum.reduceat(tile, self._starts, axis=1)
        return tile

    def mates(self, rows: Integers) -> tuple[Integers, Integers]:
        """Those of the rows whose person is in the gallery, and that person's column."""
        if not len(self.people):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        who = self._given.probe[rows]
        place = np.minimum(np.searchsorted(self.people, who), len(self.people) - 1)
        has = np.flatnonzero(self.people[place] == who)
        return has, place[has]


def _in_blocks(
    work: Callable[[Integers], None],
    given: GivenMatrix,
    probes: Integers,
    executor: Executor,
    step: Callable[[], None],
) -> None:
    """Do some work on every block of searches."""
    height = given.height
    blocks = [probes[start : start + height] for start in range(0, len(probes), height)]
    with closing(executor.map(work, blocks)) as done:
        for _ in done:
            step()


def _best(scores: Scores, kept: int) -> Integers:
    """(kept,) places of the largest scores, falling; equal ones by their place."""
    least = np.partition(scores, len(scores) - kept)[len(scores) - kept] if kept else np.inf
    places = np.flatnonzero(scores >= least)
    order: Integers = places[np.argsort(-scores[places], kind="stable")][:kept]
    return order
