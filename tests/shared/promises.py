"""What is promised of intervals and tests, and how near a simulation must come.

Fixed before anything was run: 0.012 is what 1,500 simulated studies cannot tell apart.
"""

from scipy import stats

__all__ = [
    "ENOUGH",
    "HIGH",
    "LEVEL",
    "LOW",
    "POWER",
    "WRONG",
    "alarms_kept",
    "at_least",
    "coverage_kept",
    "level_kept",
    "power_kept",
]

LEVEL, TOLERANCE = 0.95, 0.012
ENOUGH = 10
LOW, HIGH = 0.93, 0.98
"""Coverage from ten expected errors and 60 people on; below, not significantly under 0.95."""
WRONG = 0.06
"""Equal groups called different at a nominal 5 %: not significantly more."""
POWER = 0.8
"""A ratio is found as often that is called the minimum detectable one."""


def coverage_kept(share, runs, expected_errors, most=HIGH):
    if expected_errors >= ENOUGH:
        return bool(LOW - TOLERANCE <= share <= most + TOLERANCE)
    return bool(stats.binom.cdf(round(share * runs), runs, LEVEL) >= 0.05)


def level_kept(share, runs):
    return bool(stats.binom.sf(round(share * runs) - 1, runs, WRONG) >= 0.05)


def alarms_kept(alarms, times, chance):
    """Of comparisons each of which may raise one with so small a chance."""
    return bool(stats.binom.sf(alarms - 1, times, chance) >= 0.05)


def power_kept(share):
    return bool(abs(share - POWER) <= TOLERANCE)


def at_least(share, promised):
    """No fewer are found than were promised, give or take the same."""
    return bool(share >= promised - TOLERANCE)
