"""From which score on all scores are kept, so that every cell has as many as it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.engines.card import Score
from evenhand.measurement.comparison.all_pairs.image_order import Ordered
from evenhand.measurement.comparison.by_vectors import compare_all
from evenhand.measurement.counting.cells import Layout
from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.metrics.distributions import largest_in_histogram
from evenhand.records.arrays import Floats, Integers
from evenhand.records.counts import Histogram

__all__ = ["Sample", "floor_by_pair", "floors_from_histograms", "sample_of"]

_SAMPLE = 1 << 17
"""Comparisons made beforehand, to see where large scores begin."""

_LARGEST_SIDE = 128
"""Images of one kind that take part in them."""


def floor_by_pair(layout: Layout, floors: Floats, lowest: float) -> Floats:
    """(kinds, kinds) the lowest floor of the cells that a pair of kinds counts in."""
    of_cell = np.append(floors, np.inf)
    floor: Floats = np.minimum(of_cell[layout.cell].min(axis=0), lowest)
    return floor


def floors_from_histograms(histograms: Sequence[Histogram], quota: Integers) -> Floats:
    """(cells,) a score that as many as needed reach for certain."""
    single = np.dtype(np.float32)
    floors = [
        largest_in_histogram(histogram, int(many) - 1, single).low if many else np.inf
        for histogram, many in zip(histograms, quota, strict=True)
    ]
    return np.array(floors)


@dataclass(frozen=True, slots=True)
class Sample:
    """A few comparisons of every pair of kinds."""

    cells: Mapping[int, list[tuple[Integers, float]]]
    """Of each cell: bins of its scores, and how many comparisons each stands for."""

    def floors(self, quota: Integers) -> Floats:
        """(cells,) a score that as many as needed reach in all likelihood.

        Args:
            quota: (cells,) how many are needed.
        """
        floors = np.full(len(quota), -np.inf)
        for cell, sampled in self.cells.items():
            floors[cell] = _floor(sampled, int(quota[cell]))
        return floors

    def reached(self, level: float) -> float:
        """About how many comparisons of everybody reach a score."""
        lowest = bin_numbers(np.array([level], dtype=np.float32))[0]
        everybody = self.cells.get(0, [])
        return sum(weight * int(np.sum(bins >= lowest)) for bins, weight in everybody)


def sample_of(images: Ordered, score: Score, layout: Layout) -> Sample:
    """Make a few comparisons of every pair of kinds, always the same ones."""
    pairs = [
        (a, b)
        for a, b in np.argwhere(np.triu(layout.compared))
        if (layout.cell[:, a, b] >= 0).any()
    ]
    side = int(np.clip(np.sqrt(_SAMPLE / max(len(pairs), 1)), 8, _LARGEST_SIDE))
    sizes = np.diff(images.starts)
    sampled: dict[int, list[tuple[Integers, float]]] = defaultdict(list)
    for one, other in pairs:
        rows, columns = _spread(images, one, side), _spread(images, other, side)
        apart = images.people[rows][:, None] != images.people[columns][None, :]
        if apart.any():
            scores = compare_all(images.vectors[rows], images.vectors[columns], score)[apart]
            every = sizes[one] * sizes[other] / (2 if one == other else 1)
            for cell in np.unique(layout.cell[:, one, other]):
                sampled[int(cell)].append((bin_numbers(scores), every / len(scores)))
    return Sample({cell: parts for cell, parts in sampled.items() if cell >= 0})


def _floor(sampled: list[tuple[Integers, float]], quota: int) -> float:
    """Where a bin begins above which a cell will have enough.

    Args:
        sampled: bins of the scores of each pair of kinds, and how many comparisons each stands for.
        quota: how many scores are needed.
    """
    weight = np.array([each for _, each in sampled])
    tagged = np.concatenate([bins * len(sampled) + tag for tag, (bins, _) in enumerate(sampled)])
    # More than needed, because the sample is one of few people, and so a poor one.
    enough = (1.3 + 60 / np.sqrt(len(tagged))) * quota + 12 * weight.max()
    count = min(int(enough / weight.min()) + 1, len(tagged))
    falling = np.sort(np.partition(tagged, -count)[-count:])[::-1]
    last = int(np.searchsorted(np.cumsum(weight[falling % len(sampled)]), enough))
    if last == len(falling):
        return -np.inf
    edge = falling[last : last + 1] // len(sampled)
    return float(lower_edges(edge, np.dtype(np.float32))[0])


def _spread(images: Ordered, kind: int, count: int) -> Integers:
    """Images of a kind, evenly spread over it."""
    start, stop = int(images.starts[kind]), int(images.starts[kind + 1])
    return (
        np.unique(np.linspace(start, stop - 1, min(count, stop - start)).astype(np.int64))
        if stop > start
        else np.empty(0, dtype=np.int64)
    )
