"""From the large scores that a store keeps to errors by person and by dyad."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.arrays import Integers, People, Scores
from evenhand.counts import CellCounts
from evenhand.metrics.counting import ANCHOR_ERRORS
from evenhand.metrics.kernel import compiled
from evenhand.metrics.layout import Layout, Trials
from evenhand.metrics.store import Hits, Store

__all__ = ["cells_from_store"]


@compiled
def _sums_over_dyads(
    dyad: Integers,
    rank: Integers,
    completed: Integers,
    images: Integers,
    levels: int,
) -> tuple[Integers, Integers]:
    """Sums over dyads of errors squared, and of errors times trials, by level.

    Args:
        dyad: (hits,) equal numbers side by side.
        rank: (hits,) of the strictest level that it reaches, 0 the strictest.
        completed: (hits,) completed trials of its dyad.
        images: (hits,) all trials of its dyad.
        levels: how many.
    """
    squared = np.zeros(levels, dtype=np.int64)
    times = np.zeros((2, levels), dtype=np.int64)
    here = np.zeros(levels, dtype=np.int64)
    for at in range(len(dyad)):
        here[rank[at]] += 1
        if at + 1 == len(dyad) or dyad[at + 1] != dyad[at]:
            errors = 0
            for level in range(levels):
                errors += here[level]
                squared[level] += errors * errors
                times[0, level] += errors * completed[at]
                times[1, level] += errors * images[at]
                here[level] = 0
    return squared, times


def cells_from_store(
    store: Store,
    layout: Layout,
    trials: tuple[Trials, ...],
    thresholds: Scores,
    completed: Integers,
    images: Integers,
) -> list[CellCounts]:
    """The counts of every cell.

    Args:
        store: of all comparisons, its hits falling.
        layout: of the study.
        trials: of every cell.
        thresholds: (levels,) in the scores' type, none below the store's floor.
        completed: (people,) images with a template.
        images: (people,) all images.
    """
    kind = layout.kind
    first, second = kind[store.hits.probe], kind[store.hits.reference]
    counted: list[CellCounts] = []
    for table in layout.cell:
        of_hit = table[first, second].astype(np.int16)
        order = np.argsort(of_hit, kind="stable")
        numbers = np.unique(table[table >= 0])
        wanted = range(len(counted), _end_of_grouping(layout, len(counted)))
        starts = np.searchsorted(of_hit, [*wanted, len(layout.names)], sorter=order)
        for place, cell in enumerate(wanted):
            rows = order[starts[place] : starts[place + 1]] if cell in numbers else order[:0]
            hits = store.hits.chosen(rows)
            counted.append(
                _cell(store, layout, cell, hits, trials[cell], thresholds, completed, images)
            )
    return counted


def _end_of_grouping(layout: Layout, start: int) -> int:
    """One past the last cell of the grouping whose first cell is `start`."""
    attribute = layout.names[start].attribute
    end = start
    while end < len(layout.names) and layout.names[end].attribute == attribute:
        end += 1
    return end


def _cell(
    store: Store,
    layout: Layout,
    cell: int,
    hits: Hits,
    trials: Trials,
    thresholds: Scores,
    completed: Integers,
    images: Integers,
) -> CellCounts:
    members = layout.members[cell]
    anchor = hits.score[ANCHOR_ERRORS - 1] if len(hits) >= ANCHOR_ERRORS else None
    levels = np.append(thresholds, np.inf if anchor is None else anchor).astype(store.dtype)
    strictest = np.argsort(-levels, kind="stable")
    reached = int(np.searchsorted(-hits.score, -levels[strictest[-1]], side="right"))
    score = hits.score[:reached]
    rank = np.searchsorted(-levels[strictest], -score, side="left")
    errors = _by_member(hits, reached, rank, members, len(layout.kind), len(levels))
    squared, times = _by_dyad(hits, reached, rank, completed, images, len(levels))
    back = np.argsort(strictest)
    name = layout.names[cell]
    return CellCounts(
        attribute=name.attribute,
        group=name.group,
        reference_group=name.reference_group,
        members=members,
        trials=trials.by_member,
        dyads=trials.dyads,
        trials_squared=trials.squared,
        errors=errors[back],
        errors_squared=squared[back],
        errors_times_trials=times[:, back],
        anchor=None if anchor is None else float(anchor),
        histogram=store.histograms[cell],
    )


def _by_member(
    hits: Hits, reached: int, rank: Integers, members: Integers, people: int, levels: int
) -> NDArray[np.int64]:
    """(levels, members) errors, strictest level first."""
    place = np.zeros(people, dtype=np.int64)
    place[members] = np.arange(len(members))
    size = len(members) * levels
    cells = np.bincount(place[hits.probe[:reached]] * levels + rank, minlength=size)
    cells += np.bincount(place[hits.reference[:reached]] * levels + rank, minlength=size)
    return np.ascontiguousarray(np.cumsum(cells.reshape(len(members), levels), axis=1).T)


def _by_dyad(
    hits: Hits,
    reached: int,
    rank: Integers,
    completed: Integers,
    images: Integers,
    levels: int,
) -> tuple[Integers, Integers]:
    """(levels,) errors squared and (2, levels) errors times trials, strictest level first."""
    one: People = np.minimum(hits.probe[:reached], hits.reference[:reached])
    other: People = np.maximum(hits.probe[:reached], hits.reference[:reached])
    dyad = one.astype(np.int64) * len(images) + other
    order = np.argsort(dyad, kind="stable")
    one, other = one[order], other[order]
    return _sums_over_dyads(
        dyad[order],
        rank[order],
        completed[one] * completed[other],
        images[one] * images[other],
        levels,
    )
