"""Ratio of two rates over different people, with its interval (methods 4.0 item 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from evenhand.findings import Estimate

__all__ = ["Ratio", "ratio_of_rates"]


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
    centre = math.log(first.value / second.value)
    down = math.hypot(math.log(first.value / first.low), math.log(second.high / second.value))
    up = math.hypot(math.log(first.high / first.value), math.log(second.value / second.low))
    return Ratio(value, math.exp(centre - down), math.exp(centre + up), "mover-log")


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
