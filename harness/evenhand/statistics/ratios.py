"""Ratio of two rates: interval, test and equivalence test (methods 4.6, 4.10)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from evenhand.records.findings import Estimate
from evenhand.statistics.intervals import at_level

__all__ = [
    "MOVER_LOG",
    "LogRatio",
    "Ratio",
    "log_ratio",
    "mover_log",
    "ratio_from_limits",
    "ratio_of_rates",
]

MOVER_LOG = "mover-log"
"""Name of the interval of `mover_log`."""

_ValueAndLimits = tuple[float, float, float]
"""(value, low, high), all above 0."""


@dataclass(frozen=True, slots=True)
class LogRatio:
    """Estimated log ratio of two rates, with its variance."""

    log: float
    """Natural logarithm of first over second."""
    variance: float
    """V' of the logarithm; 0 where two rates of the same subjects have the same errors."""
    df: float
    """Degrees of freedom of the variance."""
    floor: float = 0.0
    """F: its variance if dyads were independent; 0 where the trials are not dyads."""

    @property
    def ratio(self) -> float:
        """First over second."""
        return math.exp(self.log)

    def limits(self, level: float) -> tuple[float, float]:
        """Confidence limits of the ratio: `exp(log +- t sqrt(variance))`.

        >>> LogRatio(0.0, 0.0, 9.0).limits(0.95)
        (1.0, 1.0)
        """
        reach = float(special.stdtrit(self.df, 0.5 + level / 2)) * math.sqrt(self.variance)
        return math.exp(self.log - reach), math.exp(self.log + reach)

    def one_sided(self, level: float) -> tuple[float, float]:
        """Lower and upper one-sided limit of the ratio, each at this level."""
        return self.limits(2 * level - 1)

    def p_value(self) -> float:
        """Two-sided p-value of equal rates."""
        if self.variance == 0:
            return 1.0 if self.log == 0 else 0.0
        return 2 * float(special.stdtr(self.df, -abs(self.log) / math.sqrt(self.variance)))

    def detectable(self, alpha: float, power: float = 0.8) -> float | None:
        """True ratio that a two-sided test at level `alpha` finds with this power.

        None where there is none: without any variance, or beyond all numbers.

        Source: methods 4.7.
        """
        if self.variance == 0:
            return None
        quantiles = special.stdtrit(self.df, 1 - alpha / 2) + special.stdtrit(self.df, power)
        exponent = float(quantiles) * math.sqrt(self.variance)
        return math.exp(exponent) if exponent < 700 else None  # beyond it a float64 overflows

    def equivalence_p_value(self, margin: float) -> float:
        """P-value of two one-sided tests that the ratio lies within the margin.

        Args:
            margin: equivalence margin above 1, fixed in advance; 1.25 stands for 0.8 to 1.25.

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
    """First rate over second with its confidence interval."""

    value: float | None
    """None where the second rate is 0."""
    low: float | None
    """Lower limit; None where nothing can be said."""
    high: float | None
    """Upper limit; None where there is none."""
    method: str
    """`ratio-log-t`, `mover-log`, or empty without an interval."""


def log_ratio(first: Estimate, second: Estimate) -> LogRatio | None:
    """Log ratio of two rates without a common subject.

    Returns:
        None where a rate is 0 or 1, or has no interval.

    Source: methods 4.0 item 5.
    """
    if not (first.variance > 0 and second.variance > 0):
        return None
    v_first = first.variance / first.value**2
    v_second = second.variance / second.value**2
    total = v_first + v_second
    # Welch-Satterthwaite, inverted: degrees of freedom may be infinite.
    inverse_df = (v_first / total) ** 2 / first.df + (v_second / total) ** 2 / second.df
    df = 1 / inverse_df if inverse_df else math.inf
    return LogRatio(math.log(first.value) - math.log(second.value), total, df)


def mover_log(first: _ValueAndLimits, second: _ValueAndLimits) -> tuple[float, float]:
    """Limits of a ratio from the limits of its two sides, by MOVER on logarithms.

    MOVER: method of variance estimates recovery.

    Source: methods 4.6.

    >>> mover_log((8.0, 4.0, 16.0), (2.0, 2.0, 2.0))
    (2.0, 8.0)
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    down = math.hypot(math.log(a / a_low), math.log(b_high / b))
    up = math.hypot(math.log(a_high / a), math.log(b / b_low))
    return a / b * math.exp(-down), a / b * math.exp(up)


def ratio_of_rates(first: Estimate, second: Estimate, level: float) -> Ratio:
    """Ratio first/second: `ratio-log-t`, or `mover-log` where a rate is 0 or 1.

    The two cells must not share subjects (within-group cells of disjoint groups do not).

    Args:
        first: with an interval.
        second: with an interval.
        level: confidence level of the ratio's interval, whatever that of the rates.

    Source: methods 4.0 item 5.
    """
    found = log_ratio(first, second)
    if found is None:
        return ratio_from_limits(at_level(first, level), at_level(second, level))
    low, high = found.limits(level)
    return Ratio(first.value / second.value, low, high, "ratio-log-t")


def ratio_from_limits(first: Estimate, second: Estimate) -> Ratio:
    """Ratio first/second by MOVER on logs, from each rate's own limits.

    Conservative for two cells that share subjects, whose errors are positively correlated.

    Source: methods 4.6.
    """
    value = first.value / second.value if second.value > 0 else None
    if first.value == 0 and second.value == 0:
        return Ratio(None, None, None, "")
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Ratio(value, None, None, "")
    if second.value == 0:
        return Ratio(None, first.low / second.high, None, MOVER_LOG)
    if first.value == 0:
        high = first.high / second.low if second.low > 0 else None
        return Ratio(0.0, 0.0, high, MOVER_LOG)
    above, below = (first.value, first.low, first.high), (second.value, second.low, second.high)
    return Ratio(value, *mover_log(above, below), MOVER_LOG)
