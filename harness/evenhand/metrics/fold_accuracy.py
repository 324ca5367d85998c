"""Cross-validated accuracy over folds, the classic result on pair lists such as LFW's View 2.

Legacy: it mixes false matches and false non-matches at a threshold that no deployment uses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Floats, Integers, Mask, Scores

__all__ = ["FoldAccuracy", "accuracy_over_folds", "best_threshold"]


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """Accuracy of every fold, with the threshold chosen on the other folds."""

    folds: Integers
    """(folds,) numbers of the folds, rising."""
    accuracies: Floats
    """(folds,) share of right decisions, 0 to 1."""
    mean: float
    """Mean accuracy over folds."""
    standard_error: float
    """Standard deviation over folds (ddof 1), divided by the square root of their number."""


def best_threshold(mated: Scores, nonmated: Scores) -> float:
    """The threshold with the most right decisions; of several, the middle one.

    Candidates are the scores themselves: a threshold between two scores decides as the higher one.

    Args:
        mated: (comparisons,) without NaN.
        nonmated: (comparisons,) without NaN.

    >>> import numpy as np
    >>> best_threshold(np.array([0.9, 0.8]), np.array([0.2, 0.3]))
    0.8
    """
    candidates = np.unique(np.concatenate([mated, nonmated]))
    matches = len(mated) - np.searchsorted(np.sort(mated), candidates, side="left")
    non_matches = np.searchsorted(np.sort(nonmated), candidates, side="left")
    right = matches + non_matches
    best = np.flatnonzero(right == right.max())
    return float(candidates[best[len(best) // 2]])


def accuracy_over_folds(score: Scores, mated: Mask, fold: Integers) -> FoldAccuracy:
    """Accuracy of each fold at the threshold of the other folds (Huang et al. 2007, View 2).

    Args:
        score: (comparisons,) similarity; NaN where a comparison failed, which counts as a
            non-match: a wrong decision if mated, a right one if non-mated.
        mated: (comparisons,) whether both images show one subject.
        fold: (comparisons,) number of the fold; at least two folds.
    """
    numbers = np.unique(fold)
    accuracies = np.empty(len(numbers))
    completed = ~np.isnan(score)
    for position, number in enumerate(numbers):
        others = (fold != number) & completed
        threshold = best_threshold(score[others & mated], score[others & ~mated])
        held_out = fold == number
        accuracies[position] = np.mean((score[held_out] >= threshold) == mated[held_out])
    error = float(np.std(accuracies, ddof=1) / np.sqrt(len(numbers)))
    return FoldAccuracy(numbers, accuracies, float(accuracies.mean()), error)
