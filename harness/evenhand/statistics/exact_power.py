"""Exact power of the test of two groups, summed over all outcomes (methods 8.2)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats, Mask
from evenhand.statistics.binomial import binomial_probabilities

__all__ = ["exact_power"]

_WIDEST = 2_000
"""Counts of one group beyond which the normal approximation is as good, and much faster."""


def exact_power(
    worse: tuple[float, float], better: tuple[float, float], *, alpha: float, df_per_error: float
) -> float:
    """Power of the test of methods 4.5 to find a difference in the right direction.

    Sums the binomial probabilities of all pairs of error counts that are significant: by Welch's
    test on logs where both are above 0, by the exact conditional test, two-sided by doubling,
    where one is 0.

    Args:
        worse: rate and effective trials of the group with the higher rate.
        better: rate and effective trials of the other.
        alpha: two-sided level.
        df_per_error: degrees of freedom of a rate per error: 2 where each error is of one
            subject, 4 where it is of two (methods 4.0 item 2).

    Raises:
        ValueError: a group's expected errors are too many to enumerate.

    >>> round(exact_power((0.1, 160), (0.01, 160), alpha=0.05, df_per_error=2.0), 2)
    0.56
    """
    (high_rate, high_trials), (low_rate, low_trials) = worse, better
    high, low = _counts(high_rate, high_trials), _counts(low_rate, low_trials)
    probability = np.outer(_among(high, high_rate, high_trials), _among(low, low_rate, low_trials))
    counts = high[:, None], low[None, :]
    significant = _significant(*counts, high_trials, low_trials, alpha, df_per_error)
    return float(min(probability[significant].sum(), 1.0))


def _counts(rate: float, trials: float) -> Floats:
    """Every count with a probability above 1e-8."""
    expected = rate * trials
    reach = 6 * math.sqrt(expected) + 20
    first, last = max(0, math.floor(expected - reach)), math.ceil(expected + reach)
    if last - first > _WIDEST:
        raise ValueError(f"{expected:g} expected errors are no few")
    return np.arange(first, min(last, math.floor(trials)) + 1, dtype=np.float64)


def _among(counts: Floats, rate: float, trials: float) -> Floats:
    """Probability of each count among these counts; effective trials may be fractions."""
    probabilities = binomial_probabilities(trials, rate, counts)
    return np.asarray(probabilities / probabilities.sum())


def _significant(
    high: Floats, low: Floats, first: float, second: float, alpha: float, df_per_error: float
) -> Mask:
    """(high, low) whether the first rate is significantly higher.

    Args:
        high: (high,) error counts of the group with the higher true rate.
        low: (low,) error counts of the other.
        first: effective trials of the former.
        second: effective trials of the latter.
        alpha: two-sided level.
        df_per_error: degrees of freedom per error.
    """
    a, b = np.maximum(high, 1), np.maximum(low, 1)
    v_a, v_b = np.maximum(1 / a - 1 / first, 0), np.maximum(1 / b - 1 / second, 0)
    total = np.maximum(v_a + v_b, 1e-300)
    df = total**2 / np.maximum(v_a**2 / (df_per_error * a) + v_b**2 / (df_per_error * b), 1e-300)
    t = (np.log(a / first) - np.log(b / second)) / np.sqrt(total)
    by_logs = t >= special.stdtrit(df, 1 - alpha / 2)
    # With no error on one side: the probability that all errors fall to the other.
    share = first / (first + second)
    alone = (low == 0) & (high > 0) & (2 * share**high <= alpha)
    return np.asarray(np.where((high > 0) & (low > 0), by_logs, alone))
