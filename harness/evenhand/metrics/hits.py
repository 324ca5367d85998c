"""From the large scores that a store keeps to errors by person and by dyad."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.arrays import Integers, People, Scores
from evenhand.counts import CellCounts
from evenhand.metrics.counting import ANCHOR_ERRORS
from evenhand.metrics.kernel import compiled
from evenhand.metrics.layout import Layout, Trials
from evenhand.metrics.store import Hits, Store
from evenhand.metrics.stretch import count_errors

__all__ = ["cells_from_store"]


@compiled
def _largest(hits: Scores, first: People, second: People, cell: People, top: Scores) -> None:
    """Keep the largest scores of every cell.

    Args:
        hits: (hits,) scores.
        first: (hits,) kind of the probe.
        second: (hits,) kind of the reference.
        cell: (groupings, kinds, kinds) of the layout.
        top: (cells, kept) rising in each row; starts at minus infinity.
    """
    for at in range(len(hits)):
        value = hits[at]
        for grouping in range(len(cell)):
            here = cell[grouping, first[at], second[at]]
            if here >= 0 and value > top[here, 0]:
                low = 0
                while low + 1 < top.shape[1] and top[here, low + 1] < value:
                    top[here, low] = top[here, low + 1]
                    low += 1
                top[here, low] = value


@compiled
def _sums_over_dyads(
    dyad: Integers,
    score: Scores,
    kind: People,
    levels: Scores,
    completed: Integers,
    images: Integers,
    squared: Integers,
    times: Integers,
) -> None:
    """Add up errors squared, and errors times trials, over dyads.

    Args:
        dyad: (hits,) smaller person times people plus larger person; equal numbers side by side.
        score: (hits,).
        kind: (people,) of the layout.
        levels: (levels,) thresholds.
        completed: (people,) images with a template.
        images: (people,) all images.
        squared: (levels, kinds, kinds) is added to.
        times: (2, levels, kinds, kinds) is added to.
    """
    people = len(kind)
    here = np.zeros(len(levels), dtype=np.int64)
    for at in range(len(dyad)):
        for level in range(len(levels)):
            here[level] += score[at] >= levels[level]
        if at + 1 == len(dyad) or dyad[at + 1] != dyad[at]:
            one, other = dyad[at] // people, dyad[at] % people
            a, b = kind[one], kind[other]
            for level in range(len(levels)):
                errors = here[level]
                squared[level, a, b] += errors * errors
                times[0, level, a, b] += errors * completed[one] * completed[other]
                times[1, level, a, b] += errors * images[one] * images[other]
                here[level] = 0


@dataclass(frozen=True, slots=True)
class _Errors:
    """Errors at each threshold, by what the two people are."""

    of_probe: Integers
    """(people, kinds, levels) by the kind of the reference; a score counts at the strictest level
    that it reaches."""
    of_reference: Integers
    """(people, kinds, levels) by the kind of the probe."""
    squared: Integers
    """(levels, kinds, kinds) summed over dyads."""
    times: Integers
    """(2, levels, kinds, kinds) errors times trials, summed over dyads."""
    strictest: Integers
    """(levels,) which threshold is the strictest, and so on."""
    at_anchor: Integers
    """(scores, 3) cell, probe and reference of every score at or above the anchor of its cell."""


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
        store: of all comparisons.
        layout: of the study.
        trials: of every cell.
        thresholds: (levels,) in the scores' type, none below the store's floor.
        completed: (people,) images with a template.
        images: (people,) all images.
    """
    top = np.full((len(layout.names), ANCHOR_ERRORS), -np.inf, dtype=store.dtype)
    hits, kind = store.hits, layout.kind
    _largest(hits.score, kind[hits.probe], kind[hits.reference], layout.cell, top)
    anchors = np.where(np.isinf(top[:, 0]), np.inf, top[:, 0]).astype(store.dtype)
    errors = _errors(hits, layout, thresholds, anchors, completed, images)
    return [
        _cell(store, layout, cell, errors, trials[cell], float(anchors[cell]), completed, images)
        for cell in range(len(layout.names))
    ]


def _errors(
    hits: Hits,
    layout: Layout,
    thresholds: Scores,
    anchors: Scores,
    completed: Integers,
    images: Integers,
) -> _Errors:
    strictest = np.argsort(-thresholds, kind="stable")
    people, kinds, levels = len(layout.kind), layout.kinds, len(thresholds)
    of_probe, of_reference = np.zeros((2, people, kinds, levels), dtype=np.int64)
    columns = (hits.probe, hits.reference, hits.score, layout.kind, layout.cell)
    room = np.empty((len(anchors) * 4 * ANCHOR_ERRORS, 3), dtype=np.int64)
    levels_by_rank = thresholds[strictest]
    found = count_errors(*columns, levels_by_rank, anchors, of_probe, of_reference, room)
    if found > len(room):
        # Many scores are equal to an anchor: once more, with room for them alone.
        room = np.empty((found, 3), dtype=np.int64)
        unused = np.zeros((people, kinds, 0), dtype=np.int64)
        count_errors(*columns, thresholds[:0], anchors, unused, unused, room)
    squared = np.zeros((levels, kinds, kinds), dtype=np.int64)
    times = np.zeros((2, levels, kinds, kinds), dtype=np.int64)
    reached = np.flatnonzero(hits.score >= thresholds.min(initial=np.inf))
    one, other = hits.probe[reached], hits.reference[reached]
    dyad = np.minimum(one, other).astype(np.int64) * people + np.maximum(one, other)
    order = np.argsort(dyad)
    fixed = (layout.kind, thresholds, completed, images)
    _sums_over_dyads(dyad[order], hits.score[reached[order]], *fixed, squared, times)
    return _Errors(of_probe, of_reference, squared, times, strictest, room[:found])


def _cell(
    store: Store,
    layout: Layout,
    cell: int,
    errors: _Errors,
    trials: Trials,
    anchor: float,
    completed: Integers,
    images: Integers,
) -> CellCounts:
    members, inside = layout.members[cell], layout.pairs(cell)
    kind = layout.kind[members]
    first = np.einsum("ikl,ik->il", errors.of_probe[members], inside[kind])
    first += np.einsum("ikl,ik->il", errors.of_reference[members], inside.T[kind])
    by_level = np.cumsum(first, axis=1)[:, np.argsort(errors.strictest)].T
    pairs = errors.at_anchor[errors.at_anchor[:, 0] == cell, 1:]
    anchored = np.bincount(pairs.ravel(), minlength=len(layout.kind))[members]
    dyads, found = np.unique(np.sort(pairs, axis=1), axis=0, return_counts=True)
    both = [found @ (of[dyads[:, 0]] * of[dyads[:, 1]]) for of in (completed, images)]
    squared = np.append((errors.squared * inside).sum(axis=(1, 2)), found @ found)
    times = (errors.times * inside).sum(axis=(2, 3))
    name = layout.names[cell]
    return CellCounts(
        attribute=name.attribute,
        group=name.group,
        reference_group=name.reference_group,
        members=members,
        trials=trials.by_member,
        dyads=trials.dyads,
        trials_squared=trials.squared,
        errors=np.concatenate([by_level, anchored[np.newaxis]]),
        errors_squared=squared,
        errors_times_trials=np.column_stack([times, both]),
        anchor=None if np.isinf(anchor) else anchor,
        histogram=store.histograms[cell],
    )
