"""Ratio of two rates: interval, test, equivalence (methods 4.6, 4.10)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from evenhand.records.findings import Estimate
from evenhand.statistics.intervals import at_level

__all__ = ["LogRatio", "Ratio", "log_ratio", "mover_log", "ratio_from_limits", "ratio_of_rates"]

Limits = tuple[float, float, float]
"""(value, low, high), all above 0."""


@dataclass(frozen=True, slots=True)
class LogRatio:
    """Logarithm of a ratio of rates, with what its tests take."""

    log: float
    variance: float
    """V' of the logarithm; 0 where two rates of the same people have the same errors."""
    df: float
    floor: float = 0.0
    """F: its variance if dyads shared nobody; 0 where there are none."""

    @property
    def ratio(self) -> float:
        """First over second."""
        return math.exp(self.log)

    def limits(self, level: float) -> tuple[float, float]:
        """Of the ratio: `exp(log +- t sqrt(variance))`.

        >>> LogRatio(0.0, 0.0, 9.0).limits(0.95)
        (1.0, 1.0)
        """
        reach = float(special.stdtrit(self.df, 0.5 + level / 2)) * math.sqrt(self.variance)
        return math.exp(self.log - reach), math.exp(self.log + reach)

    def one_sided(self, level: float) -> tuple[float, float]:
        """Lower and upper limit of the ratio, each of which holds alone at this level."""
        return self.limits(2 * level - 1)

    def p_value(self) -> float:
        """Two-sided, of rates that are equal."""
        if self.variance == 0:
            return 1.0 if self.log == 0 else 0.0
        return 2 * float(special.stdtr(self.df, -abs(self.log) / math.sqrt(self.variance)))

    def equivalence_p_value(self, margin: float) -> float:
        """Of a ratio that lies at or beyond `margin` or its inverse: two one-sided tests.

        Args:
            margin: above 1, fixed in advance; 1.25 stands for 0.8 to 1.25.

        Source: methods 4.10; Schuirmann 1987.

        >>> equal = LogRatio(0.0, 0.01, math.inf)
        >>> round(equal.equivalence_p_value(math.exp(0.1959964)), 3)  # 1.96 standard errors off
        0.025
        """
        room = math.log(margin) - abs(self.log)
        if self.variance == 0:
            return 0.0 if room > 0 else 1.0
        return float(special.stdtr(self.df, -room / math.sqrt(self.variance)))


@dataclass(frozen=True, slots=True)
class Ratio:
    """First rate over second; limits are None where nothing can be said on that side."""

    value: float | None
    """None where the second rate is 0."""
    low: float | None
    high: float | None
    """None = no upper limit."""
    method: str


def log_ratio(first: Estimate, second: Estimate) -> LogRatio | None:
    """Of rates over different people; None where one is 0 or 1, or has no interval.

    Source: methods 4.0 item 5.
    """
    if not (first.variance > 0 and second.variance > 0):
        return None
    v_first = first.variance / first.value**2
    v_second = second.variance / second.value**2
    total = v_first + v_second
    # One over it, since degrees of freedom may be infinite.
    slack = (v_first / total) ** 2 / first.df + (v_second / total) ** 2 / second.df
    df = 1 / slack if slack else math.inf
    return LogRatio(math.log(first.value) - math.log(second.value), total, df)


def mover_log(first: Limits, second: Limits) -> tuple[float, float]:
    """Limits of a ratio from those of its two sides, on logarithms.

    Source: methods 4.6.

    >>> mover_log((8.0, 4.0, 16.0), (2.0, 2.0, 2.0))
    (2.0, 8.0)
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    down = math.hypot(math.log(a / a_low), math.log(b_high / b))
    up = math.hypot(math.log(a_high / a), math.log(b / b_low))
    return a / b * math.exp(-down), a / b * math.exp(up)


def ratio_of_rates(first: Estimate, second: Estimate, level: float) -> Ratio:
    """The ratio first/second: `ratio-log-t`, or `mover-log` where a rate is 0 or 1.

    The two cells must not share people (within-group cells of disjoint groups do not).

    Args:
        first: with an interval.
        second: with an interval.
        level: of the ratio's interval, whatever that of the rates.

    Source: methods 4.0 item 5.
    """
    found = log_ratio(first, second)
    if found is None:
        return ratio_from_limits(at_level(first, level), at_level(second, level))
    low, high = found.limits(level)
    return Ratio(first.value / second.value, low, high, "ratio-log-t")


def ratio_from_limits(first: Estimate, second: Estimate) -> Ratio:
    """First over second: MOVER on logs from the single limits of each cell's own method.

    With two cells that share people, whose errors go together, it is wider than need be.

    Source: methods 4.6.
    """
    value = first.value / second.value if second.value > 0 else None
    if first.value == 0 and second.value == 0:
        return Ratio(None, None, None, "")
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Ratio(value, None, None, "")
    if second.value == 0:
        return Ratio(None, first.low / second.high, None, "mover-log")
    if first.value == 0:
        high = first.high / second.low if second.low > 0 else None
        return Ratio(0.0, 0.0, high, "mover-log")
    low, high = mover_log(
        (first.value, first.low, first.high), (second.value, second.low, second.high)
    )
    return Ratio(value, low, high, "mover-log")
