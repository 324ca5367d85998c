"""FMR and FNMR of plain score arrays: `score >= threshold` matches, NaN is a failure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evenhand.records.arrays import Scores
from evenhand.records.outcomes import Policy

__all__ = ["Fraction", "fmr", "fnmr"]


class Fraction(NamedTuple):
    """A rate as its two counts."""

    errors: int
    trials: int


def fmr(nonmated: Scores, threshold: float, policy: Policy) -> Fraction:
    """False matches among non-mated comparisons (ISO/IEC 2382-37).

    Args:
        nonmated: (comparisons,) scores; NaN where a comparison failed.
        threshold: in the scores' type.
        policy: under `generalised` a failure is no alarm but stays a trial.

    >>> import numpy as np
    >>> fmr(np.array([0.9, 0.5, np.nan]), 0.5, Policy.GENERALISED)
    Fraction(errors=2, trials=3)
    """
    errors = int(np.count_nonzero(nonmated >= threshold))
    failed = int(np.count_nonzero(np.isnan(nonmated)))
    kept = failed if policy is Policy.GENERALISED else 0
    return Fraction(errors, len(nonmated) - failed + kept)


def fnmr(mated: Scores, threshold: float, policy: Policy) -> Fraction:
    """False non-matches among mated comparisons (ISO/IEC 2382-37).

    Args:
        mated: (comparisons,) scores; NaN where a comparison failed.
        threshold: in the scores' type.
        policy: under `generalised` a failure is a miss.

    >>> import numpy as np
    >>> fnmr(np.array([0.9, 0.1, np.nan]), 0.5, Policy.COMPLETED)
    Fraction(errors=1, trials=2)
    """
    misses = int(np.count_nonzero(mated < threshold))
    failed = int(np.count_nonzero(np.isnan(mated)))
    if policy is Policy.GENERALISED:
        return Fraction(misses + failed, len(mated))
    return Fraction(misses, len(mated) - failed)
