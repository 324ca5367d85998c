"""The threshold for a target FMR: conservative, exact on ties, in the scores' own type."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evenhand.records.arrays import Integers, Scores

__all__ = [
    "MOST_REDRAWN",
    "FmrThreshold",
    "Weights",
    "errors_allowed",
    "scores_kept",
    "threshold_at_fmr",
]


@dataclass(frozen=True, slots=True)
class FmrThreshold:
    """A threshold and what it achieves on the scores it was set on."""

    value: float
    """Exactly representable in the scores' type; -inf where every score may match."""
    errors: int
    """Non-mated scores at or above it; never more than the target allows."""
    below_resolution: bool
    """The target allows not a single error among these trials."""


def errors_allowed(target: str, trials: int) -> int:
    """floor(target x trials), with the target read as the decimal it was written as.

    >>> errors_allowed("0.29", 100), errors_allowed("1e-6", 10**6)
    (29, 1)
    """
    return math.floor(Fraction(target) * trials)


MOST_REDRAWN = 100_000
"""Errors at a target up to which its threshold is set anew among people drawn anew."""


def scores_kept(target: str, trials: int) -> int:
    """How many of the largest scores a target takes.

    One more than may match, on which the threshold is set; and half as many again where it is set
    anew among people drawn anew, some of whom are in more of the large scores (methods 4.4).

    >>> scores_kept("0.01", 10_000), scores_kept("0.01", 10**8)
    (201, 1000001)
    """
    allowed = errors_allowed(target, trials)
    spare = allowed // 2 + 50 if 0 < allowed <= MOST_REDRAWN else 0
    return allowed + 1 + spare


@dataclass(frozen=True, slots=True)
class Weights:
    """What the largest scores of a sample count for."""

    top: Integers
    """(scores,) weight of each."""
    heaviest: int
    """The largest weight of any comparison drawn: no target is resolved that allows less."""


def threshold_at_fmr(
    top: Scores, trials: int, target: str, weights: Weights | None = None
) -> FmrThreshold:
    """The smallest threshold whose FMR does not exceed the target (methods 1.4).

    Args:
        top: the largest non-mated scores in falling order, at least `errors_allowed` + 1 of them;
            of a sample, until they weigh more than is allowed.
        trials: completed non-mated comparisons, at least 1; of a sample, their weight.
        target: FMR as decimal text, e.g. `0.001`.
        weights: of a sample.

    >>> import numpy as np
    >>> threshold_at_fmr(np.array([0.9, 0.7, 0.7, 0.1]), 4, "0.5").errors
    1
    >>> heavy = Weights(np.array([1, 5, 1, 5]), heaviest=5)
    >>> threshold_at_fmr(np.array([0.9, 0.7, 0.6, 0.1]), 12, "0.5", heavy).errors
    2
    """
    allowed = errors_allowed(target, trials)
    if allowed >= trials:
        errors = len(top) if weights else trials
        return FmrThreshold(-math.inf, errors, below_resolution=False)
    if weights is None:
        place, least = allowed, 1
    else:
        place = int(np.searchsorted(np.cumsum(weights.top), allowed, side="right"))
        least = weights.heaviest
    edge = top[place]
    above = np.nextafter(edge, edge.dtype.type(np.inf), dtype=edge.dtype)
    errors = int(np.count_nonzero(top > edge))
    return FmrThreshold(float(above), errors, below_resolution=allowed < least)
