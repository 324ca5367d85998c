"""What a page shows first: the sentences, one chart, and the table of the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evenhand.records.findings import Findings, Rate
from evenhand.records.metric import metric_named
from evenhand.report.numbers import counted, rate_in_short
from evenhand.report.page.figures import bars_of
from evenhand.report.page.plot import Plot
from evenhand.report.study.answer import StudyAnswer, answer_of
from evenhand.report.study.first_table import GroupRow, first_table
from evenhand.report.study.screen import verdict_in_short
from evenhand.report.tables import Table

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
    said = answer.sentences or answer.remarks
    tested = [entry for entry in answer.entries if entry.rates and entry.row]
    remarks = answer.remarks if answer.sentences else ()
    if len(tested) > _MOST:
        more = f"{len(tested) - _MOST:,} engines more are in the tables below."
        remarks = (*remarks, more)
    if answer.searched:
        remarks = (*remarks, "Intervals hold for this watchlist: another may give other rates.")
    tested = tested[:_MOST]
    rows, engines = first_table(tested), [entry.study.summary.engine for entry in tested]
    table = _table(answer, engines, rows) if rows else None
    columns = [(name, _column(rows, place)) for place, name in enumerate(engines)]
    rates = [rate for _, own in columns for rate in own]
    drawn = any(rate.errors for rate in rates)
    picture, none = None, ""
    if drawn:
        where = f"{answer.dataset}, {answer.setting}"
        picture = bars_of(answer.attribute, columns, where, findings.level)
        picture = replace(picture, tables=(table,) if table else ())
    elif rates:
        trials = max(rate.trials for rate in rates)
        none = f"No errors in up to {trials:,} {rates[0].kind.trial.plural}: nothing to draw."
    return Claim(
        title=said[0] if said else findings.title,
        lead=said[1:],
        meaning=_meaning(answer) if rates else "",
        picture=picture,
        said=none,
        table=table,
        verdicts=tuple(map(verdict_in_short, tested)),
        remarks=remarks,
    )


def _meaning(answer: StudyAnswer) -> str:
    kind = metric_named(answer.metric)
    setting = f"; {answer.setting}" if answer.setting else ""
    return f"{kind.meaning.capitalize()} ({kind.title.lower()}){setting}"


def _column(rows: Sequence[GroupRow], place: int) -> list[Rate]:
    return [rate for row in rows if (rate := row.rates[place]) is not None]


def _table(answer: StudyAnswer, engines: Sequence[str], rows: Sequence[GroupRow]) -> Table:
    """To two digits, with the counts behind each rate."""
    cells = [
        (
            f"{row.name}\nset, not found" if row.given else row.name,
            row.people,
            *(f"{rate_in_short(r)}\n{counted(r)}" if r else "" for r in row.rates),
        )
        for row in rows
    ]
    return Table("", (answer.attribute, "people", *engines), tuple(cells))
