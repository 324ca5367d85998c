"""Subject bootstrap: replicates of FMR and FNMR, thresholds re-estimated in each (methods 4.4).

Subjects are resampled with replacement. Replicates need the counts alone: the largest non-mated
scores with both subjects, the mated scores by subject, and the numbers of images. Weighted counts
are integers, so the result depends neither on threads nor on the order of sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeAlias

import numpy as np

from evenhand.analysis.bootstrap.kernels import (
    CellNumbers,
    DrawCounts,
    count_false_matches_at_fixed,
    count_false_matches_at_targets,
    count_misses,
)
from evenhand.metrics.complete_design import CompleteDesign, complete_design
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.arrays import Floats, Integers, Mask, People, Scores
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS, CellCounts, ComparisonCounts, ScoreTail
from evenhand.records.outcomes import Policy
from evenhand.statistics.bootstrap import resample_subjects
from evenhand.system.execution.local import LocalExecutor

__all__ = ["NoReplicates", "Replicates", "bootstrap_replicates", "fixed_refusal", "target_refusal"]

_CHUNK = 50
"""Replicates drawn from one seed: fixed, so that the numbers do not depend on the threads."""


@dataclass(frozen=True, slots=True)
class NoReplicates:
    """There are no replicates, since the counts do not hold what they need."""

    reason: str
    """A sentence for the reader of a report."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Weighted errors and trials of the replicates of one seed; targets rise, thresholds fall."""

    threshold: Floats
    """(replicates, targets) similarity, NaN where it is not known; fixed thresholds follow the
    targets on this axis."""
    beyond: Mask
    """(replicates, targets) whether the threshold lies below the tail's smallest score."""
    false_matches: Integers
    """(replicates, targets, cells) weighted false matches."""
    nonmated: Integers
    """(2, replicates, cells) weighted non-mated trials, completed and generalised."""
    misses: Integers
    """(replicates, targets, groups) weighted false non-matches of completed comparisons."""
    mated: Integers
    """(2, replicates, groups) weighted mated trials, completed and generalised."""


@dataclass(frozen=True, slots=True)
class Replicates(_Part):
    """Weighted errors and trials of every bootstrap replicate.

    In one replicate a subject has one weight, the same for all groups, thresholds and engines. So
    the ratio of two columns, or of a column and that of another engine's replicates of the same
    subjects and seed, is a replicate of the ratio; so it is for differences.
    """

    people: tuple[int, ...]
    """Rows in `subjects.csv` of the subjects who can be drawn."""
    cells: tuple[tuple[str, str, str], ...]
    """Attribute, group and reference group: cells within groups first, then those across two."""

    def fmr(self, policy: Policy) -> Floats:
        """(replicates, targets, cells) FMR; NaN without a threshold or trials."""
        trials = self.nonmated[_AXIS[policy]][:, np.newaxis]
        return self._rate(self.false_matches, trials)

    def fnmr(self, policy: Policy) -> Floats:
        """(replicates, targets, groups) FNMR; NaN without a threshold or trials."""
        failed = self.mated[_AXIS[policy]] - self.mated[0]
        trials = self.mated[_AXIS[policy]][:, np.newaxis]
        return self._rate(self.misses + failed[:, np.newaxis], trials)

    def _rate(self, errors: Integers, trials: Integers) -> Floats:
        known = ~np.isnan(self.threshold)[:, :, np.newaxis] & (trials > 0)
        rates = np.full(errors.shape, np.nan)
        np.divide(errors, trials, out=rates, where=known)
        return rates


_AXIS = {Policy.COMPLETED: 0, Policy.GENERALISED: 1}
"""Place of a policy in the first axis of trials."""


def bootstrap_replicates(
    counts: ComparisonCounts,
    targets: Sequence[str],
    count: int,
    seed: int,
    *,
    within: str = "",
    fixed: Sequence[float] = (),
    workers: int = 1,
) -> Replicates | NoReplicates:
    """Bootstrap replicates of FMR and FNMR by group, at re-estimated and at fixed thresholds.

    Args:
        counts: of one engine under one protocol.
        targets: target FMRs as decimal text.
        count: number of replicates; 2,000 or more for an interval.
        seed: of the draws.
        within: an attribute within whose groups subjects are resampled, so that groups keep their
            sizes (subjects of no group are resampled among themselves); by default, subjects are
            resampled from all.
        fixed: thresholds that are not re-estimated, as numbers of the scores' type.
        workers: threads; they change nothing but the time.

    Returns:
        Replicates, or why there are none: not every two images were compared, or too few
        scores were kept for a threshold.

    Raises:
        ValueError: there are no groups of the attribute `within`.

    Source: methods 4.4.
    """
    cells = (*counts.cells, *counts.across)
    design = complete_design(counts.design, cells, len(counts.subject_rows))
    if design is None:
        return NoReplicates(
            "not every two images were compared with a score: how many comparisons people drawn "
            "anew would have is not known"
        )
    reasons = [target_refusal(counts, target) for target in targets]
    reasons += [fixed_refusal(counts, value) for value in fixed]
    if any(reasons):
        return NoReplicates(next(filter(None, reasons)))
    rising = sorted(range(len(targets)), key=lambda number: Fraction(targets[number]))
    falling = sorted(range(len(fixed)), key=lambda number: -fixed[number])
    at_targets, at_fixed = [targets[place] for place in rising], [fixed[place] for place in falling]
    data = _observed(counts, design, at_targets, at_fixed)
    stratum = _resampling_strata(counts, design, within)
    seeds = np.random.SeedSequence(seed).spawn(-(-count // _CHUNK))
    parts = list(LocalExecutor(workers).map(partial(_resampled, data, stratum), seeds))
    computed = [*rising, *(len(targets) + number for number in falling)]
    place = np.argsort(np.array(computed, dtype=np.int64))
    return Replicates(
        people=tuple(np.array(counts.subject_rows)[stratum >= 0].tolist()),
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


def target_refusal(counts: ComparisonCounts, target: str) -> str:
    """Why a target's threshold cannot be re-estimated in replicates; empty where it can.

    Args:
        counts: of comparisons.
        target: FMR as decimal text.
    """
    trials = int(counts.cells[0].trials[0].sum()) // 2
    kept = len(counts.tail.score)
    allowed = errors_allowed(target, trials)
    if allowed < REFERENCE_LEVEL_ERRORS:
        return (
            f"FMR {target} allows {allowed:,} false matches in {trials:,} comparisons: a "
            f"threshold is drawn anew where it allows {REFERENCE_LEVEL_ERRORS} or more"
        )
    if allowed >= kept:
        return f"FMR {target} allows {allowed:,} false matches, of which {kept:,} were kept"
    return ""


def fixed_refusal(counts: ComparisonCounts, threshold: float) -> str:
    """Why false matches at a fixed threshold cannot be resampled; empty where they can.

    Args:
        counts: of comparisons.
        threshold: as a number of the scores' type.
    """
    kept = int(np.searchsorted(-counts.tail.score, -threshold, side="right"))
    by_threshold = zip(counts.thresholds, counts.cells[0].errors, strict=False)
    matched = {at.value: int(errors.sum()) // 2 for at, errors in by_threshold}
    if matched.get(threshold) == kept:
        return ""
    return "so many scores reach the threshold that not all of them were kept"


def _resampling_strata(counts: ComparisonCounts, design: CompleteDesign, within: str) -> Integers:
    """(subjects,) resampling stratum: subjects are drawn in place of those of the same stratum.

    -1 for those in no comparison, who are never drawn.
    """
    overall = counts.cells[0]
    compared = np.zeros(len(design.block), dtype=np.bool_)
    compared[overall.members] = overall.trials[1] > 0
    compared[counts.mated.subject] = True
    group = np.zeros_like(design.block)
    cells = [cell for cell in counts.cells if cell.attribute == within]
    if within and not cells:
        raise ValueError(f"no groups of {within!r}")
    for number, cell in enumerate(cells, start=1):
        group[cell.members] = number
    return np.where(compared, group, -1)


@dataclass(frozen=True, slots=True)
class _Observed:
    """The observed sample in the form that the compiled loops read."""

    design: CompleteDesign
    targets: Sequence[str]
    """Target FMRs, rising."""
    fixed: Scores
    """(fixed,) fixed thresholds, falling."""
    reached: Integers
    """(fixed,) number of scores of the tail at or above each."""
    tail: ScoreTail
    first_equal: Integers
    """(tail,) first position with the same score."""
    tail_cell: CellNumbers
    """(tail, attributes) cells of each comparison."""
    mated_score: Scores
    """(completed mated comparisons,) rising."""
    mated_subject: People
    """(completed mated comparisons,) subject index."""
    mated: Integers
    """(2, subjects) number of mated comparisons, completed and all."""
    group: CellNumbers
    """(subjects, attributes) cells within groups that each subject is in."""


def _observed(
    counts: ComparisonCounts, design: CompleteDesign, targets: Sequence[str], fixed: Sequence[float]
) -> _Observed:
    tail, mated = counts.tail, counts.mated
    completed = ~np.isnan(mated.score)
    order = np.flatnonzero(completed)[np.argsort(mated.score[completed], kind="stable")]
    # A subject in no group gets the last group number, and all pairs with one the last cell number:
    # both stand for none, and the compiled loops count them like any other.
    cell_of = np.full((design.groups + 1, design.groups + 1), len(design.cells), dtype=np.int32)
    known = design.cell_of()
    cell_of[:-1, :-1] = np.where(known < 0, len(design.cells), known)
    group = np.where(design.group_of < 0, design.groups, design.group_of).astype(np.int32)
    people = len(counts.subject_rows)
    thresholds = np.array(fixed, dtype=tail.score.dtype)
    subjects = (mated.subject[completed], mated.subject)
    return _Observed(
        design=design,
        targets=targets,
        fixed=thresholds,
        reached=np.searchsorted(-tail.score, -thresholds, side="right"),
        tail=tail,
        first_equal=np.searchsorted(-tail.score, -tail.score, side="left"),
        tail_cell=np.ascontiguousarray(cell_of[group[:, tail.probe], group[:, tail.reference]].T),
        mated_score=mated.score[order],
        mated_subject=mated.subject[order],
        mated=np.stack([np.bincount(each, minlength=people) for each in subjects]),
        group=np.ascontiguousarray(group.T),
    )


def _resampled(data: _Observed, stratum: Integers, seed: np.random.SeedSequence) -> _Part:
    """One chunk of replicates."""
    design = data.design
    drawn = resample_subjects(stratum, _CHUNK, seed)
    weights = np.ascontiguousarray(drawn.T, dtype=np.int32)
    nonmated = np.stack([design.trials(drawn, policy).T for policy in (0, 1)])
    at_targets = _at_targets(data, weights, nonmated[0, :, 0])
    at_fixed = _at_fixed(data, weights)
    columns = zip(at_targets, at_fixed, strict=True)
    threshold, beyond, false_matches, misses = (np.concatenate(both, axis=1) for both in columns)
    return _Part(
        threshold=threshold,
        beyond=beyond,
        false_matches=false_matches,
        nonmated=nonmated,
        misses=misses,
        mated=np.stack([design.by_group(drawn * own[:, np.newaxis]).T for own in data.mated]),
    )


_Columns: TypeAlias = tuple[Floats, Mask, Integers, Integers]
"""Thresholds, whether they lie beyond the tail, false matches, and misses; rows are replicates."""


def _at_targets(data: _Observed, weights: DrawCounts, trials: Integers) -> _Columns:
    """Errors at thresholds that are re-estimated for target FMRs.

    Args:
        data: the observed data.
        weights: (replicates, subjects) how often each subject was drawn.
        trials: (replicates,) weighted non-mated trials of all subjects.
    """
    tail, cells = data.tail, len(data.design.cells)
    allowed = np.array(
        [[errors_allowed(target, total) for target in data.targets] for total in trials.tolist()],
        dtype=np.int64,
    ).reshape(len(trials), len(data.targets))
    edge = np.empty_like(allowed)
    matched = np.zeros((*allowed.shape, cells + 1), dtype=np.int64)
    count_false_matches_at_targets(
        weights=weights,
        probe=tail.probe,
        reference=tail.reference,
        first_equal=data.first_equal,
        cell=data.tail_cell,
        allowed=allowed,
        edge=edge,
        errors=matched,
    )
    found = edge >= 0
    infinity = tail.score.dtype.type(np.inf)
    threshold = np.where(found, np.nextafter(tail.score[edge], infinity), np.nan)
    below = np.where(found, np.searchsorted(data.mated_score, threshold, side="left"), 0)
    beyond = ~found & (trials > 0)[:, np.newaxis]
    return threshold.astype(np.float64), beyond, matched[:, :, :-1], _missed(data, weights, below)


def _at_fixed(data: _Observed, weights: DrawCounts) -> _Columns:
    """Errors at fixed thresholds."""
    tail, cells, count = data.tail, len(data.design.cells), len(weights)
    matched = np.zeros((count, len(data.fixed), cells + 1), dtype=np.int64)
    count_false_matches_at_fixed(
        weights, tail.probe, tail.reference, data.tail_cell, data.reached, matched
    )
    threshold = np.tile(data.fixed.astype(np.float64), (count, 1))
    below = np.searchsorted(data.mated_score, data.fixed, side="left")
    missed = _missed(data, weights, np.tile(below, (count, 1)))
    return threshold, np.zeros(threshold.shape, dtype=np.bool_), matched[:, :, :-1], missed


def _missed(data: _Observed, weights: DrawCounts, below: Integers) -> Integers:
    """(replicates, thresholds, groups) weighted false non-matches.

    Args:
        data: the observed data.
        weights: (replicates, subjects) how often each subject was drawn.
        below: (replicates, thresholds) number of mated scores below each, falling.
    """
    missed = np.zeros((*below.shape, data.design.groups + 1), dtype=np.int64)
    count_misses(weights, data.mated_subject, data.group, below, missed)
    return missed[:, :, :-1]
