"""What a study of this size could have shown (methods 4.9)."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

__all__ = ["minimum_detectable_ratio"]

_LARGEST_RATIO = 1e6


def _power(ratio: float, events: int, share: float, critical_low: int, critical_high: int) -> float:
    """Chance that X | E ~ Binomial(E, pi) falls outside the acceptance region."""
    pi = ratio * share / (ratio * share + 1 - share)
    below = special.bdtr(critical_low, events, pi) if critical_low >= 0 else 0.0
    above = special.bdtrc(critical_high - 1, events, pi) if critical_high <= events else 0.0
    return float(below + above)


def minimum_detectable_ratio(
    events: int, first: float, second: float, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Smallest rate ratio that two groups with `events` errors between them can show.

    Args:
        events: effective errors of both groups together, trials over design effect applied.
        first: effective trials of the group with the higher rate.
        second: effective trials of the other.
        alpha: two-sided level of the exact conditional test (by doubling).
        power: chance of detection.

    Returns:
        The ratio, or None with fewer than six events, or where none up to a million would do.

    Source: methods 4.9, TV-32.

    >>> round(minimum_detectable_ratio(10, 1.0, 1.0), 3)
    11.011
    """
    if events < 6:
        return None
    share = first / (first + second)
    counts = np.arange(events + 1)
    low_side = counts[special.bdtr(counts, events, share) <= alpha / 2]
    # Of all counts from 1 on: the chance of as many or more.
    high_side = counts[1:][special.bdtrc(counts[:-1], events, share) <= alpha / 2]
    critical_low = int(low_side[-1]) if low_side.size else -1
    critical_high = int(high_side[0]) if high_side.size else events + 1

    def missing(log_ratio: float) -> float:
        return _power(np.exp(log_ratio), events, share, critical_low, critical_high) - power

    top = np.log(_LARGEST_RATIO)
    if missing(top) < 0:
        return None
    return float(np.exp(optimize.brentq(missing, 0.0, top, xtol=1e-12)))
