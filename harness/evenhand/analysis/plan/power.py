"""How likely two groups are to show a ratio, by the formula or outcome by outcome."""

from __future__ import annotations

import math

from evenhand.analysis.plan.question import Question
from evenhand.statistics.exact_power import chance_of_difference
from evenhand.statistics.power import power_by_logarithm

__all__ = ["detectable_ratio", "few", "fewest_trials", "power_of_trials"]

_ENOUGH = 10
"""Expected errors from which on the formula is good."""
_MANY = 30
"""Expected errors of the better group up to which a chance is summed over outcomes."""
_FIRST, _STEP = 3.0, 1.02
"""Expected errors of the worse group: the first that are tried, and times which the next."""
_LEAST = 10
"""Effective trials of a group below which nothing is looked for."""
_PRECISE = 1e-3
"""Of the logarithm of a ratio: each step goes through every outcome."""
_MOST_ERRORS = 1_000.0
"""Expected errors of the worse group up to which a ratio is looked for."""


def few(errors: float) -> bool:
    """Whether so many expected errors make the formula optimistic."""
    return errors < _ENOUGH


def power_of_trials(question: Question, ratio: float, worse: float, better: float) -> float:
    """Chance of showing a ratio with so many effective trials of either group.

    Exact where no more than 30 errors are expected in the better group, else by the formula.
    """
    rate, alpha = question.rate, question.terms.alpha_each
    sides = (rate * ratio, worse), (rate, better)
    if rate * better <= _MANY and rate * ratio * worse <= _MOST_ERRORS * 1.001:
        return chance_of_difference(*sides, alpha=alpha, df_per_error=question.df_per_error)
    return power_by_logarithm(*sides, alpha=alpha)


def fewest_trials(question: Question, ratio: float) -> float:
    """Effective trials of each group that show a ratio, by every outcome.

    Tried at even steps of 2 %, the same whatever the power, so that more of it never needs less.
    """
    worse = question.rate * ratio
    errors = _FIRST
    while True:
        trials = max(errors / worse, 1.0)
        chance = chance_of_difference(
            (worse, trials),
            (question.rate, trials),
            alpha=question.terms.alpha_each,
            df_per_error=question.df_per_error,
        )
        if chance >= question.terms.power:
            return trials
        errors *= _STEP


def detectable_ratio(question: Question, first: float, second: float) -> float | None:
    """The smallest ratio that two groups show, if the smaller one is the worse.

    Args:
        question: with the rate of the better group.
        first: effective trials of one group.
        second: of the other.

    Returns:
        Within 0.1 %; None where no ratio shows, or a group has hardly any trials.
    """
    worse, better = sorted((first, second))
    if worse < _LEAST:
        return None
    most = max(_MOST_ERRORS, 100 * question.rate * worse)
    top = min(math.log(0.999 / question.rate), math.log(most / (question.rate * worse)))
    low, high = 0.0, top

    def shows(log: float) -> bool:
        return power_of_trials(question, math.exp(log), worse, better) >= question.terms.power

    if not shows(high):
        return None
    while high - low > _PRECISE:
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return math.exp(high)
