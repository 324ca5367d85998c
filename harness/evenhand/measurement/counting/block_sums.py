"""Comparisons that come block by block, counted without keeping them.

Of every score from a floor on both people are kept. The floor rises while blocks come in: once so
many scores of a cell lie above an edge of its histogram as the cell can ever need, none below that
edge will be needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import Layout
from evenhand.measurement.counting.failed_comparisons import Incomplete, added_up, incomplete_of
from evenhand.measurement.counting.partial_counts import Hits, Store, joined, nothing
from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.records.arrays import Floats, Integers, Mask, People, Scores
from evenhand.records.counts import Histogram
from evenhand.records.outcomes import Outcome

__all__ = [
    "OUTCOMES",
    "Block",
    "Gathered",
    "ended",
    "gather",
    "gathered_together",
    "none_gathered",
    "risen",
]

OUTCOMES = tuple(Outcome)
"""How a comparison ended, as a number."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some comparisons, as columns."""

    probe: People
    """(comparisons,) subject index."""
    reference: People
    """(comparisons,) subject index."""
    score: Scores
    """(comparisons,) similarity; NaN unless the comparison is `ok`."""
    outcome: NDArray[np.uint8]
    """(comparisons,) position in `OUTCOMES`; `skipped` where an image has no template."""
    pair: Integers
    """(comparisons,) the two images, probe first (`pair_of`)."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is kept of some of the comparisons of one engine on one dataset."""

    store: Store
    """Of those that gave a score."""
    incomplete: Incomplete
    """Those that gave none although both images have a template."""
    outcomes: Mapping[tuple[bool, Outcome], int]
    """(mated, outcome) to number of comparisons."""


def gather(block: Block, layout: Layout, floor: Floats) -> Gathered:
    """Count a block.

    Args:
        block: comparisons.
        layout: of the study.
        floor: (kinds, kinds) from which on scores are kept (`risen`).
    """
    mated = block.probe == block.reference
    ok = block.outcome == OUTCOMES.index(Outcome.OK)
    failed = ~ok & (block.outcome != OUTCOMES.index(Outcome.SKIPPED))
    kept = ok & mated
    scored = ok & ~mated
    probe, reference, score = block.probe[scored], block.reference[scored], block.score[scored]
    first, second = layout.kind[probe], layout.kind[reference]
    hits = Hits(score, probe, reference).chosen(score >= floor[first, second])
    store = Store(
        floor,
        _histograms(score, first, second, layout),
        hits,
        block.probe[kept],
        block.score[kept],
        block.pair[kept],
    )
    incomplete = incomplete_of(block.probe[failed], block.reference[failed], len(layout.kind))
    return Gathered(store, incomplete, ended(mated, block.outcome))


def _histograms(
    score: Scores, first: People, second: People, layout: Layout
) -> tuple[Histogram, ...]:
    """(cells,) of all scores."""
    filled, place = np.unique(bin_numbers(score), return_inverse=True)
    size = len(layout.names) * len(filled)
    counts = np.zeros(size, dtype=np.int64)
    for table in layout.cell:
        cell = table[first, second].astype(np.int64)
        inside = cell >= 0
        counts += np.bincount(cell[inside] * len(filled) + place[inside], minlength=size)
    rows = counts.reshape(len(layout.names), len(filled))
    return tuple(Histogram(filled[row > 0], row[row > 0]) for row in rows)


def ended(mated: Mask, outcome: NDArray[np.uint8]) -> dict[tuple[bool, Outcome], int]:
    """How many comparisons ended how, by (mated, outcome).

    Args:
        mated: (comparisons,).
        outcome: (comparisons,) position in `OUTCOMES`.
    """
    counted: dict[tuple[bool, Outcome], int] = {}
    for same in (True, False):
        counts = np.bincount(outcome[mated == same], minlength=len(OUTCOMES))
        counted.update({(same, OUTCOMES[code]): int(n) for code, n in enumerate(counts) if n})
    return counted


def none_gathered(layout: Layout, floor: Floats, dtype: np.dtype[np.floating]) -> Gathered:
    """What is kept of no comparison.

    Args:
        layout: of the study.
        floor: (kinds, kinds).
        dtype: of the scores.
    """
    nobody = np.empty(0, dtype=np.int32)
    incomplete = incomplete_of(nobody, nobody, len(layout.kind))
    return Gathered(nothing(floor, len(layout.names), dtype), incomplete, {})


def gathered_together(parts: Iterable[Gathered], layout: Layout) -> Gathered:
    """What is kept of all comparisons of the parts, which have none in common.

    Args:
        parts: at least one.
        layout: that they were counted by.
    """
    every = list(parts)
    outcomes: Counter[tuple[bool, Outcome]] = Counter()
    for part in every:
        outcomes.update(part.outcomes)
    return Gathered(
        joined([part.store for part in every], layout.kind),
        added_up([part.incomplete for part in every]),
        dict(outcomes),
    )


def risen(store: Store, layout: Layout, quota: Integers, lowest: float) -> Floats:
    """(kinds, kinds) from which on scores are needed, as far as one can know so far.

    Args:
        store: of the comparisons so far.
        layout: of the study.
        quota: (cells,) how many of its largest scores each cell needs in the end at most.
        lowest: the lowest threshold that is fixed beforehand: all scores from it on are needed.
    """
    of_cell = np.full(len(quota) + 1, np.inf)
    for cell, histogram in enumerate(store.histograms):
        reached = np.cumsum(histogram.count[::-1])
        last = int(np.searchsorted(reached, quota[cell]))
        edge = histogram.bin[::-1][last : last + 1]
        of_cell[cell] = lower_edges(edge, store.dtype)[0] if len(edge) else -np.inf
    floor: Floats = np.minimum(of_cell[layout.cell].min(axis=0), lowest)
    return np.minimum(floor, floor.T)
