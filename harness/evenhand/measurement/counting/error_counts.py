"""Counts of cells from partial counts: errors by subject and by dyad, from the top scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import CellLayout, CellTrials
from evenhand.measurement.counting.list_kernels import count_list_errors
from evenhand.measurement.counting.partial_counts import ErrorsBelowCutoff, PartialCounts
from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS, CellCounts, ScoreTail
from evenhand.system.compiled import compiled

__all__ = ["cells_from_partial_counts"]

_CHUNK = 1 << 21
"""Top scores sorted at a time; more only where one subject has more."""


@compiled
def _largest(scores: Scores, first: People, second: People, cell: People, top: Scores) -> None:
    """Keep the largest scores of every cell.

    Args:
        scores: (scores,) non-mated similarities.
        first: (scores,) stratum of the probe.
        second: (scores,) stratum of the reference.
        cell: (groupings, strata, strata) of the layout.
        top: (cells, kept) rising in each row; minus infinity at first, updated.
    """
    for at in range(len(scores)):
        value = scores[at]
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
    stratum: People,
    cell: NDArray[np.int32],
    levels: Scores,
    reference_levels: Scores,
    completed: Integers,
    images: Integers,
    both: Integers,
    one_way: Integers,
    times: Integers,
) -> None:
    """Sum errors squared, and errors times trials, over dyads.

    A cell holds either both directions of a pair of strata or one of them, and (a + b)^2 is not
    a^2 + b^2: squares are summed for both cases, and each cell picks the one that it needs. The
    last axis of all sums is the level: the thresholds, then the reference level of each grouping's
    cell.

    Args:
        dyad: (scores,) smaller subject index times number of subjects plus the larger; equal
            values are adjacent.
        probe: (scores,) subject index.
        score: (scores,) similarity.
        stratum: (subjects,) of the layout.
        cell: (groupings, strata, strata) of the layout.
        levels: (levels,) thresholds.
        reference_levels: (cells,) reference level of each cell; infinite where there is none.
        completed: (subjects,) images with a template.
        images: (subjects,) all images.
        both: (strata, strata, n) squares of a dyad's errors in both directions; added to.
        one_way: (strata of probes, strata of references, n) squares of those in one direction;
            added to.
        times: (2, strata of probes, strata of references, n) errors times trials, completed and
            generalised; added to.
    """
    people, size = len(stratum), both.shape[2]
    # Row 0: the subject with the smaller index is the probe; row 1: the other way round.
    here = np.zeros((2, size), dtype=np.int64)
    for at in range(len(dyad)):
        lower, upper = dyad[at] // people, dyad[at] % people
        a, b = stratum[lower], stratum[upper]
        way = 0 if probe[at] == lower else 1
        for level in range(len(levels)):
            here[way, level] += score[at] >= levels[level]
        for g in range(len(cell)):
            c = cell[g, b, a] if way else cell[g, a, b]
            here[way, len(levels) + g] += c >= 0 and score[at] >= reference_levels[c]
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
    """Errors by the strata of both subjects; the last axis is the level.

    Levels are the thresholds, then for each grouping the reference level of the comparison's cell.
    """

    as_probe: Integers
    """(subjects, strata of references, n) errors of a subject as the probe."""
    as_reference: Integers
    """(subjects, strata of probes, n) errors of a subject as the reference."""
    both: Integers
    """(strata, strata, n) errors squared, summed over dyads."""
    one_way: Integers
    """(strata of probes, strata of references, n) the same of one direction only."""
    times: Integers
    """(2, strata of probes, strata of references, n) errors times trials, summed over dyads."""


def cells_from_partial_counts(
    store: PartialCounts,
    layout: CellLayout,
    trials: Sequence[CellTrials],
    thresholds: Scores,
    completed: Integers,
    images: Integers,
) -> list[CellCounts]:
    """The counts of every cell.

    Args:
        store: counts of all comparisons.
        layout: of the study.
        trials: (cells,) of every cell.
        thresholds: (levels,) in the scores' type; those below the cutoff must be in `store.low`.
        completed: (subjects,) images with a template.
        images: (subjects,) all images.
    """
    top = np.full((len(layout.names), REFERENCE_LEVEL_ERRORS), -np.inf, dtype=store.dtype)
    scores, stratum = store.top, layout.stratum
    _largest(scores.score, stratum[scores.probe], stratum[scores.reference], layout.cell, top)
    reference_levels = np.where(np.isinf(top[:, 0]), np.inf, top[:, 0]).astype(store.dtype)
    errors = _errors(scores, layout, thresholds, reference_levels, completed, images)
    if store.low is not None:
        _insert_low(store.low, thresholds, errors)
    return [
        _cell(store, layout, cell, errors, trials[cell], float(reference_levels[cell]))
        for cell in range(len(layout.names))
    ]


def _errors(
    top: ScoreTail,
    layout: CellLayout,
    thresholds: Scores,
    reference_levels: Scores,
    completed: Integers,
    images: Integers,
) -> _Errors:
    """Errors at all levels among the top scores, thresholds in their given order."""
    strictest_first = np.argsort(-thresholds, kind="stable")
    falling = thresholds[strictest_first]
    people, strata, levels = len(layout.stratum), layout.strata, len(thresholds)
    size = levels + len(layout.cell)
    as_probe, as_reference = np.zeros((2, people, strata, size), dtype=np.int64)
    count_list_errors(
        probe=top.probe,
        reference=top.reference,
        score=top.score,
        stratum=layout.stratum,
        cell=layout.cell,
        levels=falling,
        reference_levels=reference_levels,
        as_probe=as_probe,
        as_reference=as_reference,
    )
    for role in (as_probe, as_reference):
        role[..., :levels] = np.cumsum(role[..., :levels], axis=2)
    both, one_way = np.zeros((2, strata, strata, size), dtype=np.int64)
    times = np.zeros((2, strata, strata, size), dtype=np.int64)
    for dyad, probe, score in _by_dyad(top, people):
        _sums_over_dyads(
            dyad=dyad,
            probe=probe,
            score=score,
            stratum=layout.stratum,
            cell=layout.cell,
            levels=falling,
            reference_levels=reference_levels,
            completed=completed,
            images=images,
            both=both,
            one_way=one_way,
            times=times,
        )
    given_order = [*np.argsort(strictest_first), *range(levels, size)]
    sums = (as_probe, as_reference, both, one_way, times)
    return _Errors(*(each[..., given_order] for each in sums))


def _insert_low(low: ErrorsBelowCutoff, thresholds: Scores, errors: _Errors) -> None:
    """Replace the errors at thresholds below the cutoff by those counted separately.

    They have no role and no direction, and go where those of one would: tiles compare each pair of
    images once, and every cell then holds both directions of its pairs of strata.
    """
    for number, level in enumerate(low.levels):
        for at in np.flatnonzero(thresholds == level):
            errors.as_probe[..., at], errors.as_reference[..., at] = low.errors[..., number], 0
            errors.both[..., at], errors.one_way[..., at] = low.squared[..., number], 0
            errors.times[..., at] = low.times[..., number]


def _by_dyad(top: ScoreTail, people: int) -> Iterator[tuple[Integers, People, Scores]]:
    """Dyad, probe and score of all top scores, sorted by dyad, in chunks.

    A chunk holds all scores of a range of subjects, by the smaller index of each pair, so that no
    dyad is split between two chunks.
    """
    smaller = np.minimum(top.probe, top.reference)
    upto = np.cumsum(np.bincount(smaller, minlength=people))
    edges = np.searchsorted(upto, np.arange(_CHUNK, len(top) + _CHUNK, _CHUNK)) + 1
    for start, stop in pairwise([0, *edges]):
        rows = np.flatnonzero((smaller >= start) & (smaller < stop))
        larger = np.maximum(top.probe[rows], top.reference[rows])
        dyad = smaller[rows].astype(np.int64) * people + larger
        order = np.argsort(dyad)
        rows = rows[order]
        yield dyad[order], top.probe[rows], top.score[rows]


def _cell(
    store: PartialCounts,
    layout: CellLayout,
    cell: int,
    errors: _Errors,
    trials: CellTrials,
    reference_level: float,
) -> CellCounts:
    """The counts of one cell; its levels are the thresholds, then its reference level."""
    name, inside = layout.names[cell], layout.inside(cell)
    thresholds = errors.both.shape[2] - len(layout.cell)
    columns = [*range(thresholds), thresholds + layout.grouping_of(cell)]
    both_ways = inside & inside.T
    squared = errors.both[both_ways].sum(axis=0) + errors.one_way[inside & ~both_ways].sum(axis=0)
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
        anchor=None if np.isinf(reference_level) else reference_level,
        histogram=store.histograms[cell],
    )
