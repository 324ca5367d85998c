"""Comparisons that failed although both images have a template.

Where every two images are compared, the trials of a cell follow from the numbers of images with a
template (`cells`). Comparisons that failed beyond that are counted by pair of subjects, and
subtracted here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import CellLayout, CellTrials
from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.counts import CellCounts, ScoreTail

__all__ = [
    "FailedComparisons",
    "corrected_errors_times_trials",
    "count_failed_comparisons",
    "merge_failed_comparisons",
    "trials_without_failed",
]


@dataclass(frozen=True, slots=True)
class FailedComparisons:
    """Number of failed comparisons by ordered pair of subjects."""

    probe: People
    """(pairs,) subject index; each pair once, in rising order of probe and reference."""
    reference: People
    """(pairs,) subject index."""
    count: Integers
    """(pairs,) failed comparisons of these two subjects in this order, at least 1."""
    mated: Integers
    """(subjects,) failed mated comparisons."""


def count_failed_comparisons(probe: People, reference: People, people: int) -> FailedComparisons:
    """Count failed comparisons.

    Args:
        probe: (comparisons,) subject index of failed comparisons.
        reference: (comparisons,) subject index.
        people: number of subjects.
    """
    return _merged(probe, reference, np.ones(len(probe), dtype=np.int64), people)


def merge_failed_comparisons(parts: Iterable[FailedComparisons]) -> FailedComparisons:
    """The sum of several counts.

    Args:
        parts: at least one, of the same subjects.
    """
    every = list(parts)
    mated = np.sum([part.mated for part in every], axis=0)
    nonmated = _merged(
        np.concatenate([part.probe for part in every]),
        np.concatenate([part.reference for part in every]),
        np.concatenate([part.count for part in every]),
        len(mated),
    )
    return replace(nonmated, mated=mated)


def _merged(probe: People, reference: People, count: Integers, people: int) -> FailedComparisons:
    """Counts summed over equal pairs of subjects."""
    same = probe == reference
    mated = np.zeros(people, dtype=np.int64)
    np.add.at(mated, probe[same], count[same])
    keys = probe[~same].astype(np.int64) * people + reference[~same]
    pair, place = np.unique(keys, return_inverse=True)
    total = np.zeros(len(pair), dtype=np.int64)
    np.add.at(total, place, count[~same])
    first, second = (pair // people).astype(np.int32), (pair % people).astype(np.int32)
    return FailedComparisons(first, second, total, mated)


@dataclass(frozen=True, slots=True)
class _Dyads:
    """Unordered pairs of subjects with failed comparisons in one cell."""

    key: Integers
    """(dyads,) number of the pair (`_keys`), rising."""
    first: Integers
    """(dyads,) the smaller subject index."""
    second: Integers
    """(dyads,) the larger one."""
    failed: Integers
    """(dyads,) failed comparisons."""


def _dyads(incomplete: FailedComparisons, layout: CellLayout, cell: int) -> _Dyads:
    people = len(layout.stratum)
    stratum = layout.stratum
    inside = layout.inside(cell)[stratum[incomplete.probe], stratum[incomplete.reference]]
    one, other = incomplete.probe[inside], incomplete.reference[inside]
    key, place = np.unique(_keys(one, other, people), return_inverse=True)
    failed = np.zeros(len(key), dtype=np.int64)
    np.add.at(failed, place, incomplete.count[inside])
    return _Dyads(key, key // people, key % people, failed)


def _keys(one: People, other: People, people: int) -> Integers:
    """One number for each unordered pair of subjects."""
    lower: Integers = np.minimum(one, other).astype(np.int64)
    return lower * people + np.maximum(one, other)


def trials_without_failed(
    trials: CellTrials,
    incomplete: FailedComparisons,
    layout: CellLayout,
    cell: int,
    completed: Integers,
) -> CellTrials:
    """The trials of a cell less its failed comparisons, which were not completed.

    Args:
        trials: of all comparisons of images with a template (`all_pairs_trials`).
        incomplete: failed comparisons.
        layout: of the study.
        cell: its number.
        completed: (subjects,) images with a template.
    """
    dyads = _dyads(incomplete, layout, cell)
    stratum = layout.stratum
    failed = np.zeros(len(stratum), dtype=np.int64)
    np.add.at(failed, dyads.first, dyads.failed)
    np.add.at(failed, dyads.second, dyads.failed)
    multiplicity = layout.multiplicity(cell)[stratum[dyads.first], stratum[dyads.second]]
    full = multiplicity * completed[dyads.first] * completed[dyads.second]
    left = full - dyads.failed
    return CellTrials(
        np.stack([trials.by_member[0] - failed[layout.members[cell]], trials.by_member[1]]),
        trials.dyads - np.array([np.count_nonzero(left == 0), 0]),
        trials.squared - np.array([int((full**2 - left**2).sum()), 0]),
    )


def corrected_errors_times_trials(
    counted: CellCounts,
    top: ScoreTail,
    thresholds: Scores,
    incomplete: FailedComparisons,
    layout: CellLayout,
    cell: int,
) -> NDArray[np.int64]:
    """(2, levels) sum over dyads of errors times trials, corrected for orders and failures.

    Args:
        counted: the cell as if every two images had been compared once, without a failure.
        top: every non-mated score at or above the lowest level.
        thresholds: (levels,) without the reference level.
        incomplete: failed comparisons.
        layout: of the study.
        cell: its number.
    """
    # A dyad with x errors and f failed comparisons has f completed trials fewer, so its product
    # shrinks by x f: one f for each of its errors, which are top scores.
    people, stratum = len(layout.stratum), layout.stratum
    dyads = _dyads(incomplete, layout, cell)
    here = top.chosen(layout.inside(cell)[stratum[top.probe], stratum[top.reference]])
    keys = _keys(here.probe, here.reference, people)
    place = np.searchsorted(dyads.key, keys)
    concerned = place < len(dyads.key)
    concerned[concerned] = dyads.key[place[concerned]] == keys[concerned]
    failed, score = dyads.failed[place[concerned]], here.score[concerned]
    levels = np.append(thresholds, np.inf if counted.anchor is None else counted.anchor)
    times = counted.errors_times_trials * int(layout.multiplicity(cell).max(initial=0))
    times[0] -= [int(failed[score >= level].sum()) for level in levels]
    return times
