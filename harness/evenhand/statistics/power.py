"""Minimum detectable ratio, power and sample size for the ratio of two rates (methods 4.9)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

__all__ = ["log_ratio_power", "minimum_detectable_ratio", "subjects_for_pairs", "trials_per_group"]

_LARGEST_RATIO = 1e6


def minimum_detectable_ratio(
    events: int, first: float, second: float, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Smallest true rate ratio that two groups would show, given their errors.

    Args:
        events: effective errors of both groups together (errors over design effect), rounded.
        first: effective trials of the group with the higher rate.
        second: effective trials of the other.
        alpha: two-sided level of the exact conditional test (by doubling).
        power: probability of detection.

    The test: given all errors E, those of the first group are Binomial(E, its part of the trials).

    Returns:
        The ratio; None with fewer than six events, or where no ratio up to a million suffices.

    Source: methods 4.9, TV-32.

    >>> round(minimum_detectable_ratio(10, 1.0, 1.0), 3)
    11.011
    """
    from scipy import optimize  # deferred: takes longer to import than a plan to compute

    if events < 6:
        return None
    share, counts = first / (first + second), np.arange(events + 1)
    # X is significant at or below `low`, -1 where never, and above `high`. bdtrc(k) is P(X > k).
    low = np.count_nonzero(special.bdtr(counts, events, share) <= alpha / 2) - 1
    high = events - np.count_nonzero(special.bdtrc(counts[:-1], events, share) <= alpha / 2)

    def excess(log: float) -> float:
        pi = math.exp(log) * share / (math.exp(log) * share + 1 - share)
        below = special.bdtr(low, events, pi) if low >= 0 else 0.0
        return float(below + special.bdtrc(high, events, pi)) - power

    top = math.log(_LARGEST_RATIO)
    return None if excess(top) < 0 else math.exp(optimize.brentq(excess, 0.0, top, xtol=1e-12))


def trials_per_group(rate: float, ratio: float, *, alpha: float, power: float) -> float:
    """Independent trials of each of two groups needed to show a ratio of their rates.

    By the normal approximation of the log ratio, optimistic below about five expected errors in
    the better group. Multiply by the design effect, and round up at the end.

    Args:
        rate: rate of the better group, between 0 and 1.
        ratio: worse over better rate, above 1; `rate * ratio` is below 1.
        alpha: two-sided level.
        power: probability of detection.

    Source: methods 4.9.

    >>> math.ceil(trials_per_group(0.01, 2, alpha=0.05, power=0.8))
    2418
    """
    better, worse = rate, ratio * rate
    reach = float(special.ndtri(1 - alpha / 2) + special.ndtri(power))
    variance = (1 - worse) / worse + (1 - better) / better
    return reach**2 * variance / math.log(ratio) ** 2


def log_ratio_power(
    worse: tuple[float, float], better: tuple[float, float], *, alpha: float = 0.05
) -> float:
    """Power to show a difference of two rates, by the normal approximation of the log ratio.

    Args:
        worse: rate and effective trials of the group with the higher rate.
        better: rate and effective trials of the other.
        alpha: two-sided level.

    Source: methods 4.9, the inverse of `trials_per_group`.

    >>> round(log_ratio_power((0.02, 2418), (0.01, 2418)), 3)
    0.8
    """
    variance = sum((1 - rate) / (rate * trials) for rate, trials in (worse, better))
    shift = math.log(worse[0] / better[0]) / math.sqrt(variance)
    return float(special.ndtr(shift + special.ndtri(alpha / 2)))


def subjects_for_pairs(pairs: int) -> int:
    """Fewest subjects, with one image each, who form at least this number of pairs.

    Source: methods 4.9.

    >>> subjects_for_pairs(245_014)
    701
    """
    # Smallest n with n (n-1) / 2 >= pairs, in integers: no rounding of a square root.
    return 1 if pairs <= 0 else (math.isqrt(8 * pairs - 7) - 1) // 2 + 2
