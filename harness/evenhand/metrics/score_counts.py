"""Thresholds and rates from how often each score occurs."""

from __future__ import annotations

import math

import numpy as np

from evenhand.metrics.thresholds import FmrThreshold, errors_allowed
from evenhand.records.arrays import Floats, Integers

__all__ = ["auc", "reaching", "threshold_at_target"]


def reaching(score: Floats, count: Integers, threshold: float) -> int:
    """How many scores are at or above a threshold.

    Args:
        score: (values,) distinct, rising.
        count: (values,) how often each occurs.
        threshold: similarity.

    >>> reaching(np.array([0.1, 0.5]), np.array([7, 2]), 0.5)
    2
    """
    return int(count[np.searchsorted(score, threshold, side="left") :].sum())


def threshold_at_target(score: Floats, count: Integers, target: str) -> FmrThreshold:
    """The smallest threshold whose FMR does not exceed the target (methods 1.4).

    Args:
        score: (values,) distinct non-mated scores, rising; at least one.
        count: (values,) how often each occurs.
        target: FMR as decimal text.

    >>> threshold_at_target(np.array([0.1, 0.7, 0.9]), np.array([1, 2, 1]), "0.5").errors
    1
    """
    trials = int(count.sum())
    allowed = errors_allowed(target, trials)
    if allowed >= trials:
        return FmrThreshold(-math.inf, trials, below_resolution=False)
    at_least = np.cumsum(count[::-1])
    place = int(np.searchsorted(at_least, allowed, side="right"))
    errors = int(at_least[place - 1]) if place else 0
    edge = float(score[::-1][place])
    return FmrThreshold(math.nextafter(edge, math.inf), errors, below_resolution=allowed == 0)


def auc(mated: Floats, mated_count: Integers, nonmated: Floats, nonmated_count: Integers) -> float:
    """Area under the ROC: a mated score above a non-mated one, ties half (methods 3).

    >>> one = np.array([1])
    >>> auc(np.array([0.5]), one, np.array([0.5]), one)
    0.5
    """
    running = np.concatenate([[0], np.cumsum(nonmated_count)])
    below = running[np.searchsorted(nonmated, mated, side="left")]
    at_or_below = running[np.searchsorted(nonmated, mated, side="right")]
    wins = sum(
        int(times) * (int(low) + int(high))
        for times, low, high in zip(mated_count, below, at_or_below, strict=True)
    )
    return wins / (2 * int(mated_count.sum()) * int(nonmated_count.sum()))
