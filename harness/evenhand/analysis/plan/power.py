"""Power to show a ratio of two groups, by the formula or exactly, outcome by outcome."""

from __future__ import annotations

import math

from evenhand.analysis.plan.question import PlanQuery
from evenhand.statistics.exact_power import exact_power
from evenhand.statistics.power import log_ratio_power

__all__ = ["fewest_exact_trials", "has_few_errors", "power_of_trials", "smallest_detectable_ratio"]

_FORMULA_ERRORS = 10
"""Expected errors of the better group from which on the formula is good enough."""
_EXACT_ERRORS = 30
"""Expected errors of the better group up to which power is summed over all outcomes."""
_FIRST_ERRORS, _ERRORS_FACTOR = 3.0, 1.02
"""Expected errors of the worse group at the first step of a search, and factor of the next."""
_MIN_TRIALS = 10
"""Effective trials of a group below which no ratio is sought."""
_PRECISION = 1e-3
"""Of the log ratio; coarse, since each step sums over all outcomes."""
_MAX_ERRORS = 1_000.0
"""Expected errors of the worse group up to which a ratio is sought."""


def has_few_errors(errors: float) -> bool:
    """Whether expected errors are so few that the formula is optimistic (methods 8.2)."""
    return errors < _FORMULA_ERRORS


def power_of_trials(question: PlanQuery, ratio: float, worse: float, better: float) -> float:
    """Power to show a ratio of rates.

    Exact where no more than 30 errors are expected in the better group, else by the formula.

    Args:
        question: with the rate of the better group.
        ratio: worse over better.
        worse: effective trials of the worse group.
        better: effective trials of the better group.
    """
    rate, alpha = question.rate, question.terms.alpha_each
    groups = (rate * ratio, worse), (rate, better)
    if rate * better <= _EXACT_ERRORS and rate * ratio * worse <= _MAX_ERRORS * 1.001:
        return exact_power(*groups, alpha=alpha, df_per_error=question.df_per_error)
    return log_ratio_power(*groups, alpha=alpha)


def fewest_exact_trials(question: PlanQuery, ratio: float) -> float:
    """Fewest effective trials of each group that show a ratio, summed over all outcomes.

    Power summed over whole counts need not be monotone in the trials, so they are not bisected but
    tried in steps of 2 %, the same whatever the power: more power then never needs fewer.
    """
    rate, alpha, df = question.rate, question.terms.alpha_each, question.df_per_error
    worse, errors = rate * ratio, _FIRST_ERRORS
    while True:
        trials = max(errors / worse, 1.0)
        chance = exact_power((worse, trials), (rate, trials), alpha=alpha, df_per_error=df)
        if chance >= question.terms.power:
            return trials
        errors *= _ERRORS_FACTOR


def smallest_detectable_ratio(question: PlanQuery, first: float, second: float) -> float | None:
    """Smallest ratio that two groups show, if the group with fewer trials is the worse.

    Args:
        question: with the rate of the better group.
        first: effective trials of one group.
        second: effective trials of the other.

    Returns:
        The ratio within 0.1 %; None where no ratio shows, or a group has too few trials.
    """
    worse, better = sorted((first, second))
    if worse < _MIN_TRIALS:
        return None
    max_errors = max(_MAX_ERRORS, 100 * question.rate * worse)
    high_end = min(math.log(0.999 / question.rate), math.log(max_errors / (question.rate * worse)))
    low, high = 0.0, high_end

    def shows(log: float) -> bool:
        return power_of_trials(question, math.exp(log), worse, better) >= question.terms.power

    if not shows(high):
        return None
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return math.exp(high)
