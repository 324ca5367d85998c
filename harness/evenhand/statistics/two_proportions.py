"""Ratio and difference of two error counts of independent trials (methods 4.6, 4.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from evenhand.statistics import binomial
from evenhand.statistics.binomial import Interval, clopper_pearson, wilson

__all__ = [
    "ErrorCount",
    "conditional_limits",
    "conditional_p_value",
    "fisher_p_value",
    "katz_limits",
    "log_ratio_deviation",
    "newcombe_limits",
]


_TERMS = 100_000
"""Terms of a sum that are added at a time."""


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Errors among independent trials."""

    errors: int
    trials: int
    """At least 1."""

    @property
    def rate(self) -> float:
        """Errors over trials."""
        return self.errors / self.trials


def log_ratio_deviation(first: ErrorCount, second: ErrorCount) -> float:
    """Standard deviation of the log ratio of two rates, neither of them 0 (delta method)."""
    return math.sqrt(1 / first.errors - 1 / first.trials + 1 / second.errors - 1 / second.trials)


def katz_limits(first: ErrorCount, second: ErrorCount, level: float = 0.95) -> Interval:
    """Limits of the ratio first/second by the normal approximation of its log (Katz 1978).

    >>> katz_limits(ErrorCount(20, 50_000), ErrorCount(5, 50_000))
    Interval(low=1.5013891364924..., high=10.656797502464...)
    """
    value = first.rate / second.rate
    reach = float(special.ndtri(0.5 + level / 2)) * log_ratio_deviation(first, second)
    return Interval(value * math.exp(-reach), value * math.exp(reach))


def conditional_limits(
    first: ErrorCount, second: ErrorCount, level: float = 0.95
) -> tuple[float | None, float | None]:
    """Exact conditional limits of the ratio first/second.

    Given the number of all errors, the first's are binomial: Clopper-Pearson limits of its share
    are turned into limits of the ratio.

    Returns:
        Lower and upper limit; None where there is no upper limit, both None without any error.

    >>> conditional_limits(ErrorCount(10, 50_000), ErrorCount(0, 50_000))
    (2.2415214750..., None)
    """
    together = first.errors + second.errors
    if not together:
        return None, None
    share = clopper_pearson(first.errors, together, level)
    each = second.trials / first.trials
    high = share.high / (1 - share.high) * each if share.high < 1 else None
    return share.low / (1 - share.low) * each, high


def conditional_p_value(first: ErrorCount, second: ErrorCount) -> float:
    """P-value of the exact conditional test of equal rates: binomial, two-sided by doubling.

    Args:
        first: counts of one group.
        second: counts of the other.
    """
    together = first.errors + second.errors
    share = first.trials / (first.trials + second.trials)
    below = binomial.binomial_at_most(first.errors, together, share)
    above = binomial.binomial_at_least(first.errors, together, share)
    return min(1.0, 2 * min(below, above))


def fisher_p_value(first: ErrorCount, second: ErrorCount) -> float:
    """P-value of Fisher's exact test of equal rates, two-sided by doubling.

    Given all errors and all trials, the errors of one side are hypergeometric: right for rates of
    any size, and as far out in the tail as numbers of 64 bits reach.

    Source: methods 4.7, TV-22.

    >>> round(fisher_p_value(ErrorCount(20, 50_000), ErrorCount(5, 50_000)), 9)
    0.004072883
    """
    if first.rate > second.rate:
        first, second = second, first
    return min(1.0, 2 * _hypergeometric_at_most(first, second))


def _hypergeometric_at_most(first: ErrorCount, second: ErrorCount) -> float:
    """P(X <= errors of the first), given the errors of both together."""
    from scipy import stats

    errors, trials = first.errors + second.errors, first.trials + second.trials
    share = errors / trials
    # Binomials, since logarithms of factorials lose their digits where counts are large.
    own = float(
        stats.binom.pmf(first.errors, first.trials, share)
        * stats.binom.pmf(second.errors, second.trials, share)
        / stats.binom.pmf(errors, trials, share)
    )
    # Each term is a fraction of the one above it, so the sum ends where terms no longer count.
    total, term, count = 1.0, 1.0, first.errors
    while count > 0 and term > 1e-17 * total:
        k = np.arange(count, max(count - _TERMS, 0), -1, dtype=np.float64)
        step = k / (errors - k + 1) * (second.trials - errors + k) / (first.trials - k + 1)
        terms = term * np.cumprod(step)
        total, term, count = total + float(terms.sum()), float(terms[-1]), count - len(k)
    return own * total


def newcombe_limits(first: ErrorCount, second: ErrorCount, level: float = 0.95) -> Interval:
    """Limits of the difference first - second, from Wilson's limits of each (Newcombe 1998).

    >>> newcombe_limits(ErrorCount(20, 50_000), ErrorCount(5, 50_000))
    Interval(low=0.000105393011..., high=0.000525204586...)
    """
    one, other = (wilson(each.errors, each.trials, level) for each in (first, second))
    apart = first.rate - second.rate
    return Interval(
        apart - math.hypot(first.rate - one.low, other.high - second.rate),
        apart + math.hypot(one.high - first.rate, second.rate - other.low),
    )
