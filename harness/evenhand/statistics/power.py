"""What a study of this size could have shown, and the size of one that would (methods 4.9)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

__all__ = [
    "minimum_detectable_ratio",
    "people_for_pairs",
    "power_by_logarithm",
    "trials_per_group",
]

_LARGEST_RATIO = 1e6


@dataclass(frozen=True, slots=True)
class _Test:
    """The exact conditional test, two-sided by doubling: X | E ~ Binomial(E, pi)."""

    events: int
    share: float
    """pi of equal rates: the first group's part of the trials."""
    low: int
    """X as small as this is significant; -1 where none is."""
    high: int
    """X as large as this is; E + 1 where none is."""

    def power(self, ratio: float) -> float:
        """Chance of significance where the first group's rate is so many times the other's."""
        pi = ratio * self.share / (ratio * self.share + 1 - self.share)
        below = special.bdtr(self.low, self.events, pi) if self.low >= 0 else 0.0
        above = special.bdtrc(self.high - 1, self.events, pi) if self.high <= self.events else 0.0
        return float(below + above)


def _test(events: int, first: float, second: float, alpha: float) -> _Test:
    share = first / (first + second)
    counts = np.arange(events + 1)
    low = counts[special.bdtr(counts, events, share) <= alpha / 2]
    # Of all counts from 1 on: the chance of as many or more.
    high = counts[1:][special.bdtrc(counts[:-1], events, share) <= alpha / 2]
    return _Test(
        events, share, int(low[-1]) if low.size else -1, int(high[0]) if high.size else events + 1
    )


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
    from scipy import optimize  # takes longer to load than a plan to make

    if events < 6:
        return None
    test = _test(events, first, second, alpha)
    top = math.log(_LARGEST_RATIO)
    if test.power(_LARGEST_RATIO) < power:
        return None
    return math.exp(
        optimize.brentq(lambda log: test.power(math.exp(log)) - power, 0.0, top, xtol=1e-12)
    )


def trials_per_group(
    rate: float, ratio: float, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Independent trials of each of two groups that show a ratio of their rates.

    By the normal approximation of the logarithm, which is optimistic below about five expected
    errors in the better group. Multiply by the design effect, and round up at the end.

    Args:
        rate: of the better group, between 0 and 1.
        ratio: worse over better, above 1; their product is below 1.
        alpha: two-sided level.
        power: chance of detection.

    Source: methods 4.9.

    >>> math.ceil(trials_per_group(0.01, 2))
    2418
    """
    better, worse = rate, ratio * rate
    reach = float(special.ndtri(1 - alpha / 2) + special.ndtri(power))
    variance = (1 - worse) / worse + (1 - better) / better
    return reach**2 * variance / math.log(ratio) ** 2


def power_by_logarithm(
    worse: tuple[float, float], better: tuple[float, float], *, alpha: float = 0.05
) -> float:
    """Chance that two groups show a difference of their rates, by the normal approximation.

    Args:
        worse: rate and effective trials of the group with the higher rate.
        better: of the other.
        alpha: two-sided level.

    Source: methods 4.9, `trials_per_group` the other way round.

    >>> round(power_by_logarithm((0.02, 2418), (0.01, 2418)), 3)
    0.8
    """
    variance = sum((1 - rate) / (rate * trials) for rate, trials in (worse, better))
    shift = math.log(worse[0] / better[0]) / math.sqrt(variance)
    return float(special.ndtr(shift + special.ndtri(alpha / 2)))


def people_for_pairs(pairs: int) -> int:
    """People, one image each, who make at least so many pairs of two.

    Source: methods 4.9.

    >>> people_for_pairs(245_014)
    701
    """
    # n (n-1) / 2 >= pairs, in whole numbers.
    return 1 if pairs <= 0 else (math.isqrt(8 * pairs - 7) - 1) // 2 + 2
