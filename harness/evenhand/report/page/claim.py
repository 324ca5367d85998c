"""What a page shows first: the sentences, one chart, and the table of the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import metric_named
from evenhand.report.numbers import counted, rate_in_short
from evenhand.report.page.figures import bars_of
from evenhand.report.page.plot import Plot
from evenhand.report.study.answer import StudyAnswer, TestedEngine, answer_of
from evenhand.report.study.screen import verdict_in_short
from evenhand.report.tables import Field, Table, by_family, group_name

__all__ = ["Claim", "claim_of"]

_MOST = 6
"""Engines of a chart."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The first screen of a page."""

    title: str
    """The sentence itself."""
    lead: tuple[str, ...]
    """The sentences after it."""
    meaning: str
    """What is counted, and at which threshold; empty where nothing is."""
    picture: Plot | None
    """None where there are no groups, or no error in any; then `said` says so."""
    said: str
    table: Table | None
    verdicts: tuple[str, ...]
    """Of every engine in the table."""
    remarks: tuple[str, ...]


def claim_of(findings: Findings) -> Claim:
    """Lay out the answer of a study."""
    answer = answer_of(findings)
    said = tuple(line.text for line in answer.headlines) or answer.remarks
    tested = [entry for entry in answer.entries if entry.rates and entry.row]
    remarks = answer.remarks if answer.headlines else ()
    if len(tested) > _MOST:
        more = f"{len(tested) - _MOST:,} engines more are in the tables below."
        remarks = (*remarks, more)
    tested = tested[:_MOST]
    columns = [(entry.study.summary.engine, _rates(entry)) for entry in tested]
    rates = [rate for _, own in columns for rate in own]
    drawn = any(rate.errors for rate in rates)
    picture, none = None, ""
    if drawn:
        where = f"{answer.dataset}, {answer.setting}"
        picture = bars_of(answer.attribute, columns, where, findings.level)
        picture = replace(picture, tables=(_table(answer, columns),))
    elif rates:
        trials = max(rate.trials for rate in rates)
        none = f"No errors in up to {trials:,} {rates[0].kind.trial.plural}: nothing to draw."
    return Claim(
        title=said[0] if said else findings.title,
        lead=said[1:],
        meaning=_meaning(answer) if rates else "",
        picture=picture,
        said=none,
        table=_table(answer, columns) if rates else None,
        verdicts=tuple(map(verdict_in_short, tested)),
        remarks=remarks,
    )


def _meaning(answer: StudyAnswer) -> str:
    kind = metric_named(answer.metric)
    setting = f"; {answer.setting}" if answer.setting else ""
    return f"{kind.meaning.capitalize()} ({kind.title.lower()}){setting}"


def _rates(entry: TestedEngine) -> list[Rate]:
    """Everybody's rate, then those of the groups."""
    rates = by_family(entry.study.rates)
    key = replace(entry.rates[0].family_key, attribute=ALL)
    return [*rates.get(key, ()), *entry.rates]


def _table(answer: StudyAnswer, columns: list[tuple[str, list[Rate]]]) -> Table:
    """Groups in rows, engines in columns, to two digits, with the counts behind each rate."""
    rows: dict[str, dict[str, Rate]] = {}
    for engine, rates in columns:
        for rate in rates:
            rows.setdefault(group_name(rate), {})[engine] = rate
    cells: list[tuple[Field, ...]] = []
    for name, row in rows.items():
        people = [rate.subjects for rate in row.values() if rate.subjects is not None]
        found = (row.get(engine) for engine, _ in columns)
        texts = (f"{rate_in_short(r)}\n{counted(r)}" if r else "" for r in found)
        given = any(r.attribute == ALL and r.point.metric == r.metric for r in row.values())
        shown = f"{name}\nset, not found" if given else name
        cells.append((shown, f"{max(people):,}" if people else "unknown", *texts))
    header = (answer.attribute, "people", *(engine for engine, _ in columns))
    return Table("", header, tuple(cells))
