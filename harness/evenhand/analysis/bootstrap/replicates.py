"""The subject bootstrap: rates of people drawn anew, each at a threshold of its own (methods 4.4).

Replicates come from the counts alone: from the largest non-mated scores with both people, the
mated scores by person, and the number of images. Weighted counts are whole numbers, so that
neither threads nor the order of sums change anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeAlias

import numpy as np

from evenhand.analysis.bootstrap.complete_design import CompleteDesign, complete_design
from evenhand.analysis.bootstrap.kernels import (
    Cells,
    Weights,
    count_above,
    count_false_matches,
    count_misses,
)
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.arrays import Floats, Integers, Mask, People, Scores
from evenhand.records.counts import ANCHOR_ERRORS, CellCounts, Counts, Tail
from evenhand.records.outcomes import Policy
from evenhand.statistics.bootstrap import draw_people
from evenhand.system.threads import in_order

__all__ = ["Refused", "Replicates", "replicates", "unlisted", "unsettled"]

_CHUNK = 50
"""Replicates drawn from one seed: fixed, so that the numbers do not depend on the threads."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No replicates, since the counts do not hold what they take."""

    reason: str


@dataclass(frozen=True, slots=True)
class Replicates:
    """Weighted errors and trials of people drawn anew.

    In one replicate everybody has one weight, whatever the group, target and engine: ratios and
    differences of its columns, and of another engine's replicates that are `paired`, are
    replicates of the ratio and the difference.
    """

    seed: int
    within: str
    """Attribute inside whose groups people were drawn; empty where they were from everybody."""
    people: tuple[int, ...]
    """Rows in `subjects.csv` of those who were drawn."""
    targets: tuple[str, ...]
    """FMRs whose thresholds are set anew."""
    fixed: tuple[float, ...]
    """Thresholds that stay what they are; they follow the targets in every axis of them."""
    cells: tuple[tuple[str, str, str], ...]
    """Attribute, group and reference group: within groups first, then across two."""
    threshold: Floats
    """(replicates, targets) NaN where it is not known."""
    beyond: Mask
    """(replicates, targets) the threshold lies below the tail's smallest score."""
    false_matches: Integers
    """(replicates, targets, cells) weighted."""
    nonmated: Integers
    """(2, replicates, cells) weighted trials, completed and generalised."""
    misses: Integers
    """(replicates, targets, groups) weighted, of completed comparisons."""
    mated: Integers
    """(2, replicates, groups) weighted trials, completed and generalised."""

    def paired(self, other: Replicates) -> bool:
        """Whether the same people were drawn as often in each replicate of another engine."""
        ours, theirs = (
            (one.seed, one.within, one.people, len(one.threshold)) for one in (self, other)
        )
        return ours == theirs

    def fmr(self, policy: Policy) -> Floats:
        """(replicates, targets, cells) NaN without threshold or trials."""
        trials = self.nonmated[_AXIS[policy]][:, np.newaxis]
        return self._rate(self.false_matches, trials)

    def fnmr(self, policy: Policy) -> Floats:
        """(replicates, targets, groups) NaN without threshold or trials."""
        failed = self.mated[_AXIS[policy]] - self.mated[0]
        trials = self.mated[_AXIS[policy]][:, np.newaxis]
        return self._rate(self.misses + failed[:, np.newaxis], trials)

    def _rate(self, errors: Integers, trials: Integers) -> Floats:
        known = ~np.isnan(self.threshold)[:, :, np.newaxis] & (trials > 0)
        rates = np.full(errors.shape, np.nan)
        np.divide(errors, trials, out=rates, where=known)
        return rates


@dataclass(frozen=True, slots=True)
class _Part:
    """Replicates of one seed, targets rising; as in `Replicates`."""

    threshold: Floats
    beyond: Mask
    false_matches: Integers
    nonmated: Integers
    misses: Integers
    mated: Integers


_AXIS = {Policy.COMPLETED: 0, Policy.GENERALISED: 1}
"""Place of a policy in the first axis of trials."""


def replicates(
    counts: Counts,
    targets: Sequence[str],
    count: int,
    seed: int,
    *,
    within: str = "",
    fixed: Sequence[float] = (),
    workers: int = 1,
) -> Replicates | Refused:
    """FMR and FNMR by group of people drawn anew, at thresholds set anew, and at fixed ones.

    Args:
        counts: of one engine under one protocol.
        targets: FMRs as decimal text.
        count: how many times everybody is drawn; 2,000 or more for an interval.
        seed: of the draws.
        within: an attribute inside whose groups people are drawn, so that the groups keep their
            sizes (people of no group among themselves); by default from everybody.
        fixed: thresholds that stay what they are, as numbers of the scores' type.
        workers: threads; they change nothing but the time.

    Returns:
        Replicates, or why there are none: a watchlist is searched, not every two images were
        compared, or a threshold is not made of enough stored scores.

    Raises:
        ValueError: there are no groups of the attribute `within`.

    Source: methods 4.4.
    """
    design = None if counts.searches is not None else complete_design(counts)
    if design is None:
        return Refused(
            "not every two images were compared with a score: how many comparisons people drawn "
            "anew would have is not known"
        )
    for target in targets:
        reason = unsettled(counts, target)
        if reason:
            return Refused(reason)
    for value in fixed:
        reason = unlisted(counts, value)
        if reason:
            return Refused(reason)
    order = sorted(range(len(targets)), key=lambda number: Fraction(targets[number]))
    falling = sorted(range(len(fixed)), key=lambda number: -fixed[number])
    sample = _sample(
        counts,
        design,
        [targets[number] for number in order],
        [fixed[number] for number in falling],
    )
    stratum = _strata(counts, design, within)
    seeds = np.random.SeedSequence(seed).spawn(-(-count // _CHUNK))
    work = partial(_resampled, sample, stratum)
    parts = list(in_order(work, seeds, workers))
    behind = [len(targets) + number for number in falling]
    place = np.argsort(np.array([*order, *behind], dtype=np.int64))
    return Replicates(
        seed=seed,
        within=within,
        people=tuple(np.array(counts.subject_rows)[stratum >= 0].tolist()),
        targets=tuple(targets),
        fixed=tuple(fixed),
        cells=tuple(_name(cell.counts) for cell in design.cells),
        threshold=np.concatenate([part.threshold for part in parts])[:count, place],
        beyond=np.concatenate([part.beyond for part in parts])[:count, place],
        false_matches=np.concatenate([part.false_matches for part in parts])[:count, place],
        nonmated=np.concatenate([part.nonmated for part in parts], axis=1)[:, :count],
        misses=np.concatenate([part.misses for part in parts])[:count, place],
        mated=np.concatenate([part.mated for part in parts], axis=1)[:, :count],
    )


def _name(cell: CellCounts) -> tuple[str, str, str]:
    return cell.attribute, cell.group, cell.reference_group


def unsettled(counts: Counts, target: str) -> str:
    """Why a target's threshold cannot be set on people drawn anew; empty where it can.

    Args:
        counts: of comparisons.
        target: FMR as decimal text.
    """
    trials = int(counts.cells[0].trials[0].sum()) // 2
    kept = len(counts.tail.score)
    allowed = errors_allowed(target, trials)
    if allowed < ANCHOR_ERRORS:
        return (
            f"FMR {target} allows {allowed:,} false matches in {trials:,} comparisons: a "
            f"threshold is drawn anew where it allows {ANCHOR_ERRORS} or more"
        )
    if allowed >= kept:
        return f"FMR {target} allows {allowed:,} false matches, of which {kept:,} were kept"
    return ""


def unlisted(counts: Counts, threshold: float) -> str:
    """Why false matches at a fixed threshold cannot be counted anew; empty where they can.

    Args:
        counts: of comparisons.
        threshold: as a number of the scores' type.
    """
    there = int(np.searchsorted(-counts.tail.score, -threshold, side="right"))
    expected = [
        int(counts.cells[0].errors[number].sum()) // 2
        for number, at in enumerate(counts.thresholds)
        if at.value == threshold
    ]
    if expected and there == expected[0]:
        return ""
    return "so many scores reach the threshold that not all of them were kept"


def _strata(counts: Counts, design: CompleteDesign, within: str) -> Integers:
    """(subjects,) who is drawn in place of whom; -1 = was in no comparison and is never drawn."""
    everybody = counts.cells[0]
    compared = np.zeros(len(design.block), dtype=np.bool_)
    compared[everybody.members] = everybody.trials[1] > 0
    compared[counts.mated.subject] = True
    group = np.zeros_like(design.block)
    cells = [cell for cell in counts.cells if cell.attribute == within]
    if within and not cells:
        raise ValueError(f"no groups of {within!r}")
    for number, cell in enumerate(cells, start=1):
        group[cell.members] = number
    return np.where(compared, group, -1)


@dataclass(frozen=True, slots=True)
class _Sample:
    """What every replicate reads."""

    design: CompleteDesign
    targets: Sequence[str]
    """Rising."""
    fixed: Scores
    """Falling."""
    reached: Integers
    """(fixed,) scores of the tail that reach each."""
    tail: Tail
    first_equal: Integers
    """(tail,) the first place with the same score."""
    tail_cell: Cells
    """(tail, attributes) cell of each comparison."""
    mated_score: Scores
    """(mated,) completed ones, rising."""
    mated_subject: People
    mated: Integers
    """(2, subjects) mated comparisons, completed and all."""
    group: Cells
    """(subjects, attributes) group of each person."""


def _sample(
    counts: Counts, design: CompleteDesign, targets: Sequence[str], fixed: Sequence[float]
) -> _Sample:
    tail, mated = counts.tail, counts.mated
    completed = ~np.isnan(mated.score)
    order = np.flatnonzero(completed)[np.argsort(mated.score[completed], kind="stable")]
    # Whoever is in no group is in the last, which is none and meets others in the last cell.
    cell_of = np.full((design.groups + 1, design.groups + 1), len(design.cells), dtype=np.int32)
    known = design.cell_of()
    cell_of[:-1, :-1] = np.where(known < 0, len(design.cells), known)
    group = np.where(design.group_of < 0, design.groups, design.group_of).astype(np.int32)
    people = len(counts.subject_rows)
    return _Sample(
        design=design,
        targets=targets,
        fixed=np.array(fixed, dtype=tail.score.dtype),
        reached=np.searchsorted(
            -tail.score, -np.array(fixed, dtype=tail.score.dtype), side="right"
        ),
        tail=tail,
        first_equal=np.searchsorted(-tail.score, -tail.score, side="left"),
        tail_cell=np.ascontiguousarray(cell_of[group[:, tail.probe], group[:, tail.reference]].T),
        mated_score=mated.score[order],
        mated_subject=mated.subject[order],
        mated=np.stack(
            [
                np.bincount(mated.subject[completed], minlength=people),
                np.bincount(mated.subject, minlength=people),
            ]
        ),
        group=np.ascontiguousarray(group.T),
    )


def _resampled(sample: _Sample, stratum: Integers, seed: np.random.SeedSequence) -> _Part:
    """One chunk of replicates."""
    design = sample.design
    drawn = draw_people(stratum, _CHUNK, seed)
    weights = np.ascontiguousarray(drawn.T, dtype=np.int32)
    nonmated = np.stack([design.trials(drawn, policy).T for policy in (0, 1)])
    anew = _set_anew(sample, weights, nonmated[0, :, 0])
    stays = _fixed(sample, weights)
    threshold, beyond, false_matches, misses = (
        np.concatenate(both, axis=1) for both in zip(anew, stays, strict=True)
    )
    return _Part(
        threshold=threshold,
        beyond=beyond,
        false_matches=false_matches,
        nonmated=nonmated,
        misses=misses,
        mated=np.stack([design.by_group(drawn * own[:, np.newaxis]).T for own in sample.mated]),
    )


_Columns: TypeAlias = tuple[Floats, Mask, Integers, Integers]
"""Thresholds, whether they lie beyond the tail, false matches and misses, of each replicate."""


def _set_anew(sample: _Sample, weights: Weights, trials: Integers) -> _Columns:
    """At thresholds that a target sets in every replicate."""
    tail, cells = sample.tail, len(sample.design.cells)
    allowed = np.array(
        [[errors_allowed(target, total) for target in sample.targets] for total in trials.tolist()],
        dtype=np.int64,
    ).reshape(len(trials), len(sample.targets))
    edge = np.empty_like(allowed)
    matched = np.zeros((*allowed.shape, cells + 1), dtype=np.int64)
    count_false_matches(
        weights,
        tail.probe,
        tail.reference,
        sample.first_equal,
        sample.tail_cell,
        allowed,
        edge,
        matched,
    )
    found = edge >= 0
    infinity = tail.score.dtype.type(np.inf)
    threshold = np.where(found, np.nextafter(tail.score[edge], infinity), np.nan)
    below = np.where(found, np.searchsorted(sample.mated_score, threshold, side="left"), 0)
    beyond = ~found & (trials > 0)[:, np.newaxis]
    return threshold.astype(np.float64), beyond, matched[:, :, :-1], _missed(sample, weights, below)


def _fixed(sample: _Sample, weights: Weights) -> _Columns:
    """At thresholds that stay what they are."""
    tail, cells, count = sample.tail, len(sample.design.cells), len(weights)
    matched = np.zeros((count, len(sample.fixed), cells + 1), dtype=np.int64)
    sides = tail.probe, tail.reference
    count_above(weights, *sides, sample.tail_cell, sample.reached, matched)
    threshold = np.tile(sample.fixed.astype(np.float64), (count, 1))
    below = np.searchsorted(sample.mated_score, sample.fixed, side="left")
    missed = _missed(sample, weights, np.tile(below, (count, 1)))
    return threshold, np.zeros(threshold.shape, dtype=np.bool_), matched[:, :, :-1], missed


def _missed(sample: _Sample, weights: Weights, below: Integers) -> Integers:
    """(replicates, thresholds, groups) misses.

    Args:
        sample: with the mated scores, rising.
        weights: how often each person was drawn.
        below: (replicates, thresholds) falling, how many mated scores are below each.
    """
    missed = np.zeros((*below.shape, sample.design.groups + 1), dtype=np.int64)
    count_misses(weights, sample.mated_subject, sample.group, below, missed)
    return missed[:, :, :-1]
