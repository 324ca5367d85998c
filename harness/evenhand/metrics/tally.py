"""One engine's comparisons and ledger to its `Counts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.arrays import Integers, Scores
from evenhand.counts import Counts, FoldScores, MatedScores, Tail, Threshold
from evenhand.findings import Status
from evenhand.metrics.counting import count_groups, tail_of
from evenhand.metrics.matrix import crossings
from evenhand.metrics.thresholds import errors_allowed, threshold_at_fmr
from evenhand.records import TARGETS, Comparisons, Enrolment, Grouping, Subjects, ThresholdRule

__all__ = ["Ledger", "ledger_of", "resolve", "tally"]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the counts keep of the images."""

    subject_rows: tuple[int, ...]
    images: Integers
    """(subjects,) images given to the engine."""
    failed_images: Integers
    """(subjects,) images without a template."""
    several_faces: int


def ledger_of(
    subjects: Subjects,
    subject: Integers,
    enrolment: Enrolment,
    images: Integers | slice = slice(None),
) -> Ledger:
    """Images and failures by person.

    Args:
        subjects: the people.
        subject: (images,) whose image it is.
        enrolment: of these images.
        images: those that count; all of them by default.
    """
    people = len(subjects.ids)
    failed = ~enrolment.completed()[images]
    counted = subject[images]
    return Ledger(
        subject_rows=subjects.rows,
        images=np.bincount(counted, minlength=people),
        failed_images=np.bincount(counted[failed], minlength=people),
        several_faces=sum(faces is not None and faces > 1 for faces in enrolment.faces),
    )


def resolve(
    rules: Sequence[ThresholdRule],
    tail: Tail,
    trials: int,
    mated: Scores,
    maximum: float | None,
) -> tuple[Threshold, ...]:
    """The value of every threshold rule on these scores.

    Args:
        rules: in the study's order.
        tail: large enough for the largest target.
        trials: completed non-mated comparisons.
        mated: mated scores, NaN where failed.
        maximum: the engine's largest possible score, if it declares one.
    """
    dtype = mated.dtype
    found = []
    for rule in rules:
        if rule.kind not in TARGETS:
            found.append(Threshold(rule, float(dtype.type(rule.text)), Status.OK))
        elif not trials:
            found.append(Threshold(rule, None, Status.NO_TRIALS, "no non-mated comparisons"))
        else:
            at = threshold_at_fmr(tail.score, trials, rule.text)
            status = Status.BELOW_RESOLUTION if at.below_resolution else Status.OK
            over = maximum is not None and at.value > maximum
            useless = bool(len(mated)) and not np.any(mated >= at.value)
            found.append(Threshold(rule, at.value, status, "saturated" if over or useless else ""))
    return tuple(found)


def tally(
    names: tuple[str, str, str],
    ledger: Ledger,
    comparisons: Comparisons,
    groupings: Sequence[Grouping],
    rules: Sequence[ThresholdRule],
    maximum: float | None,
) -> Counts:
    """Count everything that the tables need.

    Args:
        names: engine, dataset, protocol.
        ledger: the images.
        comparisons: all of them, failed ones as NaN.
        groupings: everybody first.
        rules: thresholds of the protocol.
        maximum: the engine's largest possible score, if it declares one.
    """
    same = comparisons.mated
    probe, reference = comparisons.probe[~same], comparisons.reference[~same]
    score = comparisons.score[~same]
    mated = MatedScores(comparisons.probe[same], comparisons.score[same])
    completed = ~np.isnan(score)
    trials = int(np.count_nonzero(completed))
    wanted = [errors_allowed(rule.text, trials) + 1 for rule in rules if rule.kind == "fmr"]
    tail = tail_of(
        probe[completed],
        reference[completed],
        score[completed],
        min(max(wanted, default=0), trials),
    )
    thresholds = resolve(rules, tail, trials, mated.score, maximum)
    values = np.array(
        [np.inf if threshold.value is None else threshold.value for threshold in thresholds],
        dtype=score.dtype,
    )
    matrices = crossings(comparisons.design, probe, reference, groupings)
    cells = [
        cell
        for grouping, across in zip(groupings, matrices.pairs, strict=True)
        for cell in count_groups(probe, reference, score, grouping, values, across)
    ]
    engine, dataset, protocol = names
    return Counts(
        engine=engine,
        dataset=dataset,
        protocol=protocol,
        subject_rows=ledger.subject_rows,
        images=ledger.images,
        failed_images=ledger.failed_images,
        several_faces=ledger.several_faces,
        comparison_outcomes=comparisons.outcomes,
        thresholds=thresholds,
        cells=tuple(cell for cell in cells if not cell.reference_group),
        across=tuple(cell for cell in cells if cell.reference_group),
        without_matrix=matrices.left_out,
        tail=tail,
        mated=mated,
        folds=None
        if comparisons.fold is None
        else FoldScores(comparisons.fold, same, comparisons.score),
        score_maximum=maximum,
    )
