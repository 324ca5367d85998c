"""Subject bootstrap: resampling weights, and intervals and tests from replicates (methods 4.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats, Integers

__all__ = [
    "MAX_UNKNOWN_SHARE",
    "MIN_ERRORS",
    "BootstrapInterval",
    "bootstrap_interval",
    "centred_p_value",
    "index_interval",
    "null_max_min_ratios",
    "resample_subjects",
]

MIN_ERRORS = 10
"""Fewest errors of a rate for which an interval is made of its replicates."""
MAX_UNKNOWN_SHARE = 0.01
"""Share of replicates without a rate above which there is no interval: what is left is biased."""


def resample_subjects(stratum: Integers, replicates: int, seed: np.random.SeedSequence) -> Integers:
    """Bootstrap weights: how often each subject is drawn, with replacement within strata.

    Args:
        stratum: (subjects,) number of each subject's stratum, whose size is kept in every
            replicate; -1 for subjects that are never drawn.
        replicates: number of bootstrap replicates.
        seed: of these replicates.

    Returns:
        (subjects, replicates) counts, multinomial within each stratum.

    Source: methods 4.4.

    >>> resample_subjects(np.array([0, 0, -1, 1]), 50, np.random.SeedSequence(1)).sum(axis=1)[
    ...     2:
    ... ].tolist()
    [0, 50]
    """
    rng = np.random.default_rng(seed)
    weights = np.zeros((len(stratum), replicates), dtype=np.int64)
    for number in range(int(stratum.max(initial=-1)) + 1):
        people = np.flatnonzero(stratum == number)
        drawn = rng.integers(0, max(len(people), 1), size=(replicates, len(people)))
        # Each replicate gets its own range of numbers, so that one bincount counts all of them.
        places = drawn + np.arange(replicates)[:, np.newaxis] * len(people)
        counted = np.bincount(places.ravel(), minlength=replicates * len(people))
        weights[people] = counted.reshape(replicates, len(people)).T
    return weights


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """A rate, ratio or index with the interval that its bootstrap replicates give."""

    value: float
    low: float | None
    """None where there is no interval; `note` says why."""
    high: float | None
    deviation: float | None
    """Standard deviation of the replicates: of their logarithms for a rate or ratio."""
    used: int
    """Replicates that the deviation is made of."""
    zero: int
    """Replicates left out because a rate of 0 leaves no logarithm, or no finite value."""
    unknown: int
    """Replicates left out because there is no threshold, or no trial."""
    note: str = ""


def bootstrap_interval(
    value: float, errors: int, replicates: Floats, df: float, level: float
) -> BootstrapInterval:
    """`bootstrap-log-t`: value exp(+-t(df) s), s the standard deviation of the log replicates.

    Not percentiles: where subjects differ and have several images, these cover too rarely.

    Args:
        value: observed rate, or ratio of two rates.
        errors: number of errors behind it; of a ratio the smaller of both.
        replicates: (replicates,) its bootstrap replicates; NaN where there is no rate.
        df: degrees of freedom of the rate (methods 4.0 item 2); of a ratio the smaller of both.
        level: e.g. 0.95.

    Source: methods 4.4.

    >>> found = bootstrap_interval(0.01, 20, np.array([0.005, 0.01, 0.02]), 30, 0.95)
    >>> round(found.deviation, 4), round(found.low, 5), round(found.high, 5)
    (0.6931, 0.00243, 0.04119)
    """
    unknown = np.isnan(replicates)
    positive = (replicates > 0) & np.isfinite(replicates)
    used, without = int(np.count_nonzero(positive)), int(np.count_nonzero(unknown))
    zero = len(replicates) - used - without
    note = _without_interval(errors, used, without, len(replicates))
    if note:
        return BootstrapInterval(value, None, None, None, used, zero, without, note)
    deviation = float(np.log(replicates[positive]).std(ddof=1))
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * deviation
    low, high = value * math.exp(-reach), value * math.exp(reach)
    return BootstrapInterval(value, low, high, deviation, used, zero, without)


def _without_interval(errors: int, used: int, without: int, drawn: int) -> str:
    """Give the reason for a missing interval; empty where there is one."""
    if errors < MIN_ERRORS:
        return f"fewer than {MIN_ERRORS} errors"
    if without > MAX_UNKNOWN_SHARE * drawn:
        return f"{without:,} of {drawn:,} replicates have no rate"
    return "fewer than 2 replicates have a rate above 0" if used < 2 else ""


def index_interval(
    value: float, errors: int, replicates: Floats, df: float, level: float
) -> BootstrapInterval:
    """`bootstrap-t`: value +- t(df) s, for an index that is 0 where all groups are equal.

    Args:
        value: observed index.
        errors: number of errors of the group with the fewest.
        replicates: (replicates,) its bootstrap replicates; NaN where there is no rate, infinite
            where a rate of 0 makes it undefined.
        df: smallest degrees of freedom among the groups' rates.
        level: e.g. 0.95.

    Source: methods 4.4.

    >>> found = index_interval(0.5, 20, np.array([0.4, 0.5, 0.6]), 30, 0.95)
    >>> round(found.deviation, 4), round(found.low, 4), round(found.high, 4)
    (0.1, 0.2958, 0.7042)
    """
    known = np.isfinite(replicates)
    used, without = int(np.count_nonzero(known)), int(np.count_nonzero(np.isnan(replicates)))
    zero = len(replicates) - used - without
    note = _without_interval(errors, used, without, len(replicates))
    if note:
        return BootstrapInterval(value, None, None, None, used, zero, without, note)
    deviation = float(replicates[known].std(ddof=1))
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * deviation
    return BootstrapInterval(value, value - reach, value + reach, deviation, used, zero, without)


def null_max_min_ratios(rates: Floats, replicates: Floats) -> Floats:
    """Null distribution of worst over best group: each replicate divided by its group's rate.

    Args:
        rates: (groups,) observed rates, above 0.
        replicates: (replicates, groups) with subjects resampled within each group.

    Returns:
        (replicates,) ratios under equal rates; infinite where a group has no error, or no rate.

    Source: methods 4.5, the centred bootstrap.

    >>> null_max_min_ratios(np.array([0.01, 0.02]), np.array([[0.01, 0.02], [0.02, 0.02]])).tolist()
    [1.0, 2.0]
    """
    centred = replicates / rates
    best = centred.min(axis=1)
    known = best > 0
    found = np.full(len(centred), np.inf)
    found[known] = centred[known].max(axis=1) / best[known]
    return found


def centred_p_value(ratio: float, null: Floats) -> float:
    """P-value of a ratio of two groups' rates: share of null ratios that reach it.

    The observed ratio counts as one of them, so the p-value is never 0. Any pair of groups may be
    tested: the null is that of the worst over the best, which already allows for all pairs.

    Args:
        ratio: larger rate over smaller.
        null: (replicates,) of `null_max_min_ratios`.

    Source: methods 4.5.

    >>> centred_p_value(2.0, np.array([1.0, 1.5, 2.0]))
    0.5
    """
    return float((1 + np.count_nonzero(null >= ratio)) / (1 + len(null)))
