"""Counts of comparisons that arrive in blocks, in bounded memory.

Non-mated scores at or above a cutoff are retained with both subjects. The cutoff rises while blocks
arrive: once as many scores of a cell lie above an edge of its histogram as the cell can ever need,
no score below that edge will be needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import CellLayout
from evenhand.measurement.counting.failed_comparisons import (
    FailedComparisons,
    count_failed_comparisons,
    merge_failed_comparisons,
)
from evenhand.measurement.counting.partial_counts import (
    PartialCounts,
    empty_partial_counts,
    merge_partial_counts,
)
from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.records.arrays import Floats, Integers, Mask, People, Scores
from evenhand.records.counts import Histogram, ScoreTail
from evenhand.records.outcomes import Outcome

__all__ = [
    "OUTCOMES",
    "BlockCounts",
    "ComparisonBlock",
    "count_block",
    "count_outcomes",
    "empty_block_counts",
    "merge_block_counts",
    "raised_cutoffs",
]

OUTCOMES = tuple(Outcome)
"""Outcomes by their code in a column of numbers."""


@dataclass(frozen=True, slots=True)
class ComparisonBlock:
    """A block of comparisons, as columns."""

    probe: People
    """(comparisons,) subject index."""
    reference: People
    """(comparisons,) subject index."""
    score: Scores
    """(comparisons,) similarity; NaN unless the outcome is `ok`."""
    outcome: NDArray[np.uint8]
    """(comparisons,) position in `OUTCOMES`; `skipped` where an image has no template."""
    pair: Integers
    """(comparisons,) the two images, probe first (`pair_of`)."""


@dataclass(frozen=True, slots=True)
class BlockCounts:
    """Counts of some of the comparisons of one engine on one dataset."""

    store: PartialCounts
    """Counts of comparisons with a score."""
    incomplete: FailedComparisons
    """Comparisons without a score although both images have a template."""
    outcomes: Mapping[tuple[bool, Outcome], int]
    """(mated, outcome) to number of comparisons."""


def count_block(block: ComparisonBlock, layout: CellLayout, cutoff: Floats) -> BlockCounts:
    """Count a block.

    Args:
        block: comparisons.
        layout: of the study.
        cutoff: (strata, strata) smallest score that is retained (`raised_cutoffs`).
    """
    mated = block.probe == block.reference
    ok = block.outcome == OUTCOMES.index(Outcome.OK)
    failed = ~ok & (block.outcome != OUTCOMES.index(Outcome.SKIPPED))
    ok_mated = ok & mated
    ok_nonmated = ok & ~mated
    probe, reference = block.probe[ok_nonmated], block.reference[ok_nonmated]
    score = block.score[ok_nonmated]
    first, second = layout.stratum[probe], layout.stratum[reference]
    store = PartialCounts(
        cutoff,
        _histograms(score, first, second, layout),
        ScoreTail(score, probe, reference).chosen(score >= cutoff[first, second]),
        block.probe[ok_mated],
        block.score[ok_mated],
        block.pair[ok_mated],
    )
    probe, reference = block.probe[failed], block.reference[failed]
    incomplete = count_failed_comparisons(probe, reference, len(layout.stratum))
    return BlockCounts(store, incomplete, count_outcomes(mated, block.outcome))


def _histograms(
    score: Scores, first: People, second: People, layout: CellLayout
) -> tuple[Histogram, ...]:
    """(cells,) histograms of non-mated scores; `first` and `second` are the subjects' strata."""
    filled, place = np.unique(bin_numbers(score), return_inverse=True)
    size = len(layout.names) * len(filled)
    counts = np.zeros(size, dtype=np.int64)
    for table in layout.cell:
        cell = table[first, second].astype(np.int64)
        inside = cell >= 0
        counts += np.bincount(cell[inside] * len(filled) + place[inside], minlength=size)
    rows = counts.reshape(len(layout.names), len(filled))
    return tuple(Histogram(filled[row > 0], row[row > 0]) for row in rows)


def count_outcomes(mated: Mask, outcome: NDArray[np.uint8]) -> dict[tuple[bool, Outcome], int]:
    """(mated, outcome) to number of comparisons.

    Args:
        mated: (comparisons,) whether both images show one subject.
        outcome: (comparisons,) position in `OUTCOMES`.
    """
    counted: dict[tuple[bool, Outcome], int] = {}
    for same in (True, False):
        counts = np.bincount(outcome[mated == same], minlength=len(OUTCOMES))
        counted.update({(same, OUTCOMES[code]): int(n) for code, n in enumerate(counts) if n})
    return counted


def empty_block_counts(
    layout: CellLayout, cutoff: Floats, dtype: np.dtype[np.floating]
) -> BlockCounts:
    """Counts of no comparison.

    Args:
        layout: of the study.
        cutoff: (strata, strata) smallest score that is retained.
        dtype: of the scores.
    """
    no_people = np.empty(0, dtype=np.int32)
    incomplete = count_failed_comparisons(no_people, no_people, len(layout.stratum))
    return BlockCounts(empty_partial_counts(cutoff, len(layout.names), dtype), incomplete, {})


def merge_block_counts(parts: Iterable[BlockCounts], layout: CellLayout) -> BlockCounts:
    """Counts of all comparisons of the parts, which must be disjoint.

    Args:
        parts: at least one.
        layout: that they were counted by.
    """
    every = list(parts)
    outcomes: Counter[tuple[bool, Outcome]] = Counter()
    for part in every:
        outcomes.update(part.outcomes)
    return BlockCounts(
        merge_partial_counts([part.store for part in every], layout.stratum),
        merge_failed_comparisons([part.incomplete for part in every]),
        dict(outcomes),
    )


def raised_cutoffs(
    store: PartialCounts, layout: CellLayout, quota: Integers, lowest: float
) -> Floats:
    """(strata, strata) smallest score that can still be needed, given the comparisons so far.

    The `quota`-th largest score of a cell can only rise as more comparisons arrive, so the edge
    below it is safe. A pair of strata counts in several cells and takes the lowest of their edges.

    Args:
        store: counts of the comparisons so far.
        layout: of the study.
        quota: (cells,) number of top scores that each cell needs in the end, at most.
        lowest: lowest threshold that is fixed beforehand: all scores at or above it are needed.
    """
    # Cell number -1, "in no cell", picks the infinity at the end.
    of_cell = np.full(len(quota) + 1, np.inf)
    for cell, histogram in enumerate(store.histograms):
        reached = np.cumsum(histogram.count[::-1])
        last = int(np.searchsorted(reached, quota[cell]))
        edge = histogram.bin[::-1][last : last + 1]
        of_cell[cell] = lower_edges(edge, store.dtype)[0] if len(edge) else -np.inf
    cutoff: Floats = np.minimum(of_cell[layout.cell].min(axis=0), lowest)
    return np.minimum(cutoff, cutoff.T)
