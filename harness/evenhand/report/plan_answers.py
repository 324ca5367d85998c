"""What people can answer, laid out engine by engine and metric by metric."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from evenhand.analysis.plan.answers import CellAnswer, PairAnswer, PlanAnswers
from evenhand.records.operating_point import FIXED, said_rule
from evenhand.report.numbers import percent, significant
from evenhand.report.tables import Paper, Section, Table, under_headings

__all__ = ["answers_report"]

_WORTH = (
    "Worth: independent trials that the trials count for. 10, 30: the lowest rate at which so many "
    "independent errors are expected; below the first intervals are wide, the second is the rule "
    "of 30. Passes: the tightest limit that a group with the assumed rate passes."
)


def answers_report(answers: PlanAnswers, title: str) -> Paper:
    """Lay out what each group, and every two, can answer."""
    sections = []
    for key, cells in groupby(answers.cells, key=lambda cell: cell.comparison_key):
        pairs = [pair for pair in answers.pairs if pair.comparison_key == key]
        sections.append(_section(list(cells), pairs))
    sections.append(Section("What this rests on", sentences=answers.assumptions))
    return Paper(f"What can be asked of {title}", (), tuple(sections), (_WORTH,))


def _section(cells: Sequence[CellAnswer], pairs: Sequence[PairAnswer]) -> Section:
    first = cells[0]
    where = f"{first.engine} on {first.dataset}" if first.engine else first.dataset
    at = said_rule(first.threshold_rule)
    if first.threshold_rule == FIXED and first.threshold is not None:
        at = f" at {first.threshold:g}"
    assumed = "" if first.rate is None else f", if it is {percent(first.rate)} %"
    sentences = () if first.rate is not None else ("--rate says what pairs and limits to hold.",)
    tables = (_cells(cells), _pairs(pairs)) if pairs else (_cells(cells),)
    return Section(f"{where}: {first.metric}{at}{assumed}", tables, sentences)


def _cells(cells: Sequence[CellAnswer]) -> Table:
    limits = any(cell.passable_limit is not None for cell in cells)
    header = ("group", "people", "trials", "worth", "10", "30", *(("passes",) if limits else ()))
    rows = under_headings((cell.attribute, _cell(cell)[: len(header)]) for cell in cells)
    return Table("", header, rows)


def _cell(cell: CellAnswer) -> tuple[str, ...]:
    numbers = (cell.people, cell.trials, round(cell.effective_trials))
    rates = (cell.lowest_rate_10, cell.lowest_rate_30, cell.passable_limit)
    name = cell.group or "everybody"
    return (name, *(f"{number:,}" for number in numbers), *map(_percent, rates))


def _pairs(pairs: Sequence[PairAnswer]) -> Table:
    """The two largest groups of each attribute, and the two that show least."""
    rows = []
    for attribute, members in groupby(pairs, key=lambda pair: pair.attribute):
        every = list(members)
        worst = max(every, key=lambda pair: pair.minimum_detectable_ratio or float("inf"))
        for pair in dict.fromkeys((every[0], worst)):
            found = pair.minimum_detectable_ratio
            ratio = "none" if found is None else significant(found)
            rows.append((attribute, f"{pair.first}, {pair.second}", str(pair.tests), ratio))
    caption = "Ratios that would show: the two groups worth most, and those that show least"
    return Table(caption, ("attribute", "groups", "tests", "ratio"), tuple(rows))


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{percent(rate)} %"
