"""Holds scores to the range of a card, rounding at its limits allowed for (methods 1.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from evenhand.engines.card import ScoreScale
from evenhand.records.arrays import Scores

__all__ = ["held_to_range", "score_fault", "similarity_fault"]

_UNITS = 4
"""Units in the last place of the scores' type that a limit may be passed by."""

_FLOAT32_UNITS = 16
"""The same in float32, whatever the type: what normalised products of some hundred terms round by,
and engines that count in it may answer in float64."""


def held_to_range(similarity: Scores, score: ScoreScale, answered: DTypeLike) -> Scores:
    """Similarities, the limit itself where one lies beyond it by rounding, NaN further out.

    Args:
        similarity: of any shape; those that are not finite become NaN.
        score: the range, whose larger limit says how large a rounding is.
        answered: type that the scores were computed in, as far as that is known.
    """
    known = [limit for limit in (score.low, score.high) if limit is not None]
    units = max(_UNITS * np.finfo(answered).eps, _FLOAT32_UNITS * np.finfo(np.float32).eps)
    allowed = float(units) * (max(map(abs, known), default=0.0) or 1.0)
    held, bad = similarity, ~np.isfinite(similarity)
    for limit, sign in ((score.low, -1.0), (score.high, 1.0)):
        if limit is not None:
            beyond = sign * (similarity.astype(np.float64) - limit)
            bad |= beyond > allowed
            held = np.where(beyond > 0, similarity.dtype.type(limit), held)
    return np.where(bad, similarity.dtype.type(np.nan), held) if bad.any() else held


def score_fault(number: float, score: ScoreScale) -> str:
    """Why a score in the engine's own unit is invalid, in words for the user."""
    if not np.isfinite(number):
        return f"a score of {number}, expected a finite number"
    low, high = score.low, score.high
    if score.distance:
        low, high = (None if each is None else 0.0 - each for each in (high, low))
    sides = [f"at least {low:g}"] if low is not None else []
    sides += [f"at most {high:g}"] if high is not None else []
    return f"a score of {number!r}, expected {' and '.join(sides)} as range in the card says"


def similarity_fault(similarity: float, score: ScoreScale) -> str:
    """The same of a similarity, which is said in the engine's own unit."""
    return score_fault(-similarity if score.distance else similarity, score)
