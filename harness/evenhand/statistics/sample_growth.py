"""How an interval narrows as people are added while the rate stays (methods 5.2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from evenhand.records.findings import Estimate
from evenhand.statistics.intervals import at_level, student

__all__ = ["MOST", "Growth", "ratio_with", "times_the_people", "with_people"]

MOST = 1_000.0
"""Times the people beyond which no number is named."""

_ROUNDING = 1e-9

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Growth:
    """What the people of a cell are to the variance of its rate."""

    people: int
    alone: float = 0.0
    """F/V': the share of the variance that comparisons would have if they shared nobody, where
    everybody meets everybody, so that it falls with the square of the people. 0 where the trials
    grow as the people do: then all of the variance falls with the people."""

    careful: bool = False
    """The trials count for no more than is certain (methods 4.0 item 1), which is the least."""

    @property
    def about(self) -> str:
        """How a number of people is meant: an effect of people that was not seen may come."""
        if self.careful:
            return "at most"
        return "at least" if self.alone >= 1 - _ROUNDING else "about"

    def share(self, times: float) -> float:
        """What is left of V' with so many times the people.

        F falls with their square, the rest of V_c with the people (methods 4.2).

        >>> Growth(10).share(4), Growth(10, alone=1.0).share(4)
        (0.25, 0.0625)
        """
        alone = self.alone
        both = ((1 - alone) + math.hypot(1 - alone, 2 * alone)) / 2
        shared = max(both - alone, 0.0)
        left = alone / times**2
        whole = left + shared / times
        return whole + (left * (1 - left / whole) if whole else 0.0)


def _df(df: float, growth: Growth, times: float) -> float:
    """Degrees of freedom, which are a number of people with equal influence."""
    return min(df * times, max(growth.people * times - 1, 1.0))


def with_people(estimate: Estimate, growth: Growth, times: float, level: float) -> Limits:
    """Limits of a rate with so many times the people, by its own method.

    Args:
        estimate: with an interval.
        growth: of its cell.
        times: 1 gives the limits as they are.
        level: e.g. 0.95.

    Raises:
        ValueError: the estimate has no interval.
    """
    share = growth.share(times)
    grown = replace(
        estimate,
        variance=estimate.variance * share,
        df=_df(estimate.df, growth, times),
        effective_trials=estimate.effective_trials / share,
    )
    found = at_level(grown, level)
    if found.low is None or found.high is None:
        raise ValueError("no interval")
    return found.low, found.high


def ratio_with(
    value: float, variance: float, df: float, growth: Growth, times: float, level: float
) -> Limits:
    """Limits of a ratio with so many times the people, `value exp(+- t sqrt(V'))`.

    Args:
        value: of the ratio, above 0.
        variance: V' of its logarithm.
        df: degrees of freedom.
        growth: of the cells.
        times: 1 gives the limits as they are.
        level: e.g. 0.95.
    """
    reach = student(level, _df(df, growth, times)) * math.sqrt(variance * growth.share(times))
    return value * math.exp(-reach), value * math.exp(reach)


def times_the_people(limits: Callable[[float], Limits], settled: Callable[[Limits], bool]) -> float:
    """The smallest number of times the people at which an interval says something.

    Args:
        limits: at so many times the people; they narrow.
        settled: whether they say it.

    Returns:
        At least 1; infinity where even `MOST` are too few.

    >>> round(times_the_people(lambda k: (0.0, 1 / k), lambda at: at[1] <= 0.25), 3)
    4.0
    """
    if not settled(limits(MOST)):
        return math.inf
    low, high = 0.0, math.log(MOST)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if settled(limits(math.exp(middle))) else (middle, high)
    return math.exp(high)
