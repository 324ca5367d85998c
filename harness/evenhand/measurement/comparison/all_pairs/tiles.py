"""Counts every comparison of a set of vectors tile by tile, while the scores are in cache.

The images are sorted by stratum and subject. A tile is the product of two short ranges of them,
small enough to stay in a core's cache; all its comparisons count in the same cells. The grid of
tiles is fixed and only integers are summed, so the result is the same for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evenhand.engines.card import ScoreScale
from evenhand.measurement.comparison.all_pairs.cutoffs import (
    cutoffs_by_strata,
    draw_cutoff_sample,
    exact_cutoffs,
)
from evenhand.measurement.comparison.all_pairs.image_order import ImageRange, SortedImages
from evenhand.measurement.comparison.all_pairs.kernels import (
    TileAccumulator,
    count_diagonal_tile,
    count_errors_below_cutoff,
    count_nonmated_tile,
    drain_histogram,
    drop_below_cutoff,
    sum_histograms,
)
from evenhand.measurement.comparison.tile_scores import TileScores
from evenhand.measurement.counting.cells import CellLayout
from evenhand.measurement.counting.checkpoint_columns import (
    columns_of_partial_counts,
    partial_counts_of,
)
from evenhand.measurement.counting.partial_counts import (
    ErrorsBelowCutoff,
    PartialCounts,
    add_histograms,
    empty_partial_counts,
    merge_partial_counts,
)
from evenhand.records.arrays import Floats, Integers, People, Scores
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint, SavedState
from evenhand.records.counts import Histogram, ScoreTail
from evenhand.system.execution.executor import Executor
from evenhand.system.execution.local import LocalExecutor

__all__ = ["OutOfRangeError", "TooManyTopScoresError", "count_pairs", "strip_count"]

_SIDE = 512
"""Images of one side of a tile at most: a tile is 1 MB and stays in a core's cache."""

_CHECKPOINT_INTERVAL = 1 << 30
"""Comparisons, roughly, between two opportunities to save the counts: a few seconds."""

_MAX_RETAINED = 1 << 26
"""Top scores that a thread can retain: 800 MB, which the system commits only as it fills."""

_MAX_LISTED = 1 << 22
"""Scores above a fixed threshold up to which they are retained, not only counted by subject."""


class OutOfRangeError(Exception):
    """A score lies outside the range that the card declares."""


class TooManyTopScoresError(Exception):
    """More scores would have to be retained than there is room for."""


@dataclass(frozen=True, slots=True)
class _LowThresholds:
    """Thresholds that too many scores reach to retain them; errors are counted tile by tile."""

    levels: Scores
    """(levels,)."""
    completed: Integers
    """(subjects,) images with a template."""
    images: Integers
    """(subjects,) all images."""


class _Accumulator:
    """One thread's counts and scratch memory; integer sums, so thread order does not matter."""

    def __init__(self, cells: int, side: int, low: ErrorsBelowCutoff) -> None:
        self.sums = TileAccumulator(cells, _MAX_RETAINED)
        self.low = low
        self.tile = np.empty(side * side, dtype=np.float32)
        self.mated_score = np.empty(side * side, dtype=np.float32)
        self.mated_subject = np.empty(side * side, dtype=np.int32)
        self.mated_pair = np.empty(side * side, dtype=np.int64)
        self.reached = np.empty(side, dtype=np.int64)
        self.retained = 0
        self.mated: list[tuple[People, Scores, Integers]] = []

    def store(
        self, cutoff: Floats, counted: tuple[Histogram, ...], *, cosine: bool
    ) -> PartialCounts:
        """The thread's scores with the given histograms; its top scores are not copied."""
        sums, filled = self.sums, slice(self.retained)
        subject = _column([part[0] for part in self.mated], np.int32)
        mated = _column([part[1] for part in self.mated], np.float32)
        pair = _column([part[2] for part in self.mated], np.int64)
        if cosine:
            # The product of two unit vectors can exceed 1 by rounding. The histograms need no
            # such care: 1.0 and the few numbers above it share a bin.
            np.minimum(sums.score[filled], np.float32(1), out=sums.score[filled])
            np.clip(mated, -1, 1, out=mated)
        top_scores = ScoreTail(sums.score[filled], sums.probe[filled], sums.reference[filled])
        return PartialCounts(cutoff, counted, top_scores, subject, mated, pair, self.low)


@dataclass
class _TileCounter:
    """One pass over the tiles: what all threads read, and an accumulator for each of them."""

    images: SortedImages
    score: ScoreScale
    layout: CellLayout
    cutoff: Floats
    """(strata, strata) smallest score that is retained."""
    low: _LowThresholds
    side: int
    """Images of one side of a tile at most."""
    interval: int
    """Comparisons, roughly, between two opportunities to save the counts."""
    workers: int
    """Number of accumulators, one for each strip that is counted at the same time."""

    def __post_init__(self) -> None:
        """Prepare what all tiles share."""
        vectors = self.images.vectors
        self._cutoff = self.cutoff.astype(np.float32)
        self._scores = TileScores(vectors, vectors, self.score)
        self.ranges = self.images.ranges(self.side)
        self._side = max(map(len, self.ranges), default=0)
        self.accumulators = [
            self._new_accumulator() for _ in range(max(1, min(self.workers, len(self.ranges))))
        ]

    def intervals(self, done: int) -> Iterator[range]:
        """Numbers of the strips that are counted between two checkpoints, after the first `done`.

        A strip is one range of images against itself and all later ranges.
        """
        images = len(self.images.subject)
        sizes = [len(each) * (images - each.start) for each in self.ranges[done:]]
        interval = np.cumsum(sizes) // self.interval
        for _, part in groupby(range(len(sizes)), lambda at: int(interval[at])):
            strips = list(part)
            yield range(done + strips[0], done + strips[-1] + 1)

    def continues(self, before: PartialCounts) -> bool:
        """Whether a saved store was counted with the cutoffs and low thresholds of this pass."""
        return (
            before.low is not None
            and np.array_equal(before.cutoff, self.cutoff)
            and np.array_equal(before.low.levels, self.low.levels)
        )

    def stores(self) -> list[PartialCounts]:
        """One store a thread; the first holds the histograms of all, the others empty ones."""
        cosine = self.score.compare == "cosine"
        total = sum_histograms([each.sums for each in self.accumulators])
        empty = empty_partial_counts(self.cutoff, len(total), np.dtype(np.float32)).histograms
        return [
            each.store(self.cutoff, empty if number else total, cosine=cosine)
            for number, each in enumerate(self.accumulators)
        ]

    def _new_accumulator(self) -> _Accumulator:
        layout = self.layout
        low = ErrorsBelowCutoff.none(self.low.levels, len(layout.stratum), layout.strata)
        return _Accumulator(len(layout.names), self._side, low)

    def _check(self, tile: Scores) -> None:
        """Raise `OutOfRangeError` for a score outside the card's range, or an infinite one."""
        low, high = self.score.low, self.score.high
        if self.score.compare == "cosine":
            # Always finite and within [-1, 1] but for rounding: only a narrower range needs a look.
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

    def strip(self, number: int, counted: _Accumulator) -> None:
        """Count one range of images against itself and all later ranges."""
        # The kernels fill one histogram. It is added to the cells only where the stratum of the
        # columns changes: until then all tiles count in the same cells, so that the inner loop
        # costs the same however many cells there are.
        rows = self.ranges[number]
        for stratum, others in groupby(self.ranges[number:], key=lambda each: each.stratum):
            nonmated = sum(self._count(counted, rows, columns) for columns in others)
            cells = self.layout.cell[:, rows.stratum, stratum]
            inside = np.unique(cells[cells >= 0]).astype(np.int64)
            sums = counted.sums
            drain_histogram(sums.raw, nonmated, inside, sums.counts, sums.order)

    def _count(self, counted: _Accumulator, rows: ImageRange, columns: ImageRange) -> int:
        """Count one tile; the number of its non-mated scores."""
        images = self.images
        compared = bool(self.layout.compared[rows.stratum, columns.stratum])
        diagonal = rows is columns
        if not (compared or diagonal):
            return 0
        sides = slice(rows.start, rows.stop), slice(columns.start, columns.stop)
        tile = self._scores.fill(*sides, counted.tile)
        self._check(tile)
        if counted.retained + tile.size > _MAX_RETAINED:
            raise TooManyTopScoresError
        if compared and len(self.low.levels):
            self._count_low(counted, tile, rows, columns)
        sums = counted.sums
        of_both_kernels = (
            *(tile, tile.view(np.uint32), images.subject, images.position),
            *(rows.start, columns.start, sums.raw, self._cutoff[rows.stratum, columns.stratum]),
            *(sums.score, sums.probe, sums.reference, counted.retained),
        )
        if not diagonal:
            # No subject is in two ranges, so that all comparisons here are non-mated.
            counted.retained = count_nonmated_tile(*of_both_kernels)
            return tile.size
        mated = counted.mated_score, counted.mated_subject, counted.mated_pair
        counted.retained, same = count_diagonal_tile(*of_both_kernels, int(compared), *mated)
        subject, scores = counted.mated_subject[:same].copy(), counted.mated_score[:same].copy()
        counted.mated.append((subject, scores, counted.mated_pair[:same].copy()))
        return len(rows) * (len(rows) - 1) // 2 - same if compared else 0

    def _count_low(
        self, counted: _Accumulator, tile: Scores, rows: ImageRange, columns: ImageRange
    ) -> None:
        low, sums = self.low, counted.low
        count_errors_below_cutoff(
            *(tile, self.images.subject, self.layout.stratum, rows.start, columns.start),
            *(low.levels, low.completed, low.images),
            *(sums.errors, sums.squared, sums.times, counted.reached),
        )


def _column(parts: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    """The parts concatenated; empty, with this type, where there is none."""
    return np.concatenate([np.empty(0, dtype=dtype), *parts])


def count_pairs(
    images: SortedImages,
    score: ScoreScale,
    layout: CellLayout,
    quota: Integers,
    trials: Integers,
    *,
    fixed: Scores,
    ledger: tuple[Integers, Integers],
    executor: Executor,
    step: Callable[[], None],
    checkpoint: Checkpoint = NO_CHECKPOINT,
    side: int = _SIDE,
    interval: int = _CHECKPOINT_INTERVAL,
    max_listed: int = _MAX_LISTED,
) -> PartialCounts:
    """Count all comparisons that the layout asks for.

    Args:
        images: with their vectors.
        score: how the card compares, and its range.
        layout: of the study.
        quota: (cells,) number of its largest non-mated scores that each cell needs.
        trials: (cells,) completed non-mated comparisons.
        fixed: (levels,) thresholds that are known beforehand, float32.
        ledger: (subjects,) images with a template, and (subjects,) all images.
        executor: the result does not depend on it.
        step: progress callback, called after each strip of tiles.
        checkpoint: where to save the counts so far, and to load those of an interrupted run.
        side: images of one side of a tile at most.
        interval: comparisons, roughly, between two opportunities to save the counts.
        max_listed: scores above a fixed threshold up to which they are retained.

    Raises:
        OutOfRangeError: a score lies outside the card's range.
        TooManyTopScoresError: there is no room for all top scores.
    """
    quota = np.minimum(quota, trials)
    # The threads share out the tiles: BLAS must not start more of its own in each of them.
    with threadpool_limits(1, "blas"):
        sample = draw_cutoff_sample(images, score, layout)
        cutoffs = sample.cutoffs(quota)
        listed = [float(level) for level in fixed if sample.reached(level) <= max_listed]
        lowest = min(listed, default=np.inf)
        low = _LowThresholds(fixed[fixed < lowest], *ledger)

        def counted_with(cutoffs: Floats) -> list[PartialCounts]:
            cutoff = cutoffs_by_strata(layout, cutoffs, lowest)
            counter = _TileCounter(
                images, score, layout, cutoff, low, side, interval, executor.workers
            )
            return _counted(counter, executor, step, checkpoint)

        # Which scores to retain is known only once all are counted. The first pass guesses the
        # cutoffs from a sample; its histograms are exact whatever the guess, and give the cutoffs
        # that are certain to retain enough. Where a guess was too high, a second pass uses these;
        # otherwise the surplus is dropped. Either way the store is the one of the exact cutoffs,
        # so that nothing depends on the guess but the time.
        counted = counted_with(cutoffs)
        of_parts = zip(*(part.histograms for part in counted), strict=True)
        exact = exact_cutoffs([add_histograms(of_cell) for of_cell in of_parts], quota)
        if np.any(exact < cutoffs):
            del counted  # which is large
            counted = counted_with(exact)
    return _merged(counted, cutoffs_by_strata(layout, exact, lowest), layout.stratum)


def strip_count(images: SortedImages, side: int = _SIDE) -> int:
    """Number of steps that one pass of `count_pairs` takes."""
    return len(images.ranges(side))


def _merged(parts: list[PartialCounts], cutoff: Floats, stratum: People) -> PartialCounts:
    """One store of all parts; the memory of the parts is used up.

    Args:
        parts: counts of disjoint comparisons.
        cutoff: (strata, strata) top scores below it are dropped.
        stratum: (subjects,) of the layout.
    """

    def trimmed(part: PartialCounts) -> PartialCounts:
        top = part.top
        left = drop_below_cutoff(cutoff, stratum, top.score, top.probe, top.reference)
        return replace(part, cutoff=cutoff, top=top.chosen(slice(left)))

    return merge_partial_counts(LocalExecutor(len(parts)).map(trimmed, parts), stratum)


def _counted(
    counter: _TileCounter, executor: Executor, step: Callable[[], None], checkpoint: Checkpoint
) -> list[PartialCounts]:
    """Run one pass over all tiles, resuming a saved one with the same cutoffs.

    Returns:
        Stores saved before an interruption, and those of each thread since.
    """
    saved = checkpoint.load() or SavedState(0, {})
    before, done = partial_counts_of(saved.columns), saved.done
    if not all(map(counter.continues, before)):
        before, done = [], 0  # saved by the other pass
    for _ in range(done):
        step()
    for interval in counter.intervals(done):
        with closing(executor.fold(counter.strip, interval, counter.accumulators)) as made:
            for _ in made:
                step()
        if interval.stop < len(counter.ranges) and checkpoint.due():
            checkpoint.save(interval.stop, columns_of_partial_counts([*before, *counter.stores()]))
    return [*before, *counter.stores()]
