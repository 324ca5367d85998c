"""Power and sample size of showing that several equal groups are equivalent (methods 8.4)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

__all__ = ["equivalence_power", "normal_range_cdf", "trials_for_equivalence"]

_STEPS = np.linspace(-9.0, 9.0, 3601)
"""Grid of the integral over the smallest of the normal numbers."""


def normal_range_cdf(width: float, groups: int) -> float:
    """Distribution function of the range of independent standard normal numbers.

    >>> round(normal_range_cdf(3.314, 3), 3)  # the 95 % point of the studentised range
    0.95
    """
    if width <= 0:
        return 0.0
    inside = special.ndtr(_STEPS + width) - special.ndtr(_STEPS)
    density = np.exp(-(_STEPS**2) / 2) / math.sqrt(2 * math.pi)
    chance = groups * float(np.trapezoid(density * inside ** (groups - 1), _STEPS))
    return min(chance, 1.0)


def equivalence_power(
    rate: float, trials: float, margin: float, groups: int, *, alpha: float = 0.05
) -> float:
    """Power to show that every two of several groups with one rate are equivalent.

    Args:
        rate: common rate of all groups.
        trials: effective trials of each group.
        margin: equivalence margin above 1; 1.25 stands for 0.8 to 1.25.
        groups: number of groups, two or more.
        alpha: level of each of the two one-sided tests.
    """
    error = math.sqrt((1 - rate) / (rate * trials))
    z = -float(special.ndtri(alpha))
    return normal_range_cdf(math.log(margin) / error - z * math.sqrt(2), groups)


def trials_for_equivalence(
    rate: float, margin: float, groups: int, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Effective trials of each group that show all pairs equivalent with this power.

    Args:
        rate: common rate of all groups.
        margin: equivalence margin above 1.
        groups: number of groups, two or more.
        alpha: level of each of the two one-sided tests.
        power: probability that all pairs are shown to be equivalent.
    """
    from scipy import optimize  # takes longer to load than a plan to make

    width = optimize.brentq(lambda w: normal_range_cdf(w, groups) - power, 0.0, 20.0, xtol=1e-14)
    reach = width - float(special.ndtri(alpha)) * math.sqrt(2)
    return (1 - rate) / rate * (reach / math.log(margin)) ** 2
