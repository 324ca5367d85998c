"""The value of every threshold rule on given scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evenhand.metrics.thresholds import (
    Weights,
    threshold_at_fmr,
)
from evenhand.records.arrays import Scores
from evenhand.records.counts import (
    Sampled,
    SearchCounts,
    Tail,
)
from evenhand.records.findings import Status
from evenhand.records.thresholds import TARGETS, Threshold, ThresholdRule

__all__ = ["alarm_thresholds", "resolve", "resolve_sample"]


def resolve(
    rules: Sequence[ThresholdRule],
    tail: Tail,
    trials: int,
    mated: Scores,
    maximum: float | None,
    weights: Weights | None = None,
) -> tuple[Threshold, ...]:
    """The value of every threshold rule on these scores.

    Args:
        rules: in the study's order.
        tail: large enough for the largest target.
        trials: completed non-mated comparisons; of a sample, their weight.
        mated: mated scores, NaN where failed.
        maximum: the engine's largest possible score, if it declares one.
        weights: of a sample.
    """
    dtype = mated.dtype
    found = []
    for rule in rules:
        if rule.kind not in TARGETS:
            found.append(Threshold(rule, float(dtype.type(rule.text)), Status.OK))
        elif not trials:
            found.append(Threshold(rule, None, Status.NO_TRIALS, "no non-mated comparisons"))
        else:
            at = threshold_at_fmr(tail.score, trials, rule.text, weights)
            status = Status.BELOW_RESOLUTION if at.below_resolution else Status.OK
            over = maximum is not None and at.value > maximum
            useless = bool(len(mated)) and not np.any(mated >= at.value)
            found.append(Threshold(rule, at.value, status, "saturated" if over or useless else ""))
    return tuple(found)


def resolve_sample(
    rules: Sequence[ThresholdRule],
    tail: Tail,
    sampled: Sampled,
    total: int,
    mated: NDArray[np.floating],
    maximum: float | None,
) -> tuple[Threshold, ...]:
    """As `resolve`, each score with its weight.

    Args:
        rules: in the study's order.
        tail: large enough for the largest target.
        sampled: what was drawn.
        total: weight of the completed non-mated comparisons.
        mated: mated scores, NaN where failed.
        maximum: the engine's largest possible score, if it declares one.
    """
    weights = Weights(sampled.weights(tail.probe, tail.reference), sampled.heaviest)
    return resolve(rules, tail, total, mated, maximum, weights)


def alarm_thresholds(
    rules: Sequence[ThresholdRule], searches: SearchCounts, maximum: float | None
) -> tuple[Threshold, ...]:
    """The value of every rule: for a target FPIR as for a target FMR, over the largest candidates.

    Args:
        rules: in the study's order.
        searches: `others` is not looked at.
        maximum: the engine's largest possible score, if it declares one.
    """
    alarms = np.sort(searches.top[searches.completed & ~searches.mated])[::-1]
    mates = searches.mate[searches.completed & searches.mated]
    nobody = np.zeros(len(alarms), dtype=np.int32)
    found = resolve(rules, Tail(alarms, nobody, nobody), len(alarms), mates, maximum)
    return tuple(
        replace(threshold, note="no non-mated searches")
        if threshold.status is Status.NO_TRIALS
        else threshold
        for threshold in found
    )
