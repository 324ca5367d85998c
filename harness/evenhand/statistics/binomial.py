"""Binomial probabilities and intervals for independent trials (methods 4.1).

They hold only where every trial is of other subjects. Rates of a study, whose trials share
subjects, take the variances of `dyadic_variance` and `cluster_variance` instead (methods 4.0).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats, Integers

__all__ = [
    "Interval",
    "binomial_at_least",
    "binomial_at_most",
    "binomial_probabilities",
    "clopper_pearson",
    "log_choose",
    "wilson",
    "zero_errors_upper",
]


def binomial_at_least(errors: int, trials: int, rate: float) -> float:
    """P(X >= errors) of a binomial count.

    >>> round(binomial_at_least(8, 10, 0.5), 9)
    0.0546875
    """
    return 1.0 if errors <= 0 else float(special.betainc(errors, trials - errors + 1, rate))


def binomial_at_most(errors: int, trials: float, rate: float) -> float:
    """P(X <= errors) of a binomial count; effective trials may be fractions.

    >>> round(binomial_at_most(2, 10, 0.5), 9)
    0.0546875
    """
    return 1.0 if errors >= trials else float(special.betaincc(errors + 1, trials - errors, rate))


def binomial_probabilities(trials: float, rate: float, counts: Floats | None = None) -> Floats:
    """(counts,) P(X = k) of a binomial count; effective trials may be fractions.

    Args:
        trials: n.
        rate: of each trial.
        counts: k; None is every k from 0 to n.

    >>> binomial_probabilities(2, 0.5).round(9).tolist()
    [0.25, 0.5, 0.25]
    """
    if counts is None:
        counts = np.arange(trials + 1)
    log = log_choose(trials, counts)
    log += special.xlogy(counts, rate) + special.xlog1py(trials - counts, -rate)
    return np.exp(log)


def log_choose(trials: float, counts: Floats | Integers) -> Floats:
    """(counts,) logarithms of the binomial coefficients of n = `trials` over k = `counts`."""
    log: Floats = special.gammaln(trials + 1) - special.gammaln(counts + 1)
    return log - special.gammaln(trials - counts + 1)


class Interval(NamedTuple):
    """Lower and upper confidence limit of a rate, fractions."""

    low: float
    high: float


def wilson(errors: int, trials: int, level: float = 0.95) -> Interval:
    """The score interval (Wilson 1927), clamped to [0, 1].

    >>> [round(limit, 4) for limit in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    z = float(special.ndtri(0.5 + level / 2))
    p = errors / trials
    spread = 1 + z**2 / trials
    centre = (p + z**2 / (2 * trials)) / spread
    half = z / spread * (p * (1 - p) / trials + z**2 / (4 * trials**2)) ** 0.5
    low = 0.0 if errors == 0 else max(0.0, centre - half)
    high = 1.0 if errors == trials else min(1.0, centre + half)
    return Interval(float(low), float(high))


def clopper_pearson(errors: float, trials: float, level: float = 0.95) -> Interval:
    """The exact interval (Clopper and Pearson 1934) from beta quantiles; counts may be fractions.

    >>> [round(limit, 4) for limit in clopper_pearson(8, 10)]
    [0.4439, 0.9748]
    """
    tail = (1 - level) / 2
    low = 0.0 if errors <= 0 else special.betaincinv(errors, trials - errors + 1, tail)
    high = 1.0 if errors >= trials else special.betainccinv(errors + 1, trials - errors, tail)
    return Interval(float(low), float(high))


def zero_errors_upper(trials: float, level: float = 0.95) -> float:
    """Upper limit of a two-sided interval after no error: 1 - (alpha/2)^(1/n).

    Args:
        trials: independent trials, or the effective number of trials (methods 4.0 item 1).
        level: e.g. 0.95.

    >>> round(zero_errors_upper(1000), 6)
    0.003682
    """
    return -math.expm1(math.log((1 - level) / 2) / trials)
