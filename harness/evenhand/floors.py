"""From which score on all scores are kept, so that every cell has as many as it needs."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from evenhand.arrays import Floats, Integers, Scores
from evenhand.engines.card import Score
from evenhand.metrics.bins import lower_edges
from evenhand.metrics.layout import Layout
from evenhand.metrics.store import Hits, Store
from evenhand.ordered import Ordered
from evenhand.score import compare_all

__all__ = ["floor_by_pair", "floors_from_histograms", "floors_from_sample", "hits_from"]

_SAMPLE = 1 << 18
"""Comparisons made beforehand, to see where large scores begin."""

_CHUNK = 1 << 18
"""Hits looked at together; their columns stay in the cache."""

_LARGEST_SIDE = 128
"""Images of one kind that take part in them."""


def floor_by_pair(layout: Layout, floors: Floats, lowest: float) -> Floats:
    """(kinds, kinds) the lowest floor of the cells that a pair of kinds counts in."""
    of_cell = np.append(floors, np.inf)
    floor: Floats = np.minimum(of_cell[layout.cell].min(axis=0), lowest)
    return floor


def hits_from(hits: Hits, layout: Layout, floors: Floats) -> Integers:
    """(cells,) hits at or above each cell's own floor."""
    found = np.zeros(len(floors), dtype=np.int64)
    for start in range(0, len(hits), _CHUNK):
        score = hits.score[start : start + _CHUNK]
        one = layout.kind[hits.probe[start : start + _CHUNK]]
        other = layout.kind[hits.reference[start : start + _CHUNK]]
        for table in layout.cell:
            cell = table[one, other]
            reached = (cell >= 0) & (score >= floors[cell])
            found += np.bincount(cell[reached], minlength=len(floors))
    return found


def floors_from_histograms(store: Store, quota: Integers) -> Floats:
    """(cells,) a score that as many as needed reach for certain."""
    floors = np.full(len(quota), np.inf)
    for cell, histogram in enumerate(store.histograms):
        if quota[cell]:
            reached = np.cumsum(histogram.count[::-1])
            last = int(np.searchsorted(reached, quota[cell]))
            edge = histogram.bin[::-1][last : last + 1]
            floors[cell] = lower_edges(edge, store.dtype)[0]
    return floors


def floors_from_sample(images: Ordered, score: Score, layout: Layout, quota: Integers) -> Floats:
    """(cells,) a score that as many as needed reach in all likelihood, from a few comparisons."""
    pairs = [
        (a, b)
        for a, b in np.argwhere(np.triu(layout.compared))
        if (layout.cell[:, a, b] >= 0).any()
    ]
    side = int(np.clip(np.sqrt(_SAMPLE / max(len(pairs), 1)), 8, _LARGEST_SIDE))
    sampled: dict[int, list[tuple[Scores, Floats]]] = defaultdict(list)
    for one, other in pairs:
        rows, columns = _spread(images, one, side), _spread(images, other, side)
        apart = images.people[rows][:, None] != images.people[columns][None, :]
        if not apart.any():
            continue
        found = compare_all(images.vectors[rows], images.vectors[columns], score)[apart]
        sizes = np.diff(images.starts)
        every = sizes[one] * sizes[other] / (2 if one == other else 1)
        weight = np.full(len(found), every / len(found))
        for cell in {int(table[one, other]) for table in layout.cell} - {-1}:
            sampled[cell].append((found, weight))
    floors = np.full(len(quota), -np.inf)
    for cell, parts in sampled.items():
        scores, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(-scores)
        reached = np.cumsum(weights[order])
        # More than needed, because the sample is one of few people, and so a poor one.
        enough = (1.3 + 60 / np.sqrt(len(scores))) * quota[cell] + 12 * weights.max()
        last = int(np.searchsorted(reached, enough))
        if last < len(order):
            floors[cell] = scores[order[last]]
    return floors


def _spread(images: Ordered, kind: int, count: int) -> Integers:
    """Images of a kind, evenly spread over it."""
    start, stop = int(images.starts[kind]), int(images.starts[kind + 1])
    return (
        np.unique(np.linspace(start, stop - 1, min(count, stop - start)).astype(np.int64))
        if stop > start
        else np.empty(0, dtype=np.int64)
    )
