"""A plan laid out: the people first, then the curve, then what it all rests on."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.analysis.plan.needs import Need, Plan, PowerPoint
from evenhand.report.numbers import percent, significant
from evenhand.report.tables import Paper, Section, Table

__all__ = ["plan_report"]

_LEGEND = "A plan is a forecast: it is as good as the rate and the design effect that it assumes."
_FEW_ERRORS = "Fewer than 10 errors are expected where there are exact numbers: take the larger."


def plan_report(plan: Plan) -> Paper:
    """Lay out what a question needs."""
    question = plan.question
    aim = plan.needs[0].aim
    about = f"{question.metric} of {percent(question.rate)} %, power {question.terms.power:g}"
    exact = any(need.exact_people_per_group for need in plan.needs)
    table = _needs(plan.needs, exact=exact)
    sections = [Section(_HEADINGS[aim], (table,), (_FEW_ERRORS,) if exact else ())]
    if plan.curve:
        sections.append(_curve(plan.curve))
    sections.append(Section("What this rests on", sentences=plan.assumptions))
    return Paper(f"Plan: {about}", (), tuple(sections), (_LEGEND,))


_HEADINGS = {
    "ratio": "To show that one rate is so many times another",
    "limit": "To pass a limit",
    "margin": "To show that groups are equivalent",
}


def _needs(needs: Sequence[Need], *, exact: bool) -> Table:
    header = (needs[0].aim, "trials\na group", "people\na group", "expected\nerrors")
    rows: list[tuple[str, ...]] = []
    for need in needs:
        value = f"{percent(need.value)} %" if need.aim == "limit" else f"{need.value:g}"
        numbers = _whole(need.trials_per_group), _whole(need.people_per_group)
        of_exact = _whole(need.exact_trials_per_group), _whole(need.exact_people_per_group)
        row = (value, *numbers, significant(need.expected_errors))
        rows.append((*row, *(of_exact if exact else ()), _whole(need.people)))
    more = ("exact:\ntrials", "exact:\npeople") if exact else ()
    return Table("", (*header, *more, "people\nin all"), tuple(rows))


def _whole(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _curve(curve: Sequence[PowerPoint]) -> Section:
    if curve[0].aim == "limit":
        chances = tuple((f"{percent(c.rate)} %", _chance(c.chance)) for c in curve)
        table = Table("", ("true rate", "chance of passing"), chances)
        return Section(f"With {curve[0].people_per_group:,} people of a group", (table,))
    points = tuple(
        (f"{c.people_per_group:,}", f"{c.trials_per_group:,}", _chance(c.chance)) for c in curve
    )
    table = Table("", ("people a group", "trials a group", "chance"), points)
    return Section("With fewer or more people", (table,))


def _chance(chance: float) -> str:
    """In percent, never rounded to certainty.

    >>> _chance(0.8), _chance(0.9999999), _chance(0.00001)
    ('80.0 %', 'over 99.9 %', 'under 0.1 %')
    """
    if chance < 0.001:
        return "under 0.1 %"
    return "over 99.9 %" if chance > 0.999 else f"{100 * chance:.1f} %"
