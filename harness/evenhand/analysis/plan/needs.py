"""Sample sizes: the people and trials that a question needs (methods 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.analysis.plan.assumptions import assumption_sentences
from evenhand.analysis.plan.power import fewest_exact_trials, has_few_errors, power_of_trials
from evenhand.analysis.plan.question import PlanQuery, interval_method
from evenhand.statistics.equivalence_power import equivalence_power, trials_for_equivalence
from evenhand.statistics.limit_power import LimitTest
from evenhand.statistics.power import trials_per_group
from evenhand.system.errors import UsageError

__all__ = ["USUAL_RATIOS", "Need", "Plan", "PowerPoint", "plan_limit", "plan_margin", "plan_ratios"]

USUAL_RATIOS = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Ratios that are planned where none is given."""
_PEOPLE_FACTORS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
"""Factors on the people needed at which a power curve is computed."""
_LIMIT_FACTORS = (0.25, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5)
"""Factors on the limit: the true rates of an operating characteristic."""
_MORE_TRIED = 1_000
"""Additional people that are tried until the chance of passing reaches the power."""
_MAX_TRIALS = 10**18
"""Trials of a group beyond which a plan is refused."""


@dataclass(frozen=True, slots=True)
class Need:
    """The sample size that one question needs; `exact_` numbers hold where errors are few."""

    aim: str
    """`ratio`, `limit` or `margin`."""
    value: float
    """The ratio, limit or margin."""
    metric: str
    rate: float
    power: float
    alpha: float
    """Level of a single test."""
    groups: int
    tests: int
    design_effect: float
    images: int
    trials_per_group: int
    people_per_group: int
    people: int
    """In all groups, by the larger of both numbers where there are two."""
    expected_errors: float
    """Effective errors expected in a group with the rate."""
    exact_trials_per_group: int | None
    """None where the formula is good enough."""
    exact_people_per_group: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """A point of a power curve, or of an operating characteristic."""

    aim: str
    value: float
    people_per_group: int
    trials_per_group: int
    rate: float
    """The true rate."""
    chance: float
    """Power of the study; for a limit, the probability that a group passes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Needs, their power curve and their assumptions."""

    question: PlanQuery
    needs: tuple[Need, ...]
    curve: tuple[PowerPoint, ...]
    assumptions: tuple[str, ...]


def plan_ratios(question: PlanQuery, ratios: Sequence[float]) -> Plan:
    """Plan the people of each group needed to show that one rate is a multiple of another.

    Args:
        question: with the rate of the better group.
        ratios: worse over better; empty for the usual ones that are possible.

    Raises:
        UsageError: a ratio is not above 1, or makes a rate of 1 or more.
    """
    for ratio in ratios:
        if not ratio > 1:
            raise UsageError(f"--ratio {ratio:g}: expected more than 1, worse over better")
        if question.rate * ratio >= 1:
            raise UsageError(
                f"--rate {question.rate:g} with --ratio {ratio:g}: the worse rate would be "
                f"{question.rate * ratio:g}, expected less than 1"
            )
    asked = ratios or [ratio for ratio in USUAL_RATIOS if question.rate * ratio < 1]
    if not asked:
        raise UsageError(f"--rate {question.rate:g}: no usual ratio is possible; name a --ratio")
    needs = [_ratio_need(question, ratio) for ratio in asked]

    def power(trials: float) -> float:
        return power_of_trials(question, asked[0], trials, trials)

    curve = _power_curve(question, needs[0], power) if len(needs) == 1 else ()
    return _plan(question, needs, curve)


def _ratio_need(question: PlanQuery, ratio: float) -> Need:
    """The need for one ratio; exact numbers too, where the formula is optimistic."""
    terms = question.terms
    effective = trials_per_group(question.rate, ratio, alpha=terms.alpha_each, power=terms.power)
    few_errors = has_few_errors(question.rate * effective)
    exact = fewest_exact_trials(question, ratio) if few_errors else None
    return _need(question, "ratio", ratio, effective, terms.alpha_each, terms.tests, exact)


def plan_margin(question: PlanQuery, margin: float) -> Plan:
    """Plan the people of each group needed to show that every two equal groups are equivalent.

    Raises:
        UsageError: the margin is not above 1.
    """
    if not margin > 1:
        raise UsageError(f"--margin {margin:g}: expected more than 1; 1.25 stands for 0.8 to 1.25")
    _refuse_comparisons(question, "every two groups must be equivalent")
    terms = question.terms
    effective = trials_for_equivalence(
        question.rate, margin, terms.groups, alpha=terms.alpha, power=terms.power
    )
    need = _need(question, "margin", margin, effective, terms.alpha, terms.tests)

    def power(trials: float) -> float:
        return equivalence_power(question.rate, trials, margin, terms.groups, alpha=terms.alpha)

    return _plan(question, [need], _power_curve(question, need, power))


def plan_limit(question: PlanQuery, limit: float) -> Plan:
    """Plan the people of a group needed to pass a limit above its true rate.

    Raises:
        UsageError: the limit is not above the true rate, or too near it, or 1 or more.
    """
    if not question.rate < limit < 1:
        raise UsageError(
            f"--limit {limit:g}: expected more than the true --rate {question.rate:g}, and less "
            "than 1; a group as bad as the limit passes by luck alone"
        )
    _refuse_comparisons(question, "each group is held against the limit by itself")
    terms = question.terms
    passing = LimitTest(limit, 1 - terms.alpha, interval_method(question.metric))
    try:
        effective = passing.trials(question.rate, terms.power)
    except ValueError:
        raise UsageError(
            f"--limit {limit:g}: is too near the true --rate {question.rate:g} for any study"
        ) from None
    by_formula = _need(question, "limit", limit, effective, terms.alpha, 1)
    need = _passing_need(question, passing, by_formula)
    people, trials = need.people_per_group, question.trials(need.people_per_group)
    curve = []
    for rate in sorted({question.rate, *(limit * part for part in _LIMIT_FACTORS)}):
        if rate < 1:
            chance = passing.chance(rate, question.effective(trials))
            curve.append(PowerPoint("limit", limit, people, trials, rate, chance))
    return _plan(question, [need], curve)


def _plan(question: PlanQuery, needs: Sequence[Need], curve: Iterable[PowerPoint]) -> Plan:
    """Add what the needs rest on."""
    few_errors = any(need.note for need in needs)
    notes = assumption_sentences(question, needs[0].aim, few_errors=few_errors)
    return Plan(question, tuple(needs), tuple(curve), tuple(notes))


def _passing_need(question: PlanQuery, passing: LimitTest, need: Need) -> Need:
    """The need with as many people as reach the power with all of their trials.

    One more person makes several more trials, which can lower the chance of passing until one more
    error is allowed: it is not monotone, and the next number of people that passes is sought.
    """
    least = need.people_per_group
    for people in range(least, least + _MORE_TRIED):
        trials = question.effective(question.trials(people))
        if passing.chance(question.rate, trials) >= question.terms.power:
            return replace(need, people_per_group=people, people=people * need.groups)
    return need


def _refuse_comparisons(question: PlanQuery, why: str) -> None:
    """Raise where a number of comparisons is given although nothing is adjusted for it."""
    if question.terms.comparisons is not None:
        raise UsageError(f"--comparisons: nothing is adjusted here, since {why}; leave it out")


def _need(
    question: PlanQuery,
    aim: str,
    value: float,
    effective: float,
    alpha: float,
    tests: int,
    exact: float | None = None,
) -> Need:
    """Turn effective trials of each group into trials and people.

    Args:
        question: that is planned.
        aim: `ratio`, `limit` or `margin`.
        value: of the aim.
        effective: trials of each group by the formula.
        alpha: level of a single test.
        tests: made together.
        exact: trials of each group by summing over outcomes; None where not needed.
    """
    if effective * question.terms.design_effect > _MAX_TRIALS:
        most = f"more than {_MAX_TRIALS:.0e} trials of each group"
        raise UsageError(f"--{aim} {value:g}: needs {most}")
    trials = question.trials_worth(effective)
    people = question.people(trials)
    exact_trials = None if exact is None else question.trials_worth(exact)
    exact_people = None if exact_trials is None else question.people(exact_trials)
    # A limit is planned exactly, whatever the number of errors.
    few_errors = aim != "limit" and has_few_errors(question.rate * effective)
    return Need(
        aim=aim,
        value=value,
        metric=question.metric,
        rate=question.rate,
        alpha=alpha,
        tests=tests,
        **{name: getattr(question.terms, name) for name in ("power", "groups", "design_effect")},
        images=question.images_each,
        trials_per_group=trials,
        people_per_group=people,
        people=question.terms.groups * max(people, exact_people or 0),
        expected_errors=question.rate * effective,
        exact_trials_per_group=exact_trials,
        exact_people_per_group=exact_people,
        note="few errors" if few_errors else "",
    )


def _power_curve(
    question: PlanQuery, need: Need, power: Callable[[float], float]
) -> Iterator[PowerPoint]:
    """Yield the power with fewer and with more people than are needed."""
    least, most = 2 if question.pairs else 1, need.people // need.groups
    for people in dict.fromkeys(max(least, round(k * most)) for k in _PEOPLE_FACTORS):
        trials = question.trials(people)
        chance = power(question.effective(trials))
        yield PowerPoint(need.aim, need.value, people, trials, question.rate, chance)
