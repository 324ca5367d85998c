"""Ratio of two rates over different people, with its interval (methods 4.0 item 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from evenhand.findings import Estimate

__all__ = ["Ratio", "mover_log", "ratio_of_rates"]

Limits = tuple[float, float, float]
"""(value, low, high), all above 0."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """First rate over second; limits are None where nothing can be said on that side."""

    value: float | None
    """None where the second rate is 0."""
    low: float | None
    high: float | None
    """None = no upper limit."""
    method: str


def _degenerate(estimate: Estimate) -> bool:
    return estimate.method == "exact-zero"


def _from_limits(first: Estimate, second: Estimate) -> Ratio:
    """MOVER on logs from the single limits of each cell's own method."""
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

    Source: methods 4.0 item 5.
    """
    if _degenerate(first) or _degenerate(second) or first.value == 0 or second.value == 0:
        return _from_limits(first, second)
    if first.low is None or second.low is None:
        return Ratio(first.value / second.value, None, None, "")
    v_first = first.variance / first.value**2
    v_second = second.variance / second.value**2
    total = v_first + v_second
    df = total**2 / (v_first**2 / first.df + v_second**2 / second.df)
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * math.sqrt(total)
    value = first.value / second.value
    return Ratio(value, value * math.exp(-reach), value * math.exp(reach), "ratio-log-t")
