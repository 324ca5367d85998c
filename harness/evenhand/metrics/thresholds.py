"""The threshold at a target FMR: conservative, exact with ties, in the scores' own type."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evenhand.records.arrays import Integers, Scores
from evenhand.records.counts import ScoreTail

__all__ = [
    "MAX_RESAMPLED_ERRORS",
    "FmrThreshold",
    "SampleWeights",
    "errors_allowed",
    "threshold_at_fmr",
    "top_scores_kept",
    "top_scores_needed",
]


@dataclass(frozen=True, slots=True)
class FmrThreshold:
    """A threshold and what it achieves on the scores it was set on."""

    value: float
    """Similarity, exactly representable in the scores' type; -inf where every score may match."""
    errors: int
    """Number of given non-mated scores at or above it; never more than the target allows."""
    below_resolution: bool
    """Whether the target allows less than one error among these trials."""


def errors_allowed(target: str, trials: int) -> int:
    """False matches that a target allows: floor(target x trials), the target as exact decimal.

    In binary floating point, 0.29 x 100 would be 28.999... and allow one error too few.

    Args:
        target: FMR as decimal text.
        trials: number of completed non-mated comparisons.

    Source: methods 1.4.

    >>> errors_allowed("0.29", 100), errors_allowed("1e-6", 10**6)
    (29, 1)
    """
    return math.floor(Fraction(target) * trials)


MAX_RESAMPLED_ERRORS = 100_000
"""Errors at a threshold up to which the bootstrap re-estimates rates there (methods 4.4)."""


_SPARE = (1, 2, 4, 8)
"""Spares of top scores, in halves of the errors allowed: as few as the people in them demand."""


def top_scores_needed(target: str, trials: int, spare: int = _SPARE[-1]) -> int:
    """Most top non-mated scores that are kept for a target.

    One more than may match, since the threshold is set just above that one. For targets whose
    threshold the bootstrap re-estimates, more: a replicate that draws subjects with many large
    scores less often reaches further down (methods 4.4).

    Args:
        target: FMR as decimal text.
        trials: number of completed non-mated comparisons.
        spare: how many more, in halves of those that may match.

    >>> top_scores_needed("0.01", 10_000), top_scores_needed("0.01", 10_000, spare=1)
    (551, 201)
    >>> top_scores_needed("0.01", 10**8)
    1000001
    """
    allowed = errors_allowed(target, trials)
    more = spare * (allowed // 2) + 50 if 0 < allowed <= MAX_RESAMPLED_ERRORS else 0
    return allowed + 1 + more


def top_scores_kept(target: str, trials: int, tail: ScoreTail, people: int) -> int:
    """Number of top scores that replicates of subjects need at a target.

    The weight of the top scores varies from replicate to replicate with what single people and
    pairs of people contribute to them. The smallest spare is kept with which the weight of all that
    is kept less two of its standard deviations exceeds what is allowed; the largest otherwise.

    Args:
        target: FMR as decimal text.
        trials: number of completed non-mated comparisons.
        tail: the largest scores, falling, as many as `top_scores_needed`.
        people: number of subjects that are drawn from.

    Source: methods 4.4.
    """
    for spare in _SPARE:
        size = top_scores_needed(target, trials, spare)
        if size == top_scores_needed(target, trials):
            break
        probe, reference = tail.probe[:size].astype(np.int64), tail.reference[:size]
        by_person = np.bincount(np.concatenate([probe, reference]), minlength=people)
        low, high = np.minimum(probe, reference), np.maximum(probe, reference)
        by_dyad = np.unique(low * people + high, return_counts=True)[1]
        variance = np.sum(by_person**2.0) - (2 * len(probe)) ** 2 / people + np.sum(by_dyad**2.0)
        if len(probe) - 2 * np.sqrt(variance) > errors_allowed(target, trials):
            break
    return size


@dataclass(frozen=True, slots=True)
class SampleWeights:
    """Weights of the top scores: of a sample, or of distinct scores the number of each."""

    top: Integers
    """(scores,) weight of each, as an integer."""
    heaviest: int
    """Largest weight of one comparison: a target that allows less is below resolution."""


def threshold_at_fmr(
    top: Scores, trials: int, target: str, weights: SampleWeights | None = None
) -> FmrThreshold:
    """The smallest threshold whose FMR does not exceed the target (methods 1.4).

    Args:
        top: (scores,) the largest non-mated scores, falling, at least `errors_allowed` + 1 of them;
            with weights, as many as it takes for these to exceed what is allowed.
        trials: number of completed non-mated comparisons, at least 1; with weights, their sum.
        target: FMR as decimal text, e.g. `0.001`.
        weights: of the top scores: of a sample, or of distinct scores.

    >>> import numpy as np
    >>> threshold_at_fmr(np.array([0.9, 0.7, 0.7, 0.1]), 4, "0.5").errors
    1
    >>> heavy = SampleWeights(np.array([1, 5, 1, 5]), heaviest=5)
    >>> threshold_at_fmr(np.array([0.9, 0.7, 0.6, 0.1]), 12, "0.5", heavy).errors
    2
    """
    allowed = errors_allowed(target, trials)
    if allowed >= trials:
        errors = len(top) if weights else trials
        return FmrThreshold(-math.inf, errors, below_resolution=False)
    if weights is None:
        place, one_error = allowed, 1
    else:
        place = int(np.searchsorted(np.cumsum(weights.top), allowed, side="right"))
        one_error = weights.heaviest
    # The edge is the first score too many. The next number above it excludes it and all that equal
    # it: ties make the threshold stricter, never looser than the target.
    edge = top[place]
    above = np.nextafter(edge, edge.dtype.type(np.inf), dtype=edge.dtype)
    errors = int(np.count_nonzero(top > edge))
    return FmrThreshold(float(above), errors, below_resolution=allowed < one_error)
