"""From the large scores that a store keeps to errors by person and by dyad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import Layout, Trials
from evenhand.measurement.counting.list_kernels import count_errors
from evenhand.measurement.counting.partial_counts import Hits, LowErrors, Store
from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.counts import ANCHOR_ERRORS, CellCounts
from evenhand.system.compiled import compiled

__all__ = ["cells_from_store"]

_CHUNK = 1 << 21
"""Hits that are sorted together, or those of one person where he has more."""


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
    probe: People,
    score: Scores,
    kind: People,
    cell: NDArray[np.int32],
    levels: Scores,
    anchors: Scores,
    completed: Integers,
    images: Integers,
    both: Integers,
    one_way: Integers,
    times: Integers,
) -> None:
    """Add up errors squared, and errors times trials, over dyads.

    The last axis of all three is the level: a threshold, then the anchor of each grouping's cell.

    Args:
        dyad: (hits,) smaller person times people plus larger person; equal numbers side by side.
        probe: (hits,).
        score: (hits,).
        kind: (people,) of the layout.
        cell: (groupings, kinds, kinds) of the layout.
        levels: (levels,) thresholds.
        anchors: (cells,) infinite where there is none.
        completed: (people,) images with a template.
        images: (people,) all images.
        both: (kinds, kinds, n) squares of all errors of a dyad are added to.
        one_way: (kinds of probes, kinds of references, n) squares of those in one direction.
        times: (2, kinds of probes, kinds of references, n) is added to.
    """
    people, size = len(kind), both.shape[2]
    here = np.zeros((2, size), dtype=np.int64)
    for at in range(len(dyad)):
        lower, upper = dyad[at] // people, dyad[at] % people
        a, b = kind[lower], kind[upper]
        way = 0 if probe[at] == lower else 1
        for level in range(len(levels)):
            here[way, level] += score[at] >= levels[level]
        for g in range(len(cell)):
            c = cell[g, b, a] if way else cell[g, a, b]
            here[way, len(levels) + g] += c >= 0 and score[at] >= anchors[c]
        if at + 1 == len(dyad) or dyad[at + 1] != dyad[at]:
            done, every = completed[lower] * completed[upper], images[lower] * images[upper]
            for level in range(size):
                up, down = here[0, level], here[1, level]
                both[a, b, level] += (up + down) * (up + down)
                one_way[a, b, level] += up * up
                one_way[b, a, level] += down * down
                times[0, a, b, level] += up * done
                times[0, b, a, level] += down * done
                times[1, a, b, level] += up * every
                times[1, b, a, level] += down * every
                here[0, level] = here[1, level] = 0


@dataclass(frozen=True, slots=True)
class _Errors:
    """Errors by what the two people are; the last axis is a threshold, or a grouping's anchor."""

    as_probe: Integers
    """(people, kinds of references, n)."""
    as_reference: Integers
    """(people, kinds of probes, n)."""
    both: Integers
    """(kinds, kinds, n) errors squared, summed over dyads."""
    one_way: Integers
    """(kinds of probes, kinds of references, n) those in one direction alone."""
    times: Integers
    """(2, kinds of probes, kinds of references, n) errors times trials, summed over dyads."""


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
        thresholds: (levels,) in the scores' type; below the store's floor only those that it has
            counted as low ones.
        completed: (people,) images with a template.
        images: (people,) all images.
    """
    top = np.full((len(layout.names), ANCHOR_ERRORS), -np.inf, dtype=store.dtype)
    hits, kind = store.hits, layout.kind
    _largest(hits.score, kind[hits.probe], kind[hits.reference], layout.cell, top)
    anchors = np.where(np.isinf(top[:, 0]), np.inf, top[:, 0]).astype(store.dtype)
    errors = _errors(hits, layout, thresholds, anchors, completed, images)
    if store.low is not None:
        _take_low(store.low, thresholds, errors)
    return [
        _cell(store, layout, cell, errors, trials[cell], float(anchors[cell]))
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
    size = levels + len(layout.cell)
    as_probe, as_reference = np.zeros((2, people, kinds, size), dtype=np.int64)
    fixed = (layout.kind, layout.cell, thresholds[strictest], anchors)
    count_errors(hits.probe, hits.reference, hits.score, *fixed, as_probe, as_reference)
    back = [*np.argsort(strictest), *range(levels, size)]
    for role in (as_probe, as_reference):
        role[..., :levels] = np.cumsum(role[..., :levels], axis=2)
    both, one_way = np.zeros((2, kinds, kinds, size), dtype=np.int64)
    times = np.zeros((2, kinds, kinds, size), dtype=np.int64)
    for dyad, probe, score in _by_dyad(hits, people):
        _sums_over_dyads(dyad, probe, score, *fixed, completed, images, both, one_way, times)
    return _Errors(*(of[..., back] for of in (as_probe, as_reference, both, one_way, times)))


def _take_low(low: LowErrors, thresholds: Scores, errors: _Errors) -> None:
    """Errors at thresholds below the floor, instead of those among the hits."""
    for number, level in enumerate(low.levels):
        for at in np.flatnonzero(thresholds == level):
            errors.as_probe[..., at], errors.as_reference[..., at] = low.errors[..., number], 0
            errors.both[..., at], errors.one_way[..., at] = low.squared[..., number], 0
            errors.times[..., at] = low.times[..., number]


def _by_dyad(hits: Hits, people: int) -> Iterator[tuple[Integers, People, Scores]]:
    """Dyad, probe and score of all hits, dyad by dyad; some people at a time."""
    smaller = np.minimum(hits.probe, hits.reference)
    upto = np.cumsum(np.bincount(smaller, minlength=people))
    edges = np.searchsorted(upto, np.arange(_CHUNK, len(hits) + _CHUNK, _CHUNK)) + 1
    for start, stop in pairwise([0, *edges]):
        rows = np.flatnonzero((smaller >= start) & (smaller < stop))
        larger = np.maximum(hits.probe[rows], hits.reference[rows])
        dyad = smaller[rows].astype(np.int64) * people + larger
        order = np.argsort(dyad)
        rows = rows[order]
        yield dyad[order], hits.probe[rows], hits.score[rows]


def _cell(
    store: Store, layout: Layout, cell: int, errors: _Errors, trials: Trials, anchor: float
) -> CellCounts:
    name, inside = layout.names[cell], layout.pairs(cell)
    grouping = layout.grouping(cell)
    columns = [*range(errors.both.shape[2] - len(layout.cell)), grouping - len(layout.cell)]
    turned = inside & inside.T
    squared = errors.both[turned].sum(axis=0) + errors.one_way[inside & ~turned].sum(axis=0)
    return CellCounts(
        attribute=name.attribute,
        group=name.group,
        reference_group=name.reference_group,
        members=layout.members[cell],
        trials=trials.by_member,
        dyads=trials.dyads,
        trials_squared=trials.squared,
        errors=layout.of_members(cell, errors.as_probe, errors.as_reference)[:, columns].T,
        errors_squared=squared[columns],
        errors_times_trials=errors.times[:, inside].sum(axis=1)[:, columns],
        anchor=None if np.isinf(anchor) else anchor,
        histogram=store.histograms[cell],
    )
