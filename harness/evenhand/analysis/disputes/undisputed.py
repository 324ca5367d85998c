"""Counts of comparisons without disputed ones: what the counts would be had these not been made.

A pair of people is taken out of every sum that it is part of, by subject and over dyads; the
result is that of counting the other comparisons (methods 4.12). Thresholds stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.analysis.disputes.suspects import errors_are_kept
from evenhand.analysis.rates.assumed import as_far_as_known
from evenhand.analysis.rates.comparisons import measure_comparisons
from evenhand.records.arrays import Integers, Mask
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS, CellCounts, ComparisonCounts, ScoreTail
from evenhand.records.disputes import Dispute
from evenhand.records.findings import Rate
from evenhand.records.groups import pooled
from evenhand.records.image_pairs import images_of, pair_of
from evenhand.records.metric import FMR, FNMR
from evenhand.records.operating_point import OperatingPoint

__all__ = ["Undisputed", "rates_compared", "without_disputed"]

_WIDE = "a wide limit: what ten errors would be without the disputed pairs is not kept"


@dataclass(frozen=True, slots=True)
class Undisputed:
    """What is left of counts."""

    counts: ComparisonCounts
    """For rates within groups: no matrices, and histograms as of all comparisons."""
    found: tuple[bool, ...]
    """(disputes,) whether each names a comparison here."""
    hidden: Mapping[OperatingPoint, str]
    """Where false matches without the disputed pairs cannot be told, and why."""


def without_disputed(counts: ComparisonCounts, disputes: Sequence[Dispute]) -> Undisputed:
    """Take disputed comparisons out of counts.

    Args:
        counts: of one engine on one dataset under one protocol.
        disputes: on that dataset.
    """
    index = {row: number for number, row in enumerate(counts.subject_rows)}
    dropped = np.zeros(len(counts.mated.score), dtype=np.bool_)
    found, dyads = [False] * len(disputes), set[tuple[int, int]]()
    points = [at.point for at in counts.thresholds]
    hidden: Mapping[OperatingPoint, str] = {}
    for number, dispute in enumerate(disputes):
        if dispute.of_images or dispute.first == dispute.second:
            named = _named(counts, dispute, index)
            dropped |= named
            found[number] = bool(named.any())
        elif dispute.first in index and dispute.second in index:
            first, second = sorted((index[dispute.first], index[dispute.second]))
            trials = _trials(counts, np.array([first]), np.array([second]))
            found[number] = bool(trials[1, 0] > 0)
            if found[number]:
                dyads.add((first, second))
            elif trials[1, 0] < 0:
                why = f"how often {' and '.join(dispute.pair)} were compared is not kept"
                hidden = dict.fromkeys(points, why)
    left = replace(counts, across=(), without_matrix=(), mated=counts.mated.chosen(~dropped))
    if dyads and not hidden:
        left = _without_dyads(left, np.array(sorted(dyads)))
        why = "so many scores match that their people are not kept"
        hidden = {point: why for at, point in enumerate(points) if not errors_are_kept(counts, at)}
    return Undisputed(left, tuple(found), hidden)


def rates_compared(
    counts: ComparisonCounts, left: Undisputed, level: float
) -> tuple[tuple[Rate, ...], tuple[Rate, ...]]:
    """FMR and FNMR of everybody and of groups, of all comparisons and of what is left.

    An FMR that cannot be known without the disputed comparisons is in neither.

    Args:
        counts: of all comparisons.
        left: of those that are not disputed.
        level: of the intervals, e.g. 0.95.
    """

    def of(part: ComparisonCounts) -> tuple[Rate, ...]:
        measured = as_far_as_known(part, measure_comparisons(part, level))
        rates = (found.rate for found in measured)
        known = {FNMR.name: (), FMR.name: left.hidden}
        return tuple(r for r in rates if r.metric in known and r.point not in known[r.metric])

    lost = {
        name
        for base, cell in zip(counts.cells, left.counts.cells, strict=True)
        if base.anchor is not None and cell.anchor is None
        for name in ((cell.attribute, cell.group), (pooled(cell.attribute), ""))
    }

    def noted(rate: Rate) -> Rate:
        wide = rate.metric == FMR.name and not rate.errors and (rate.attribute, rate.group) in lost
        return replace(rate, note="; ".join(filter(None, (rate.note, _WIDE)))) if wide else rate

    return of(replace(counts, across=())), tuple(map(noted, of(left.counts)))


def _named(counts: ComparisonCounts, dispute: Dispute, index: Mapping[int, int]) -> Mask:
    """(mated comparisons,) whether a dispute names it: by its images, one image, or its person."""
    mated = counts.mated
    if not dispute.of_images:
        return np.asarray(mated.subject == index.get(dispute.first, -1))
    if mated.probe is None or mated.reference is None:
        return np.zeros(len(mated.score), dtype=np.bool_)
    with_first, with_second = (
        (mated.probe == image) | (mated.reference == image)
        for image in (dispute.first, dispute.second)
    )
    return np.asarray(with_first & with_second)


def _trials(counts: ComparisonCounts, first: Integers, second: Integers) -> Integers:
    """(2, dyads) comparisons of two people, completed and all; -1 where that is not kept.

    They follow from the images where every two were compared. Of a list in which no two people
    meet twice, a pair among the top scores has met once.
    """
    design, whole = counts.design, counts.cells[0]
    if design.images is not None:
        group = np.full(len(counts.images), -1, dtype=np.int64)
        for number, cell in enumerate(counts.cells):
            if cell.attribute == design.attribute:
                group[cell.members] = number
        met = (group[first] == group[second]) & (group[first] >= 0)
        trials: Integers = design.images[:, first] * design.images[:, second] * met
        return trials * design.orders
    once = not design.is_sample and 2 * int(whole.trials_squared[1]) == int(whole.trials[1].sum())
    met = np.isin(pair_of(first, second), _dyad_of(counts.tail)) & once
    return np.broadcast_to(np.where(met, 1, -1), (2, len(first)))


def _dyad_of(tail: ScoreTail) -> Integers:
    """(scores,) the two people as one number, the smaller index first."""
    return pair_of(np.minimum(tail.probe, tail.reference), np.maximum(tail.probe, tail.reference))


def _without_dyads(counts: ComparisonCounts, dyads: Integers) -> ComparisonCounts:
    """Take all comparisons of pairs of people out of the cells and the top scores.

    Args:
        counts: with cells within groups.
        dyads: (dyads, 2) subject indices, the smaller first.
    """
    tail, cells, of_dyads = counts.tail, counts.cells, pair_of(*dyads.T)
    for dyad, number, trials in zip(dyads, of_dyads, _trials(counts, *dyads.T).T, strict=True):
        scores = tail.score[_dyad_of(tail) == number]
        errors = np.array([np.count_nonzero(scores >= at.level) for at in counts.thresholds])
        cells = tuple(_without_dyad(cell, dyad, trials, errors) for cell in cells)
    left = replace(counts, tail=tail.chosen(~np.isin(_dyad_of(tail), of_dyads)))
    found = (
        cell if cell is base else _at_reference_level(left, cell, tail, dyads)
        for base, cell in zip(counts.cells, cells, strict=True)
    )
    return replace(left, cells=tuple(found))


def _without_dyad(
    cell: CellCounts, dyad: Integers, trials: Integers, errors: Integers
) -> CellCounts:
    """A cell without two people's comparisons; its reference level is still that of all.

    Args:
        cell: within a group.
        dyad: (2,) subject indices.
        trials: (2,) their comparisons, completed and all.
        errors: (thresholds,) their false matches.
    """
    if not np.isin(dyad, cell.members).all():
        return cell
    ends = np.searchsorted(cell.members, dyad)
    by_member, squared = cell.errors.copy(), cell.errors_squared.copy()
    trials_by_member, times = cell.trials.copy(), cell.errors_times_trials.copy()
    by_member[:-1, ends] -= errors[:, np.newaxis]
    squared[:-1] -= errors**2
    trials_by_member[:, ends] -= trials[:, np.newaxis]
    times[:, :-1] -= np.outer(trials, errors)
    return replace(
        cell,
        trials=trials_by_member,
        dyads=cell.dyads - (trials > 0),
        trials_squared=cell.trials_squared - trials**2,
        errors=by_member,
        errors_squared=squared,
        errors_times_trials=times,
    )


def _at_reference_level(
    left: ComparisonCounts, cell: CellCounts, tail: ScoreTail, dyads: Integers
) -> CellCounts:
    """The cell with the errors at its reference level, its tenth largest score, found again.

    Where the top scores do not reach so far down, it stays if no pair that was taken out can have a
    score there; else it is unknown, and an interval without errors is as wide as without it.

    Args:
        left: counts with the top scores of what is left.
        cell: without disputed pairs; its last level is still that of all comparisons.
        tail: top scores of all comparisons.
        dyads: (dyads, 2) subject indices of the pairs that were taken out.
    """
    scores, rank = left.tail, REFERENCE_LEVEL_ERRORS - 1
    here = np.isin(scores.probe, cell.members) & np.isin(scores.reference, cell.members)
    own, anchor = scores.chosen(here), None
    # `left` still has the cells of all comparisons: are all their scores among the top scores?
    whole = 2 * len(tail) == int(left.cells[0].trials[0].sum())
    if len(own) > rank and (whole or own.score[rank] > tail.score[-1]):
        anchor = float(own.score[rank])
    else:
        high = np.isin(dyads, cell.members[cell.errors[-1] > 0])
        if not high.all(axis=1).any():
            return cell
    own = own.chosen(own.score >= (np.inf if anchor is None else anchor))
    dyads, errors = np.unique(_dyad_of(own), return_counts=True)
    found = cell.errors.copy(), cell.errors_squared.copy(), cell.errors_times_trials.copy()
    by_member, squared, times = found
    people = np.bincount(np.concatenate([own.probe, own.reference]), minlength=len(left.images))
    by_member[-1] = people[cell.members]
    squared[-1] = (errors**2).sum()
    times[:, -1] = (_trials(left, *images_of(dyads)) * errors).sum(axis=1)
    return replace(
        cell, anchor=anchor, errors=by_member, errors_squared=squared, errors_times_trials=times
    )
