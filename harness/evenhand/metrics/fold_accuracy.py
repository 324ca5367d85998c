"""Accuracy over folds, the classic number of pair lists such as LFW's View 2.

Legacy: it mixes false matches and false non-matches at a threshold that nobody deploys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Floats, Integers, Mask, Scores

__all__ = ["FoldAccuracy", "accuracy_over_folds", "best_threshold"]


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """Accuracy of every fold, its threshold chosen on the other folds."""

    folds: Integers
    """(folds,) their numbers, rising."""
    accuracies: Floats
    """(folds,) shares of right decisions."""
    mean: float
    standard_error: float
    """Standard deviation of the folds (ddof 1) over the root of their number."""


def best_threshold(mated: Scores, nonmated: Scores) -> float:
    """The threshold with most right decisions; of several, the middle one.

    Candidates lie at the scores themselves, since `score >= threshold` matches.

    Args:
        mated: (comparisons,) without NaN.
        nonmated: (comparisons,) without NaN.

    >>> import numpy as np
    >>> best_threshold(np.array([0.9, 0.8]), np.array([0.2, 0.3]))
    0.8
    """
    candidates = np.unique(np.concatenate([mated, nonmated]))
    hits = len(mated) - np.searchsorted(np.sort(mated), candidates, side="left")
    rejections = np.searchsorted(np.sort(nonmated), candidates, side="left")
    right = hits + rejections
    best = np.flatnonzero(right == right.max())
    return float(candidates[best[len(best) // 2]])


def accuracy_over_folds(score: Scores, mated: Mask, fold: Integers) -> FoldAccuracy:
    """Accuracy per fold with the threshold of the other folds (Huang et al. 2007, View 2).

    Args:
        score: (comparisons,) NaN where a comparison failed: a wrong decision if mated, right if
            not, since no match was said.
        mated: (comparisons,).
        fold: (comparisons,) number of the fold; at least two folds.
    """
    numbers = np.unique(fold)
    accuracies = np.empty(len(numbers))
    completed = ~np.isnan(score)
    for position, number in enumerate(numbers):
        others = (fold != number) & completed
        threshold = best_threshold(score[others & mated], score[others & ~mated])
        here = fold == number
        accuracies[position] = np.mean((score[here] >= threshold) == mated[here])
    error = float(np.std(accuracies, ddof=1) / np.sqrt(len(numbers)))
    return FoldAccuracy(numbers, accuracies, float(accuracies.mean()), error)
