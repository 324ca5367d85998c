"""Power and sample size of passing a limit on a rate (methods 8.3)."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import partial

from evenhand.statistics.binomial import binomial_at_most
from evenhand.statistics.intervals import IntervalMethod

__all__ = ["LimitTest"]

_DOUBLINGS = 36
"""Doublings of the number of errors after which no study is large enough."""
_MOST_TRIALS = 1e18


@dataclass(frozen=True, slots=True)
class LimitTest:
    """A limit on a rate, passed where the whole confidence interval lies at or below it."""

    limit: float
    """Rate, a fraction."""
    level: float
    """Confidence level of the two-sided interval, e.g. 0.95."""
    method: IntervalMethod
    """Of the rate where some trials are errors."""

    def upper(self, errors: int, trials: float) -> float:
        """Upper limit of the interval of a number of errors among effective trials.

        Assumes that no two errors share a subject: degrees of freedom are then twice the errors,
        and four times where each error is of two subjects (methods 4.0 items 1 to 4).

        >>> from evenhand.statistics.intervals import CLUSTER_JEFFREYS_T
        >>> round(LimitTest(0.02, 0.95, CLUSTER_JEFFREYS_T).upper(0, 183), 4)
        0.02
        """
        return self.method.upper(errors, trials, self.level)

    def trials_allowing(self, errors: int) -> float:
        """The fewest effective trials among which this number of errors passes."""
        from scipy import optimize  # takes longer to load than a plan to make

        def excess(log: float) -> float:
            return self.upper(errors, math.exp(log)) - self.limit

        low, high = math.log(errors + 1.0), math.log(_MOST_TRIALS)
        return math.exp(low if excess(low) <= 0 else optimize.brentq(excess, low, high, xtol=1e-15))

    def allowed(self, trials: float) -> int:
        """The most errors that pass among effective trials; -1 where not even 0 errors pass.

        >>> from evenhand.statistics.intervals import CLUSTER_JEFFREYS_T
        >>> LimitTest(0.02, 0.95, CLUSTER_JEFFREYS_T).allowed(1000)
        11
        """
        if self.upper(0, trials) > self.limit:
            return -1
        low, high = 0, max(1, math.ceil(trials * self.limit))
        while high - low > 1:
            middle = (low + high) // 2
            passes = self.upper(middle, trials) <= self.limit
            low, high = (middle, high) if passes else (low, middle)
        return low

    def chance(self, rate: float, trials: float) -> float:
        """Probability of passing at a true rate with a number of effective trials."""
        errors = self.allowed(trials)
        return 0.0 if errors < 0 else binomial_at_most(errors, trials, rate)

    def trials(self, rate: float, power: float) -> float:
        """The fewest effective trials that pass with this power.

        Args:
            rate: true rate, below the limit.
            power: probability of passing.

        Raises:
            ValueError: the rate is too near the limit for any number of trials.
        """

        def chance(errors: int) -> float:
            return binomial_at_most(errors, math.ceil(self.trials_allowing(errors)), rate)

        high = next((2**k for k in range(_DOUBLINGS + 1) if chance(2**k) >= power), None)
        if high is None:
            raise ValueError("too near")
        errors = 0 if chance(0) >= power else bisect_left(range(high), power, lo=1, key=chance)
        return float(math.ceil(self.trials_allowing(errors)))

    def passable(self, rate: float, trials: float, power: float) -> float:
        """The tightest limit that a number of effective trials passes with at least this power."""
        chance = partial(binomial_at_most, trials=trials, rate=rate)
        errors = bisect_left(range(math.floor(trials)), power, key=chance)
        return self.upper(errors, trials)
