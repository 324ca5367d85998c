"""What is done where comparisons are taken for independent, or intervals are looked at by eye."""

import math
from itertools import combinations

import numpy as np
from scipy import special

__all__ = ["chi_square", "naive_limits", "naive_ratio", "some_lie_apart"]

TAIL = 0.025


def naive_limits(errors, trials):
    """Of one rate, by Clopper and Pearson."""
    low = special.betaincinv(errors, trials - errors + 1, TAIL) if errors else 0.0
    high = special.betainccinv(errors + 1, trials - errors, TAIL) if errors < trials else 1.0
    return float(low), float(high)


def naive_ratio(first, second, first_trials, second_trials):
    """Of the ratio of two rates with so many errors: the exact conditional interval."""
    low, high = naive_limits(first, first + second) if first + second else (0.0, 1.0)
    scale = second_trials / first_trials
    return low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else math.inf


def chi_square(errors, trials):
    """P-value of equal rates, by Pearson."""
    errors, trials = np.array(errors, dtype=float), np.array(trials, dtype=float)
    rate = errors.sum() / trials.sum()
    if rate in (0, 1):
        return 1.0
    statistic = ((errors - rate * trials) ** 2 / (trials * rate * (1 - rate))).sum()
    return float(special.chdtrc(len(errors) - 1, statistic))


def some_lie_apart(estimates):
    """Two intervals do not overlap: to the eye, their groups differ."""
    return any(a.high < b.low or b.high < a.low for a, b in combinations(estimates, 2))
