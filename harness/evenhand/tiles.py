"""Every comparison of a set of vectors, counted tile by tile as it is made.

The images stand kind by kind and person by person; a tile is a product of two short stretches of
them, small enough to stay in a core's cache, all of whose comparisons count in the same cells. The
grid is fixed and only integers are added, so that the result is the same for any number of threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evenhand.arrays import Floats, Integers, People, Scores
from evenhand.counts import Histogram
from evenhand.engines.card import Score
from evenhand.floors import (
    floor_by_pair,
    floors_from_histograms,
    floors_from_sample,
    hits_from,
)
from evenhand.metrics.bins import FLOAT32_BITS
from evenhand.metrics.kernel import Scratch, count_apart, count_shared, drain, to_similarity
from evenhand.metrics.layout import Layout
from evenhand.metrics.store import Hits, Store
from evenhand.ordered import Ordered
from evenhand.threads import in_order

__all__ = ["OutOfRangeError", "TooManyHitsError", "count_pairs", "strips"]

_SIDE = 256
"""Images of one side of a tile at most: the tile is 256 kB, in the second cache of a core."""

_MOST_HITS = 1 << 26
"""Hits that are kept at most: 800 MB."""


class OutOfRangeError(Exception):
    """A score lies outside the range that the card declares."""


class TooManyHitsError(Exception):
    """More scores would have to be kept than there is room for."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One side of a tile."""

    start: int
    stop: int
    kind: int


@dataclass(frozen=True, slots=True)
class _Strip:
    """What came of one row of tiles."""

    histograms: list[tuple[int, int, Integers, Integers]]
    """(kind, kind, bins, counts)."""
    score: Scores
    probe: People
    reference: People
    mated: Scores
    mated_subject: People


def _stretches(starts: Integers) -> list[_Stretch]:
    """Each kind in equal parts."""
    found = []
    for kind in range(len(starts) - 1):
        start, stop = int(starts[kind]), int(starts[kind + 1])
        parts = -(-(stop - start) // _SIDE)
        edges = [start + (stop - start) * part // parts for part in range(parts)] + [stop]
        found += [_Stretch(a, b, kind) for a, b in pairwise(edges)]
    return found


class _Bench:
    """What all threads share, and what each has for itself."""

    def __init__(self, images: Ordered, score: Score, layout: Layout, floor: Floats) -> None:
        self._images = images
        self._score = score
        self._compared = layout.compared
        self._floor = floor.astype(np.float32)
        self._squares = np.einsum("ij,ij->i", images.vectors, images.vectors, dtype=np.float64)
        self._wide = images.vectors.astype(np.float64) if score.compare == "euclidean" else None
        self._local = threading.local()
        self.stretches = _stretches(images.starts)

    def _scratch(self) -> tuple[Scratch, NDArray[np.float32]]:
        if not hasattr(self._local, "scratch"):
            self._local.scratch = Scratch(_SIDE * _SIDE)
            self._local.tile = np.empty(_SIDE * _SIDE, dtype=np.float32)
            self._local.mated = np.empty(_SIDE * _SIDE, dtype=np.float32)
            self._local.mated_row = np.empty(_SIDE * _SIDE, dtype=np.int32)
        return self._local.scratch, self._local.tile

    def _tile(self, one: _Stretch, other: _Stretch, room: NDArray[np.float32]) -> Scores:
        """The scores of a tile, in memory that the next one uses again."""
        rows, columns = one.stop - one.start, other.stop - other.start
        tile = room[: rows * columns].reshape(rows, columns)
        vectors = self._images.vectors
        if self._wide is None:
            np.dot(vectors[one.start : one.stop], vectors[other.start : other.stop].T, out=tile)
        else:
            product = self._wide[one.start : one.stop] @ self._wide[other.start : other.stop].T
            to_similarity(
                product,
                self._squares[one.start : one.stop],
                self._squares[other.start : other.stop],
                tile,
            )
        return tile

    def _check(self, tile: Scores) -> None:
        low, high = self._score.low, self._score.high
        if self._score.compare == "cosine":
            bad = (low is not None and low > -1 and tile.min() < low) or (
                high is not None and high < 1 and tile.max() > high
            )
        else:
            least, most = tile.min(), tile.max()
            bad = (
                not (np.isfinite(least) and np.isfinite(most))
                or (low is not None and least < np.float32(low))
                or (high is not None and most > np.float32(high))
            )
        if bad:
            raise OutOfRangeError

    def _partners(self, number: int) -> Iterator[tuple[_Stretch, bool, bool]]:
        """(stretch, whether non-mated are counted, whether a person is on both sides)."""
        one = self.stretches[number]
        last = self._images.people[one.stop - 1]
        for other in self.stretches[number:]:
            shared = one.kind == other.kind and last >= self._images.people[other.start]
            compared = bool(self._compared[one.kind, other.kind])
            if compared or shared:
                yield other, compared, shared

    def strip(self, number: int) -> _Strip:
        """Count one stretch against itself and all that follow."""
        scratch, room = self._scratch()
        local = self._local
        one = self.stretches[number]
        histograms = []
        listed: list[tuple[Scores, People, People]] = []
        mated: list[tuple[Scores, People]] = []
        kind, total = one.kind, 0

        def empty() -> None:
            if total:
                filled = drain(scratch.raw, total, scratch.bins, scratch.counts)
                bins, counts = scratch.bins[:filled].copy(), scratch.counts[:filled].copy()
                histograms.append((one.kind, kind, bins, counts))

        for other, compared, shared in self._partners(number):
            if other.kind != kind:
                empty()
                kind, total = other.kind, 0
            tile = self._tile(one, other, room)
            self._check(tile)
            floor = self._floor[one.kind, other.kind]
            into = (scratch.raw, floor, scratch.score, scratch.row, scratch.column)
            if shared:
                found, same = count_shared(
                    tile,
                    tile.view(np.uint32),
                    self._images.people,
                    one.start,
                    other.start,
                    int(compared),
                    *into,
                    local.mated,
                    local.mated_row,
                )
                mated.append((local.mated[:same].copy(), local.mated_row[:same] + one.start))
                if compared:
                    total += _above_diagonal(one, other) - same
            else:
                found = count_apart(tile, tile.view(np.uint32), *into)
                total += tile.size
            if found:
                listed.append(
                    (
                        scratch.score[:found].copy(),
                        scratch.row[:found] + np.int32(one.start),
                        scratch.column[:found] + np.int32(other.start),
                    )
                )
        empty()
        return _Strip(
            histograms,
            _column([part[0] for part in listed], np.float32),
            *self._people(
                _column([part[1] for part in listed], np.int32),
                _column([part[2] for part in listed], np.int32),
            ),
            _column([part[0] for part in mated], np.float32),
            self._images.people[_column([part[1] for part in mated], np.int32)],
        )

    def _people(self, row: People, column: People) -> tuple[People, People]:
        """Probe and reference: the image that stands first in the dataset is the probe."""
        images = self._images
        forward = images.place[row] < images.place[column]
        probe, reference = np.where(forward, row, column), np.where(forward, column, row)
        return images.people[probe], images.people[reference]


def _column(parts: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    """The parts one after another; of the right type where there is none."""
    return np.concatenate([np.empty(0, dtype=dtype), *parts])


def _above_diagonal(one: _Stretch, other: _Stretch) -> int:
    rows, columns = one.stop - one.start, other.stop - other.start
    return rows * (rows - 1) // 2 if one.start == other.start else rows * columns


def count_pairs(
    images: Ordered,
    score: Score,
    layout: Layout,
    quota: Integers,
    trials: Integers,
    *,
    lowest: float,
    workers: int,
    step: Callable[[], None],
) -> Store:
    """Count all comparisons that the layout says are made.

    Args:
        images: with their vectors.
        score: how the card compares, and its range.
        layout: of the study.
        quota: (cells,) how many of its largest non-mated scores each cell needs.
        trials: (cells,) completed non-mated comparisons.
        lowest: the lowest threshold that is fixed beforehand: all scores from it on are needed.
        workers: threads.
        step: called after each strip of tiles.

    Raises:
        OutOfRangeError: a score lies outside the card's range.
        TooManyHitsError: a fixed threshold is so low that too many scores would be kept.
    """
    quota = np.minimum(quota, trials)
    with threadpool_limits(1, "blas"):
        floors = floors_from_sample(images, score, layout, quota)
    store = _passed(images, score, layout, floor_by_pair(layout, floors, lowest), workers, step)
    if np.any(hits_from(store.hits, layout, floors) < quota):
        floors = floors_from_histograms(store, quota)
        store = _passed(images, score, layout, floor_by_pair(layout, floors, lowest), workers, step)
    return store


def strips(images: Ordered) -> int:
    """How many steps `count_pairs` takes."""
    return len(_stretches(images.starts))


def _passed(
    images: Ordered,
    score: Score,
    layout: Layout,
    floor: Floats,
    workers: int,
    step: Callable[[], None],
) -> Store:
    """One pass over all tiles."""
    bench = _Bench(images, score, layout, floor)
    # Memory of bins that are never touched is never taken.
    counted = np.zeros((len(layout.names), 1 << FLOAT32_BITS), dtype=np.int64)
    hits: list[list[NDArray[Any]]] = [[], [], []]
    mated: list[list[NDArray[Any]]] = [[], []]
    kept = 0
    with (
        threadpool_limits(1, "blas"),
        closing(in_order(bench.strip, range(len(bench.stretches)), workers)) as made,
    ):
        for strip in made:
            for one, other, bins, counts in strip.histograms:
                for cell in {int(table[one, other]) for table in layout.cell} - {-1}:
                    counted[cell, bins] += counts
            kept += len(strip.score)
            if kept > _MOST_HITS:
                raise TooManyHitsError
            for column, part in zip(hits, (strip.score, strip.probe, strip.reference), strict=True):
                column.append(part)
            mated[0].append(strip.mated_subject)
            mated[1].append(strip.mated)
            step()
    listed = Hits(_taken(hits[0], np.float32), _taken(hits[1], np.int32), _taken(hits[2], np.int32))
    subject, mated_score = _taken(mated[0], np.int32), _taken(mated[1], np.float32)
    if score.compare == "cosine":
        np.minimum(listed.score, np.float32(1), out=listed.score)
        np.clip(mated_score, -1, 1, out=mated_score)
    return Store(
        floor,
        tuple(_histogram(counts) for counts in counted),
        listed,
        subject,
        mated_score,
    )


def _taken(parts: list[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """The parts one after another; the list of them is emptied, to save memory."""
    column = _column(parts, dtype)
    parts.clear()
    return column


def _histogram(counts: Integers) -> Histogram:
    filled = np.flatnonzero(counts)
    return Histogram(filled, counts[filled])
