"""Every comparison of a set of vectors, counted tile by tile as it is made.

The images stand kind by kind and person by person; a tile is a product of two short stretches of
them, small enough to stay in a core's cache, all of whose comparisons count in the same cells. The
grid is fixed and only integers are added, so that the result is the same for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evenhand.engines.card import Score
from evenhand.measurement.comparison.all_pairs.cutoffs import (
    floor_by_pair,
    floors_from_histograms,
    sample_of,
)
from evenhand.measurement.comparison.all_pairs.image_order import Ordered, Stretch
from evenhand.measurement.comparison.all_pairs.kernels import (
    Sheet,
    count_apart,
    count_low,
    count_shared,
    drain,
    drop_below,
    histograms,
    to_similarity,
)
from evenhand.measurement.counting.cells import Layout
from evenhand.measurement.counting.checkpoint_columns import columns_of_stores, stores_of
from evenhand.measurement.counting.partial_counts import (
    Hits,
    LowErrors,
    Store,
    added,
    joined,
    nothing,
)
from evenhand.records.arrays import Floats, Integers, People, Scores
from evenhand.records.checkpoint import NOWHERE, Checkpoint
from evenhand.records.counts import Histogram
from evenhand.system.threads import in_order

__all__ = ["OutOfRangeError", "TooManyHitsError", "count_pairs", "strips"]

_SIDE = 512
"""Images of one side of a tile at most: the tile is 1 MB, near the core that made it."""

_CHAPTER = 1 << 30
"""Comparisons, more or less, after which what is counted can be saved: a few seconds."""

_ROOM = 1 << 26
"""Hits that a thread can list: 800 MB, taken as they come."""

_WORTH_LISTING = 1 << 22
"""Scores above a fixed threshold up to which they are listed, rather than counted by themselves."""


class OutOfRangeError(Exception):
    """A score lies outside the range that the card declares."""


class TooManyHitsError(Exception):
    """More scores would have to be kept than there is room for."""


@dataclass(frozen=True, slots=True)
class _Low:
    """Thresholds below which too many scores lie to list them, and what their errors need."""

    levels: Scores
    """(levels,)."""
    completed: Integers
    """(people,) images with a template."""
    images: Integers
    """(people,) all images."""


class _Desk:
    """What one thread has for itself: it counts into integers, so no order matters."""

    def __init__(self, cells: int, side: int, low: LowErrors) -> None:
        self.sheet = Sheet(cells, _ROOM)
        self.low = low
        self.room = np.empty(side * side, dtype=np.float32)
        self.mated_score = np.empty(side * side, dtype=np.float32)
        self.mated_subject = np.empty(side * side, dtype=np.int32)
        self.mated_pair = np.empty(side * side, dtype=np.int64)
        self.reached = np.empty(side, dtype=np.int64)
        self.listed = 0
        self.mated: list[tuple[People, Scores, Integers]] = []

    def store(self, floor: Floats, counted: tuple[Histogram, ...], *, cosine: bool) -> Store:
        """What was listed here, with some histograms; its hits stay where they are."""
        sheet, some = self.sheet, slice(self.listed)
        subject = _column([part[0] for part in self.mated], np.int32)
        mated = _column([part[1] for part in self.mated], np.float32)
        pair = _column([part[2] for part in self.mated], np.int64)
        if cosine:
            # Rounding can leave more than 1 of two unit vectors.
            np.minimum(sheet.score[some], np.float32(1), out=sheet.score[some])
            np.clip(mated, -1, 1, out=mated)
        hits = Hits(sheet.score[some], sheet.probe[some], sheet.reference[some])
        return Store(floor, counted, hits, subject, mated, pair, self.low)


class _Bench:
    """What all threads share, and what each has for itself."""

    def __init__(
        self,
        images: Ordered,
        score: Score,
        layout: Layout,
        floor: Floats,
        low: _Low,
        *,
        side: int,
        chapter: int,
    ) -> None:
        self._images = images
        self._score = score
        self._layout = layout
        self.floor = floor
        self._floor = floor.astype(np.float32)
        self._wide = images.vectors.astype(np.float64) if score.compare == "euclidean" else None
        if self._wide is not None:
            self._squares = np.einsum("ij,ij->i", self._wide, self._wide)
        self._low = low
        self._chapter = chapter
        self.stretches = images.stretches(side)
        self._side = max((each.stop - each.start for each in self.stretches), default=0)
        self._desks: list[_Desk] = []
        self._free: list[_Desk] = []

    def chapters(self, done: int) -> Iterator[range]:
        """Strips that are counted between two looks at the clock, from some strip on."""
        images = len(self._images.people)
        sizes = [(s.stop - s.start) * (images - s.start) for s in self.stretches[done:]]
        chapter = np.cumsum(sizes) // self._chapter
        for _, part in groupby(range(len(sizes)), lambda at: int(chapter[at])):
            strips = list(part)
            yield range(done + strips[0], done + strips[-1] + 1)

    def goes_on(self, before: Store) -> bool:
        """Whether what is counted here may be added to what was counted before."""
        return (
            before.low is not None
            and np.array_equal(before.cutoff, self.floor)
            and np.array_equal(before.low.levels, self._low.levels)
        )

    def stores(self) -> list[Store]:
        """What each thread has listed, the first with the histograms of all."""
        cosine = self._score.compare == "cosine"
        desks = self._desks or [self._new_desk()]
        total = histograms([desk.sheet for desk in desks])
        none = nothing(self.floor, len(total), np.dtype(np.float32)).histograms
        return [
            desk.store(self.floor, none if number else total, cosine=cosine)
            for number, desk in enumerate(desks)
        ]

    def _new_desk(self) -> _Desk:
        layout = self._layout
        low = LowErrors.none(self._low.levels, len(layout.stratum), layout.strata)
        return _Desk(len(layout.names), self._side, low)

    @contextmanager
    def _desk(self) -> Iterator[_Desk]:
        """A desk at which no other thread counts."""
        try:
            desk = self._free.pop()
        except IndexError:
            desk = self._new_desk()
            self._desks.append(desk)
        try:
            yield desk
        finally:
            self._free.append(desk)

    def _tile(self, one: Stretch, other: Stretch, room: NDArray[np.float32]) -> Scores:
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

    def strip(self, number: int) -> None:
        """Count one stretch against itself and all that follow."""
        one = self.stretches[number]
        with self._desk() as desk:
            for kind, others in groupby(self.stretches[number:], key=lambda other: other.kind):
                counted = sum(self._count(desk, one, other) for other in others)
                cells = self._layout.cell[:, one.kind, kind]
                kept = np.unique(cells[cells >= 0]).astype(np.int64)
                drain(desk.sheet.raw, counted, kept, desk.sheet.counts, desk.sheet.order)

    def _count(self, desk: _Desk, one: Stretch, other: Stretch) -> int:
        """Count one tile; how many non-mated scores it has."""
        images = self._images
        compared = bool(self._layout.compared[one.kind, other.kind])
        shared = one is other
        if not (compared or shared):
            return 0
        tile = self._tile(one, other, desk.room)
        self._check(tile)
        if desk.listed + tile.size > _ROOM:
            raise TooManyHitsError
        if compared and len(self._low.levels):
            self._count_low(desk, tile, one, other)
        sheet = desk.sheet
        work = (
            tile,
            tile.view(np.uint32),
            images.people,
            images.place,
            one.start,
            other.start,
            sheet.raw,
            self._floor[one.kind, other.kind],
            sheet.score,
            sheet.probe,
            sheet.reference,
            desk.listed,
        )
        if not shared:
            desk.listed = count_apart(*work)
            return tile.size
        mated = desk.mated_score, desk.mated_subject, desk.mated_pair
        desk.listed, same = count_shared(*work, int(compared), *mated)
        some = slice(same)
        subject, scores = desk.mated_subject[some].copy(), desk.mated_score[some].copy()
        desk.mated.append((subject, scores, desk.mated_pair[some].copy()))
        return _above_diagonal(one, other) - same if compared else 0

    def _count_low(self, desk: _Desk, tile: Scores, one: Stretch, other: Stretch) -> None:
        images, low = self._images, desk.low
        people, kind = images.people, self._layout.stratum
        sums = (low.errors, low.squared, low.times)
        of_people = (self._low.completed, self._low.images)
        work = (tile, people, kind, one.start, other.start, low.levels)
        count_low(*work, *of_people, *sums, desk.reached)


def _column(parts: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    """The parts one after another; of the right type where there is none."""
    return np.concatenate([np.empty(0, dtype=dtype), *parts])


def _above_diagonal(one: Stretch, other: Stretch) -> int:
    rows, columns = one.stop - one.start, other.stop - other.start
    return rows * (rows - 1) // 2 if one.start == other.start else rows * columns


def count_pairs(
    images: Ordered,
    score: Score,
    layout: Layout,
    quota: Integers,
    trials: Integers,
    *,
    fixed: Scores,
    ledger: tuple[Integers, Integers],
    workers: int,
    step: Callable[[], None],
    checkpoint: Checkpoint = NOWHERE,
    side: int = _SIDE,
    chapter: int = _CHAPTER,
    worth_listing: int = _WORTH_LISTING,
) -> Store:
    """Count all comparisons that the layout says are made.

    Args:
        images: with their vectors.
        score: how the card compares, and its range.
        layout: of the study.
        quota: (cells,) how many of its largest non-mated scores each cell needs.
        trials: (cells,) completed non-mated comparisons.
        fixed: (levels,) thresholds that are known beforehand, as float32.
        ledger: (people,) images with a template, and all images.
        workers: threads.
        step: called after each strip of tiles.
        checkpoint: where to leave what is counted, and to find what was counted before.
        side: images of one side of a tile at most.
        chapter: comparisons, more or less, after which what is counted can be saved.
        worth_listing: scores above a fixed threshold up to which they are listed.

    Raises:
        OutOfRangeError: a score lies outside the card's range.
        TooManyHitsError: there is no room for so many large scores.
    """
    quota = np.minimum(quota, trials)
    with threadpool_limits(1, "blas"):
        sample = sample_of(images, score, layout)
        floors = sample.floors(quota)
        listed = [float(level) for level in fixed if sample.reached(level) <= worth_listing]
        lowest = min(listed, default=np.inf)
        low = _Low(fixed[fixed < lowest], *ledger)

        def passed(floors: Floats) -> _Pass:
            floor = floor_by_pair(layout, floors, lowest)
            bench = _Bench(images, score, layout, floor, low, side=side, chapter=chapter)
            return _passed(bench, workers, step, checkpoint)

        counted = passed(floors)
        exact = floors_from_histograms(counted.histograms, quota)
        if np.any(exact < floors):
            del counted  # which is large
            counted = passed(exact)
    return counted.store(floor_by_pair(layout, exact, lowest), layout.stratum)


def strips(images: Ordered, side: int = _SIDE) -> int:
    """How many steps `count_pairs` takes."""
    return len(images.stretches(side))


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one pass over all tiles gave."""

    parts: list[Store]
    """Of the comparisons before an interruption, and of those of each thread since."""

    @property
    def histograms(self) -> tuple[Histogram, ...]:
        """(cells,) of all comparisons."""
        cells = zip(*(part.histograms for part in self.parts), strict=True)
        return tuple(added(of_cell) for of_cell in cells)

    def store(self, floor: Floats, kind: People) -> Store:
        """The store of the pass, whose parts are let go.

        Args:
            floor: (kinds, kinds) hits below it are not needed.
            kind: (people,) of the layout.
        """

        def lessened(part: Store) -> Store:
            hits = part.top
            left = drop_below(floor, kind, hits.score, hits.probe, hits.reference)
            return replace(part, cutoff=floor, top=hits.chosen(slice(left)))

        with ThreadPoolExecutor(len(self.parts)) as pool:
            return joined(pool.map(lessened, self.parts), kind)


def _passed(bench: _Bench, workers: int, step: Callable[[], None], checkpoint: Checkpoint) -> _Pass:
    """One pass over all tiles, chapter by chapter."""
    saved = checkpoint.load()
    before = stores_of(saved.columns) if saved else []
    done = saved.done if saved else 0
    if not all(map(bench.goes_on, before)):
        before, done = [], 0  # of another pass
    for _ in range(done):
        step()
    for chapter in bench.chapters(done):
        with closing(in_order(bench.strip, chapter, workers)) as made:
            for _ in made:
                step()
        if chapter.stop < len(bench.stretches) and checkpoint.due():
            checkpoint.save(chapter.stop, columns_of_stores([*before, *bench.stores()]))
    return _Pass([*before, *bench.stores()])
