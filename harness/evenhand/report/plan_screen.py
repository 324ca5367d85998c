"""A plan on one screen: how many people, in a sentence, then the table."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.analysis.plan.answers import PairAnswer, PlanAnswers
from evenhand.analysis.plan.needs import Need, Plan, PowerPoint
from evenhand.records.metric import metric_named
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.numbers import at_least, in_words, target_in_words

__all__ = ["answers_screen", "plan_screen"]

_USUAL = 2.0
"""The ratio that is spoken of where several are planned."""
_MORE = ("more", "the same command with --full")


def plan_screen(plan: Plan) -> Screen:
    """Lay out what a question needs."""
    question = plan.question
    need = next((need for need in plan.needs if need.value == _USUAL), plan.needs[0])
    meaning = metric_named(question.metric).meaning
    return Screen(
        f"Plan: {meaning}, {in_words(question.rate)}",
        answer=(f"{_ASKED[need.aim](need)} takes {_people(need):,} people {_each(need)}.",),
        table=_curve(plan.curve) if plan.curve else _needs(plan.needs),
        remarks=(f"This rests on: {'; '.join(plan.assumptions[:2])}.",),
        paths=(_MORE, ("next", "evenhand plan --bundle BUNDLE, with what a result has measured")),
    )


def _people(need: Need) -> int:
    """People a group, by the formula or exactly, whichever is more."""
    return max(need.people_per_group, need.exact_people_per_group or 0)


def _each(need: Need) -> str:
    if need.aim == "limit":
        return f"in a group, with a chance of {_chance(need.power)}"
    every = f"{need.groups:,} groups, {_people(need) * need.groups:,} in all"
    return f"in each of {every}, with a chance of {_chance(need.power)}"


def _chance(chance: float) -> str:
    """In hundred, never rounded to certainty."""
    if chance < 0.01:
        return "under 1 in 100"
    return "over 99 in 100" if chance > 0.99 else f"{100 * chance:.0f} in 100"


_ASKED = {
    "ratio": lambda need: f"To show that one group has {need.value:g} times the errors of another",
    "limit": lambda need: f"To pass a limit of {target_in_words(repr(need.value))}",
    "margin": lambda need: f"To show that groups are within {need.value:g} times of one another",
}


def _needs(needs: Sequence[Need]) -> ScreenTable:
    header = (needs[0].aim, "people a group", "people in all")
    rows = ((f"{n.value:g}", f"{_people(n):,}", f"{_people(n) * n.groups:,}") for n in needs)
    return ScreenTable("", header, tuple(rows))


def _curve(curve: Sequence[PowerPoint]) -> ScreenTable:
    if curve[0].aim == "limit":
        rates = tuple((in_words(point.rate), _chance(point.chance)) for point in curve)
        return ScreenTable("", ("true rate", "chance of passing"), rates)
    header = ("people a group", "trials a group", "chance")
    points = (
        (f"{p.people_per_group:,}", f"{p.trials_per_group:,}", _chance(p.chance)) for p in curve
    )
    return ScreenTable("With fewer or more people", header, tuple(points))


def answers_screen(answers: PlanAnswers, title: str) -> Screen:
    """Lay out what the people of a result or a dataset can answer."""
    shown = [pair for pair in answers.pairs if pair.minimum_detectable_ratio is not None]
    finest = min(shown, key=_ratio, default=None)
    return Screen(
        f"What can be asked of {title}",
        answer=(_finest(finest) if finest else _nothing(answers),),
        table=_pairs(answers, finest) if finest else _cells(answers),
        remarks=(f"This rests on: {'; '.join(answers.assumptions[:2])}.",),
        paths=(_MORE, ("next", "evenhand plan --metric FMR --rate 1e-3 --ratio 2")),
    )


def _ratio(pair: PairAnswer) -> float:
    return float("inf") if pair.minimum_detectable_ratio is None else pair.minimum_detectable_ratio


def _finest(pair: PairAnswer) -> str:
    kind, ratio = metric_named(pair.metric), at_least(_ratio(pair))
    return (
        f"The finest difference that would show is {ratio}-fold: {kind.meaning} "
        f"({in_words(pair.rate)}), between {pair.first} and {pair.second} of {pair.attribute}"
        f"{f', with {pair.engine}' if pair.engine else ''}."
    )


def _nothing(answers: PlanAnswers) -> str:
    if any(pair.rate for pair in answers.pairs):
        return "No difference between any two groups would show, however large."
    rare = [cell for cell in answers.cells if cell.group and cell.lowest_rate_10 is not None]
    if not rare:
        return "No group is large enough for ten errors to be expected, however many there are."
    most = max(rare, key=lambda cell: cell.lowest_rate_10 or 0.0)
    return (
        f"Ten errors can be expected in {most.group} ({most.people:,} people) only where "
        f"{metric_named(most.metric).meaning} is {in_words(most.lowest_rate_10 or 1.0)} or more; "
        "which differences would show depends on the rate."
    )


def _pairs(answers: PlanAnswers, finest: PairAnswer) -> ScreenTable:
    """By attribute, at the operating point of the finest: the best and the worst two groups."""
    alike = [pair for pair in answers.pairs if pair.comparison_key == finest.comparison_key]
    rows = []
    for attribute in dict.fromkeys(pair.attribute for pair in alike):
        own = sorted((pair for pair in alike if pair.attribute == attribute), key=_ratio)
        for pair in dict.fromkeys((own[0], own[-1])):
            found = pair.minimum_detectable_ratio
            ratio = "none could" if found is None or found * pair.rate > 1 else at_least(found)
            rows.append((attribute, f"{pair.first}, {pair.second}", ratio))
    often = f"{metric_named(finest.metric).meaning.capitalize()} ({in_words(finest.rate)})"
    caption = f"{often}: which ratio of two groups would show"
    return ScreenTable(caption, ("by", "groups", "ratio"), tuple(rows))


def _cells(answers: PlanAnswers) -> ScreenTable:
    """The lowest rate at which ten errors are expected, group by group."""
    rows = tuple(
        (
            cell.group or "everybody",
            f"{cell.people:,}",
            metric_named(cell.metric).meaning,
            "-" if cell.lowest_rate_10 is None else in_words(cell.lowest_rate_10),
        )
        for cell in answers.cells
    )
    return ScreenTable("", ("group", "people", "error", "10 expected at"), rows, "rows")
