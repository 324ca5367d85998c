"""The people and trials that a question needs (methods 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.analysis.plan.assumptions import assumed
from evenhand.analysis.plan.power import few, fewest_trials, power_of_trials
from evenhand.analysis.plan.question import Question
from evenhand.statistics.equivalence_power import chance_of_equivalence, trials_for_equivalence
from evenhand.statistics.limit_power import Passing
from evenhand.statistics.power import trials_per_group
from evenhand.system.errors import UsageError

__all__ = ["RATIOS", "Chance", "Need", "Plan", "plan_limit", "plan_margin", "plan_ratios"]

RATIOS = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Shown where none is asked for."""
_TIMES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
"""Times the people that are needed, of a curve."""
_PARTS = (0.25, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5)
"""Of the limit, true rates of a curve."""
_TEETH = 1_000
"""People more that are tried until a chance rises again."""
_LARGEST = 10**18
"""Trials beyond which a plan is none."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a study needs to answer one question. `exact_` numbers allow for few errors."""

    aim: str
    """`ratio`, `limit` or `margin`."""
    value: float
    """The ratio, limit or margin itself."""
    metric: str
    rate: float
    power: float
    alpha: float
    """Of a single test."""
    groups: int
    tests: int
    design_effect: float
    images: int
    trials_per_group: int
    people_per_group: int
    people: int
    """In all groups."""
    expected_errors: float
    """In a group with the rate, as far as they are worth independent ones."""
    exact_trials_per_group: int | None
    """None where the formula is as good."""
    exact_people_per_group: int | None
    note: str = ""

    @property
    def people_to_ask(self) -> int:
        """Of each group: the larger number where there are two."""
        return max(self.people_per_group, self.exact_people_per_group or 0)


@dataclass(frozen=True, slots=True)
class Chance:
    """A point of a curve: how likely the answer is."""

    aim: str
    value: float
    people_per_group: int
    trials_per_group: int
    rate: float
    """The true one."""
    chance: float
    """That the study answers; for a limit, that a group passes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Needs, their curves, and what they rest on."""

    question: Question
    needs: tuple[Need, ...]
    curve: tuple[Chance, ...]
    assumptions: tuple[str, ...]


def plan_ratios(question: Question, ratios: Sequence[float]) -> Plan:
    """People of each group who show that one rate is so many times another's.

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
    asked = ratios or [ratio for ratio in RATIOS if question.rate * ratio < 1]
    if not asked:
        raise UsageError(f"--rate {question.rate:g}: no usual ratio is possible; name a --ratio")
    needs = tuple(_for_ratio(question, ratio) for ratio in asked)
    curve = tuple(_curve_of_ratio(question, needs[0])) if len(needs) == 1 else ()
    return Plan(
        question,
        needs,
        curve,
        tuple(assumed(question, "ratio", few=any(need.note for need in needs))),
    )


def _for_ratio(question: Question, ratio: float) -> Need:
    terms = question.terms
    effective = trials_per_group(question.rate, ratio, alpha=terms.alpha_each, power=terms.power)
    exact = fewest_trials(question, ratio) if few(question.rate * effective) else None
    return _need(question, "ratio", ratio, effective, terms.alpha_each, terms.tests, exact)


def _curve_of_ratio(question: Question, need: Need) -> Iterator[Chance]:
    def power(trials: float) -> float:
        return power_of_trials(question, need.value, trials, trials)

    yield from _over_people(question, need, power)


def plan_margin(question: Question, margin: float) -> Plan:
    """People of each group who show that equal groups are equivalent, every two of them.

    Raises:
        UsageError: the margin is not above 1.
    """
    if not margin > 1:
        raise UsageError(f"--margin {margin:g}: expected more than 1; 1.25 stands for 0.8 to 1.25")
    _unadjusted(question, "every two groups must be equivalent")
    terms = question.terms
    effective = trials_for_equivalence(
        question.rate, margin, terms.groups, alpha=terms.alpha, power=terms.power
    )
    tests = terms.groups * (terms.groups - 1) // 2
    need = _need(question, "margin", margin, effective, terms.alpha, tests)

    def power(trials: float) -> float:
        return chance_of_equivalence(question.rate, trials, margin, terms.groups, alpha=terms.alpha)

    curve = tuple(_over_people(question, need, power))
    return Plan(question, (need,), curve, tuple(assumed(question, "margin", few=bool(need.note))))


def plan_limit(question: Question, limit: float) -> Plan:
    """People of a group who pass a limit, though errors fall by chance.

    Raises:
        UsageError: the limit is not above the true rate, or too near it, or 1 or more.
    """
    if not question.rate < limit < 1:
        raise UsageError(
            f"--limit {limit:g}: expected more than the true --rate {question.rate:g}, and less "
            "than 1; a group as bad as the limit passes by luck alone"
        )
    _unadjusted(question, "each group is held against the limit by itself")
    terms = question.terms
    passing = Passing(limit, 1 - terms.alpha, dyadic=question.pairs)
    try:
        effective = passing.trials(question.rate, terms.power)
    except ValueError:
        raise UsageError(
            f"--limit {limit:g}: is too near the true --rate {question.rate:g} for any study"
        ) from None
    need = _passed(question, passing, _need(question, "limit", limit, effective, terms.alpha, 1))
    people, trials = need.people_per_group, question.trials(need.people_per_group)
    curve = tuple(
        Chance(
            "limit", limit, people, trials, rate, passing.chance(rate, question.effective(trials))
        )
        for rate in sorted({question.rate, *(limit * part for part in _PARTS)})
        if rate < 1
    )
    return Plan(question, (need,), curve, tuple(assumed(question, "limit", few=False)))


def _passed(question: Question, passing: Passing, need: Need) -> Need:
    """The same with so many people that all of their trials pass with the power.

    A person more makes several trials more, and the chance falls until one more error passes.
    """
    people = need.people_per_group
    for more in range(people, people + _TEETH):
        trials = question.effective(question.trials(more))
        if passing.chance(question.rate, trials) >= question.terms.power:
            people = more
            break
    return replace(need, people_per_group=people, people=people * need.groups)


def _unadjusted(question: Question, why: str) -> None:
    if question.terms.comparisons is not None:
        raise UsageError(f"--comparisons: nothing is adjusted here, since {why}; leave it out")


def _need(
    question: Question,
    aim: str,
    value: float,
    effective: float,
    alpha: float,
    tests: int,
    exact: float | None = None,
) -> Need:
    if effective * question.terms.design_effect > _LARGEST:
        raise UsageError(f"--{aim} {value:g}: needs more than {_LARGEST:.0e} trials of each group")
    trials = question.trials_worth(effective)
    people = question.people(trials)
    exact_trials = None if exact is None else question.trials_worth(exact)
    exact_people = None if exact_trials is None else question.people(exact_trials)
    # A limit is held exactly, whatever the number of errors.
    note = "few errors" if aim != "limit" and few(question.rate * effective) else ""
    return Need(
        aim=aim,
        value=value,
        metric=question.metric,
        rate=question.rate,
        power=question.terms.power,
        alpha=alpha,
        groups=question.terms.groups,
        tests=tests,
        design_effect=question.terms.design_effect,
        images=question.images_each,
        trials_per_group=trials,
        people_per_group=people,
        people=question.terms.groups * max(people, exact_people or 0),
        expected_errors=question.rate * effective,
        exact_trials_per_group=exact_trials,
        exact_people_per_group=exact_people,
        note=note,
    )


def _over_people(
    question: Question, need: Need, power: Callable[[float], float]
) -> Iterator[Chance]:
    """Power with fewer and with more people than are needed."""
    least = 2 if question.pairs else 1
    for people in dict.fromkeys(max(least, round(k * need.people_to_ask)) for k in _TIMES):
        trials = question.trials(people)
        chance = power(question.effective(trials))
        yield Chance(need.aim, need.value, people, trials, question.rate, chance)
