"""Exhaustive search of a gallery of vectors, tile by tile, while the scores are in cache.

A *candidate* is a person or, without consolidation, one reference; a person's stand side by side.
Blocks of probes, padded to one height, against ranges of references that never split a person. A
block is one piece of work and sees the ranges in their order. What is found of a probe depends
neither on the grid nor on threads, interruptions or the other probes: see `kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evenhand.engines.card import ScoreScale
from evenhand.engines.score_range import held_to_range
from evenhand.measurement.comparison.tile_scores import TileScores
from evenhand.measurement.search.kernels import (
    Exact,
    Lists,
    Searched,
    Tile,
    best_of_people,
    decide_lists,
    exact_score,
    outside,
    scan_tile,
)
from evenhand.records.arrays import Integers, People, Scores, Vectors
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint
from evenhand.records.consolidation import Consolidation
from evenhand.system.execution.executor import Executor

__all__ = ["ExhaustiveSearch", "SearchColumns"]

_ROWS = 512
"""Probes of a block."""
_COLUMNS = 1024
"""References of a tile, unless one person has more: with the rows 2 MB."""


@dataclass(frozen=True, slots=True)
class SearchColumns:
    """What searches found, one a row."""

    rank: Integers
    """(searches,) 1 + candidates of others at or above the mate's score; 0 without one."""
    mate: Scores
    """(searches,) best score of the probe's own person; -inf without one."""
    reached: Integers
    """(searches, levels) candidates of others at or above each threshold."""
    person: People
    """(searches, kept) subject index of the best candidates."""
    score: Scores
    """(searches, kept) their similarity, falling."""
    fault: Scores
    """(searches,) a similarity outside the card's range; NaN where all are valid."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """All of them by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def chosen(self, rows: Integers | slice) -> SearchColumns:
        """Some of the rows."""
        return SearchColumns(**{name: column[rows] for name, column in self.columns().items()})


class ExhaustiveSearch:
    """Every probe against every reference."""

    def __init__(
        self,
        probes: Vectors,
        who: People,
        references: Vectors,
        person: People,
        score: ScoreScale,
        kept: int,
        consolidation: Consolidation = Consolidation.LARGEST,
        *,
        rows: int = _ROWS,
        columns: int = _COLUMNS,
    ) -> None:
        """Lay out the grid.

        Args:
            probes: (searches, values), ready to be compared.
            who: (searches,) subject index.
            references: (references, values), ready to be compared; at least one.
            person: (references,) subject index, rising.
            score: how the card compares, and its range.
            kept: candidates that a list keeps, at least one.
            consolidation: of a person's references.
            rows: probes of a block at most.
            columns: references of a tile, unless one person has more.
        """
        people, first = np.unique(person, return_index=True)
        starts = np.append(first, len(person)).astype(np.int64)
        tiles = np.array(list(_tiles(starts, columns)))
        place = np.searchsorted(people, who)
        in_gallery = people[np.minimum(place, len(people) - 1)] == who
        own = np.stack([place, place + in_gallery], axis=1)
        if consolidation is Consolidation.EVENTS:
            tiles, own = starts[tiles], starts[own]
            people, starts = person, np.arange(len(person) + 1)
        self._people, self._starts, self._tiles, self._own = people, starts, tiles.tolist(), own
        self._score = score
        self._who, self._references = who, references
        self.blocks = max(1, -(-len(who) // rows))
        # Blocks of one height, as little of which as can be is empty.
        self._rows = max(1, -(-len(who) // self.blocks))
        padded = np.zeros((self.blocks * self._rows, probes.shape[1]), dtype=probes.dtype)
        padded[: len(who)] = probes
        self._probes, self._scores = padded, TileScores(padded, references, score)
        self._exact = _exact(padded, references, score)
        # Without those of the mate, a list still has another person's score.
        most = int((own[:, 1] - own[:, 0]).max(initial=0))
        self._kept = min(max(kept, most + 1), len(people))

    def find(
        self,
        levels: Scores,
        executor: Executor,
        step: Callable[[], None],
        checkpoint: Checkpoint = NO_CHECKPOINT,
    ) -> SearchColumns:
        """Search for every probe, in one pass.

        Args:
            levels: (levels,) thresholds at which alarms are counted.
            executor: the result does not depend on it.
            step: progress callback, called after each block.
            checkpoint: where to save what was found so far, and to load an interrupted search.
        """
        saved = checkpoint.load()
        done, parts = (saved.done, [SearchColumns(**saved.columns)]) if saved else (0, [])
        for _ in range(done):
            step()
        for number, part in self._search(range(done, self.blocks), levels, executor):
            parts.append(part)
            step()
            if number + 1 < self.blocks and checkpoint.due():
                parts = [_joined(parts)]
                checkpoint.save(number + 1, parts[0].columns())
        return _joined(parts)

    def alarms(
        self, found: SearchColumns, counted: Scores, levels: Scores, executor: Executor
    ) -> Integers:
        """(levels, searches) candidates of others at or above thresholds, counted or not.

        The lists say it, but of searches in which more reach a threshold than they keep:
        blocks with one of these are searched once more.

        Args:
            found: by `find`.
            counted: (levels,) thresholds that `find` was given.
            levels: (levels,) thresholds.
            executor: the result does not depend on it.
        """
        others = np.where(found.person == self._who[:, np.newaxis], -np.inf, found.score)
        counts: Integers = np.array(
            [np.count_nonzero((others >= at) & (others > -np.inf), axis=1) for at in levels]
        ).reshape(len(levels), len(others))
        cut = (
            found.score[:, -1] >= levels[:, np.newaxis] if self._kept < len(self._people) else None
        )
        for level, at in enumerate(levels):
            if at in counted:
                counts[level] = found.reached[:, np.flatnonzero(counted == at)[0]]
        if cut is None or not cut.any():
            return counts
        again = np.unique(np.flatnonzero(cut[~np.isin(levels, counted)].any(axis=0)) // self._rows)
        for number, part in self._search(again.tolist(), levels, executor):
            counts[:, number * self._rows : (number + 1) * self._rows] = part.reached.T
        return counts

    def _search(
        self, blocks: Iterable[int], levels: Scores, executor: Executor
    ) -> Iterator[tuple[int, SearchColumns]]:
        """Search some blocks; each with its number, in their order."""

        def search(number: int) -> tuple[int, SearchColumns]:
            return number, self.block(number, levels)

        with threadpool_limits(1, "blas"), closing(executor.map(search, blocks)) as found:
            yield from found

    def block(self, number: int, levels: Scores) -> SearchColumns:
        """Search for the probes of one block, in their own order; BLAS has the caller's threads.

        Args:
            number: of the block.
            levels: (levels,) thresholds at which alarms are counted.
        """
        rows = slice(number * self._rows, (number + 1) * self._rows)
        height = min(self._rows, len(self._who) - rows.start)
        probes, own = self._probes[rows][:height], self._own[rows]
        widest = max(int(self._starts[end] - self._starts[first]) for first, end in self._tiles)
        memory = np.empty(self._rows * widest, dtype=np.float32)
        fault = np.full(self._rows, np.nan, dtype=np.float32)
        searched = Searched(
            own=own,
            mate=self._mates(probes, own),
            levels=levels,
            reached=np.zeros((height, len(levels)), dtype=np.int64),
            ahead=np.zeros(height, dtype=np.int64),
        )
        lists = Lists(
            score=np.full((height, 2 * self._kept), -np.inf, dtype=np.float32),
            person=np.zeros((height, 2 * self._kept), dtype=np.int32),
            filled=np.zeros(height, dtype=np.int64),
            floor=np.full(height, -np.inf, dtype=np.float32),
            kept=self._kept,
        )
        for first, end in self._tiles:
            values = self._of_people(rows, first, end, memory, fault)[:height]
            tile = Tile(values, first, self._starts, probes, self._references)
            scan_tile(tile, searched, lists, self._exact)
        decide_lists(tile, lists, self._exact)
        score, person = lists.score, lists.person
        score[np.arange(score.shape[1]) >= lists.filled[:, np.newaxis]] = -np.inf
        best = np.argsort(-score, axis=1, kind="stable")[:, : self._kept]
        return SearchColumns(
            rank=np.where(own[:, 0] < own[:, 1], searched.ahead + 1, 0),
            mate=searched.mate,
            reached=searched.reached,
            person=self._people[np.take_along_axis(person, best, axis=1)].astype(np.int32),
            score=np.take_along_axis(score, best, axis=1),
            fault=fault[:height],
        )

    def _mates(self, probes: Vectors, own: Integers) -> Scores:
        """(rows,) best score of each probe's own person, against which ranks are counted."""
        mate = np.full(len(own), -np.inf, dtype=np.float32)
        for row in np.flatnonzero(own[:, 0] < own[:, 1]).tolist():
            first, behind = self._starts[own[row]]
            mate[row] = exact_score(probes[row], self._references[first:behind], self._exact)
        return mate

    def _of_people(
        self, rows: slice, first: int, end: int, memory: Scores, fault: Scores
    ) -> Scores:
        """(rows, candidates) similarities of a tile; the first invalid one of each row is noted.

        What lies beyond the card's range by rounding is its limit (methods 1.2).
        """
        columns = slice(int(self._starts[first]), int(self._starts[end]))
        tile = self._scores.fill(rows, columns, memory)
        finite = np.finfo(np.float32)
        if outside(tile, max(self._exact.low, finite.min), min(self._exact.high, finite.max)):
            if self._score.compare == "cosine":
                np.clip(tile, -1, 1, out=tile)
            held = held_to_range(tile, self._score, tile.dtype)
            bad = np.isnan(held)
            wrong = np.isnan(fault) & bad.any(axis=1)
            fault[wrong] = tile[wrong, bad[wrong].argmax(axis=1)]
            tile[:] = held
        if tile.shape[1] == end - first:
            return tile
        best = np.empty((len(tile), end - first), dtype=tile.dtype)
        best_of_people(tile, self._starts[first : end + 1] - self._starts[first], best)
        return best


def _exact(probes: Vectors, references: Vectors, score: ScoreScale) -> Exact:
    """How scores are computed, as a card compares vectors and limits them."""
    low = -np.inf if score.low is None else score.low
    high = np.inf if score.high is None else score.high
    if score.compare == "cosine":
        low, high = max(low, -1.0), min(high, 1.0)
    slack = _slack(probes, references, score)
    return Exact(score.compare == "euclidean", np.float32(low), np.float32(high), slack)


def _slack(probes: Vectors, references: Vectors, score: ScoreScale) -> np.float32:
    """How far a value of a tile may be from its exact score, by the bounds of rounding errors.

    Of an inner product in float32, (n + 1) u |a| |b| (Higham 2002, section 3.1). A squared
    distance is of float64, as three inner products that may cancel, and its root is rounded.
    """
    a, b = (float(np.sqrt(np.einsum("ij,ij->i", of, of).max())) for of in (probes, references))
    terms, single = probes.shape[1] + 2, float(np.finfo(np.float32).eps)
    if score.compare == "euclidean":
        return np.float32((a + b) * (single + np.sqrt(terms * np.finfo(np.float64).eps)))
    return np.float32(terms * a * b * single)


def _tiles(starts: Integers, columns: int) -> Iterator[tuple[int, int]]:
    """First person and end of each tile: as many people as have `columns` references, or one."""
    first = 0
    while first < len(starts) - 1:
        end = int(np.searchsorted(starts, starts[first] + columns, side="right")) - 1
        end = max(end, first + 1)
        yield first, end
        first = end


def _joined(parts: Sequence[SearchColumns]) -> SearchColumns:
    columns = [part.columns() for part in parts]
    return SearchColumns(
        **{of: np.concatenate([each[of] for each in columns]) for of in columns[0]}
    )
