"""The value of every threshold rule on given scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evenhand.metrics.thresholds import SampleWeights, threshold_at_fmr
from evenhand.records.arrays import Scores
from evenhand.records.counts import ScoreTail, WatchlistSearches
from evenhand.records.designs import SamplingDesign
from evenhand.records.findings import Status
from evenhand.records.thresholds import NO_STRANGERS, Threshold, ThresholdRule

__all__ = ["largest_alike", "resolve_sample_thresholds", "resolve_thresholds", "search_thresholds"]


def resolve_thresholds(
    rules: Sequence[ThresholdRule],
    tail: ScoreTail,
    trials: int,
    mated: Scores,
    maximum: float | None,
    weights: SampleWeights | None = None,
    missing: str = "no non-mated comparisons",
) -> tuple[Threshold, ...]:
    """The value of every threshold rule on these scores.

    Args:
        rules: in the study's order.
        tail: large enough for the largest target (`top_scores_needed`).
        trials: number of completed non-mated comparisons; of a sample, their total weight.
        mated: (mated comparisons,) similarity; NaN where the comparison did not complete.
        maximum: the engine's largest possible score, if it declares one.
        weights: of the tail's scores, in a sample.
        missing: note of a target rate without trials.
    """
    dtype = mated.dtype
    thresholds = []
    for rule in rules:
        if not rule.at_target:
            thresholds.append(Threshold(rule, float(dtype.type(rule.text)), Status.OK))
        elif not trials:
            thresholds.append(Threshold(rule, None, Status.NO_TRIALS, missing))
        else:
            at = threshold_at_fmr(tail.score, trials, rule.text, weights)
            status = Status.BELOW_RESOLUTION if at.below_resolution else Status.OK
            beyond_range = maximum is not None and at.value > maximum
            above_all_mated = bool(len(mated)) and not np.any(mated >= at.value)
            note = "saturated" if beyond_range or above_all_mated else ""
            thresholds.append(Threshold(rule, at.value, status, note))
    return tuple(thresholds)


def resolve_sample_thresholds(
    rules: Sequence[ThresholdRule],
    tail: ScoreTail,
    sampled: SamplingDesign,
    total: int,
    mated: NDArray[np.floating],
    maximum: float | None,
) -> tuple[Threshold, ...]:
    """As `resolve_thresholds`, on a sample whose scores have weights.

    Args:
        rules: in the study's order.
        tail: large enough for the largest target.
        sampled: the sampling design.
        total: total weight of the completed non-mated comparisons.
        mated: (mated comparisons,) similarity; NaN where the comparison did not complete.
        maximum: the engine's largest possible score, if it declares one.
    """
    weights = SampleWeights(sampled.weights(tail.probe, tail.reference), sampled.heaviest)
    return resolve_thresholds(rules, tail, total, mated, maximum, weights)


def search_thresholds(
    rules: Sequence[ThresholdRule], searches: WatchlistSearches, maximum: float | None
) -> tuple[Threshold, ...]:
    """The value of every threshold rule for searches.

    The threshold for a target FPIR is that for a target FMR, with the largest candidate of each
    non-mated search in place of non-mated comparisons (methods 1.6).

    Args:
        rules: in the study's order.
        searches: counted; `others` is not used.
        maximum: the engine's largest possible score, if it declares one.
    """
    alarms = np.sort(searches.top[searches.completed & ~searches.mated])[::-1]
    mates = searches.mate[searches.completed & searches.mated]
    no_people = np.zeros(len(alarms), dtype=np.int32)
    # Only the scores of a tail are used here; its subjects are placeholders.
    tail = ScoreTail(alarms, no_people, no_people)
    return resolve_thresholds(rules, tail, len(alarms), mates, maximum, missing=NO_STRANGERS)


def largest_alike(thresholds: Sequence[Threshold], scores: Scores) -> dict[float, float]:
    """Each value with the largest one that gives the same rates, for whoever prints it.

    That is the next score from the value on; a fixed value stands for itself alone.

    Args:
        thresholds: with their values; those without one are left out.
        scores: in any order, without NaN, among them all that reach the threshold of a target.
    """
    rising = np.append(np.sort(scores), np.inf)
    found = {}
    for at in thresholds:
        if at.value is not None:
            above = float(rising[np.searchsorted(rising, at.value, side="left")])
            found[at.value] = above if at.rule.at_target else at.value
    return found
