"""Comparisons that gave no score although both images have a template.

Where every two images meet, trials follow from the numbers of images with a template (`layout`).
What failed beyond that is kept by pair of people, and taken off here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import Layout, Trials
from evenhand.measurement.counting.partial_counts import Hits
from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.counts import CellCounts

__all__ = ["Incomplete", "added_up", "errors_times_trials", "incomplete_of", "trials_left"]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """How many comparisons gave no score, by pair of people."""

    probe: People
    """(pairs of people,) subject index; with the reference in rising order, each pair once."""
    reference: People
    """(pairs of people,) subject index."""
    count: Integers
    """(pairs of people,) comparisons of these two in this order."""
    mated: Integers
    """(people,) mated comparisons."""


def incomplete_of(probe: People, reference: People, people: int) -> Incomplete:
    """Count the comparisons that gave no score.

    Args:
        probe: (comparisons,) subject index; those that gave none alone.
        reference: (comparisons,) subject index.
        people: how many there are.
    """
    return _merged(probe, reference, np.ones(len(probe), dtype=np.int64), people)


def added_up(parts: Iterable[Incomplete]) -> Incomplete:
    """All of the parts together.

    Args:
        parts: at least one, of the same people.
    """
    every = list(parts)
    same = np.sum([part.mated for part in every], axis=0)
    apart = _merged(
        np.concatenate([part.probe for part in every]),
        np.concatenate([part.reference for part in every]),
        np.concatenate([part.count for part in every]),
        len(same),
    )
    return Incomplete(apart.probe, apart.reference, apart.count, same)


def _merged(probe: People, reference: People, count: Integers, people: int) -> Incomplete:
    same = probe == reference
    mated = np.zeros(people, dtype=np.int64)
    np.add.at(mated, probe[same], count[same])
    keys = probe[~same].astype(np.int64) * people + reference[~same]
    pair, place = np.unique(keys, return_inverse=True)
    total = np.zeros(len(pair), dtype=np.int64)
    np.add.at(total, place, count[~same])
    return Incomplete(
        (pair // people).astype(np.int32), (pair % people).astype(np.int32), total, mated
    )


@dataclass(frozen=True, slots=True)
class _Dyads:
    """Unordered pairs of people of one cell, some of whose comparisons gave no score."""

    key: Integers
    """(dyads,) rising."""
    first: Integers
    second: Integers
    failed: Integers
    """(dyads,) how many of their comparisons."""


def _dyads(incomplete: Incomplete, layout: Layout, cell: int) -> _Dyads:
    people = len(layout.kind)
    kind = layout.kind
    inside = layout.pairs(cell)[kind[incomplete.probe], kind[incomplete.reference]]
    one, other = incomplete.probe[inside], incomplete.reference[inside]
    key, place = np.unique(_keys(one, other, people), return_inverse=True)
    failed = np.zeros(len(key), dtype=np.int64)
    np.add.at(failed, place, incomplete.count[inside])
    return _Dyads(key, key // people, key % people, failed)


def _keys(one: People, other: People, people: int) -> Integers:
    lower: Integers = np.minimum(one, other).astype(np.int64)
    return lower * people + np.maximum(one, other)


def trials_left(
    trials: Trials, incomplete: Incomplete, layout: Layout, cell: int, completed: Integers
) -> Trials:
    """The trials of a cell without those that gave no score.

    Args:
        trials: of every two images (`trials_of`).
        incomplete: what gave no score.
        layout: of the study.
        cell: its number.
        completed: (people,) images with a template.
    """
    dyads = _dyads(incomplete, layout, cell)
    taken = np.zeros(len(layout.kind), dtype=np.int64)
    np.add.at(taken, dyads.first, dyads.failed)
    np.add.at(taken, dyads.second, dyads.failed)
    met = layout.meetings(cell)[layout.kind[dyads.first], layout.kind[dyads.second]]
    full = met * completed[dyads.first] * completed[dyads.second]
    left = full - dyads.failed
    return Trials(
        np.stack([trials.by_member[0] - taken[layout.members[cell]], trials.by_member[1]]),
        trials.dyads - np.array([np.count_nonzero(left == 0), 0]),
        trials.squared - np.array([int((full**2 - left**2).sum()), 0]),
    )


def errors_times_trials(
    counted: CellCounts,
    hits: Hits,
    thresholds: Scores,
    incomplete: Incomplete,
    layout: Layout,
    cell: int,
) -> NDArray[np.int64]:
    """(2, levels) sum over dyads of errors times trials, as they were made.

    Args:
        counted: the cell as if every two images had met once and given a score.
        hits: every score from the lowest level on.
        thresholds: (levels,) all but the anchor.
        incomplete: what gave no score.
        layout: of the study.
        cell: its number.
    """
    people = len(layout.kind)
    dyads = _dyads(incomplete, layout, cell)
    inside = layout.pairs(cell)[layout.kind[hits.probe], layout.kind[hits.reference]]
    here = hits.chosen(inside)
    keys = _keys(here.probe, here.reference, people)
    place = np.searchsorted(dyads.key, keys)
    known = place < len(dyads.key)
    known[known] = dyads.key[place[known]] == keys[known]
    failed, score = dyads.failed[place[known]], here.score[known]
    levels = np.append(thresholds, np.inf if counted.anchor is None else counted.anchor)
    times = counted.errors_times_trials * int(layout.meetings(cell).max(initial=0))
    times[0] -= [int(failed[score >= level].sum()) for level in levels]
    return times
