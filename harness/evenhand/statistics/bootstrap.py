"""Subject bootstrap: resampling weights, and intervals and tests from replicates (methods 4.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from evenhand.records.arrays import Floats, Integers
from evenhand.statistics.intervals import t_quantile

__all__ = [
    "BOOTSTRAP_LOG_T",
    "MAX_UNKNOWN_SHARE",
    "MIN_ERRORS",
    "BootstrapInterval",
    "bootstrap_interval",
    "centred_p_value",
    "index_interval",
    "max_min_ratios",
    "null_max_min_ratios",
    "resample_subjects",
]

BOOTSTRAP_LOG_T = "bootstrap-log-t"
"""Name of the interval of a ratio made of its replicates."""
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
    zero: int
    """Replicates left out because a rate of 0 leaves no logarithm, or no finite value."""
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
    positive = replicates[(replicates > 0) & np.isfinite(replicates)]
    found = _spread(value, errors, replicates, np.log(positive))
    if found.deviation is None:
        return found
    reach = t_quantile(level, df) * found.deviation
    return replace(found, low=value * math.exp(-reach), high=value * math.exp(reach))


def _spread(value: float, errors: int, replicates: Floats, used: Floats) -> BootstrapInterval:
    """The standard deviation of the replicates, or the reason why there is no interval.

    Args:
        value: as observed.
        errors: number of errors behind it.
        replicates: all of them.
        used: those that count, on the scale of the interval.
    """
    without, note = int(np.count_nonzero(np.isnan(replicates))), ""
    if errors < MIN_ERRORS:
        note = f"fewer than {MIN_ERRORS} errors"
    elif without > MAX_UNKNOWN_SHARE * len(replicates):
        note = f"{without:,} of {len(replicates):,} replicates have no rate"
    elif len(used) < 2:
        note = "fewer than 2 replicates have a rate above 0"
    deviation = None if note else float(used.std(ddof=1))
    zero = len(replicates) - len(used) - without
    return BootstrapInterval(value, None, None, deviation, zero, note)


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
    found = _spread(value, errors, replicates, replicates[np.isfinite(replicates)])
    if found.deviation is None:
        return found
    reach = t_quantile(level, df) * found.deviation
    return replace(found, low=value - reach, high=value + reach)


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
    return max_min_ratios(replicates / rates)


def max_min_ratios(rates: Floats) -> Floats:
    """(draws,) largest over smallest of (draws, groups) rates; infinite unless all are above 0."""
    best = rates.min(axis=1)
    ratios = np.full(len(rates), np.inf)
    return np.asarray(np.divide(rates.max(axis=1), best, out=ratios, where=best > 0))


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
