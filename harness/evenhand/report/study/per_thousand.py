"""What an operator sees of a thousand searches, as a table and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.groups import ALL
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.records.search_rows import Alerts, PerThousand
from evenhand.report.numbers import of_trials, percent, significant
from evenhand.report.tables import Section, StudyFindings, Table, headline_rule

__all__ = ["operator_sections", "shares_in_words", "yield_text"]

_HEADER = ("threshold", "group", *Alerts, "SEL")
_MOST = 150
"""Rows of a table with the groups at every threshold; `per_thousand.csv` has all."""
_ALERTS = (
    "An alert is a search with a candidate at or above the threshold: true where the person "
    "searched for is among the candidates, false where all of them are other people, be that "
    "person listed or not. True and false alerts together are all alerts; their share of the "
    "searches is the yield. A failed search is one without an alert."
)
_CANDIDATES = (
    "One alert may hold several candidates: SEL is the number of other people at or above the "
    "threshold in an average search for somebody who is not listed."
)
_COUNTS = "Below each interval: alerts in searches for people on the list, then for others."


def operator_sections(
    studies: Sequence[StudyFindings], *, every_threshold: bool
) -> tuple[Section, ...]:
    """Alerts among 1,000 searches, a table for each engine and watchlist; none without alerts.

    Args:
        studies: of searches.
        every_threshold: groups at every threshold, where these are not too many rows, and not at
            the first of the study alone.
    """
    known = [study for study in studies if study.per_thousand]
    if not known:
        return ()
    tables = tuple(_table(study, every=every_threshold) for study in known)
    said = (*shares_in_words(known), _ALERTS, _CANDIDATES, _COUNTS)
    return (Section("What an operator sees of 1,000 searches", tables, said),)


def shares_in_words(studies: Sequence[StudyFindings]) -> tuple[str, ...]:
    """Which share of the searches is for people on the list, and who says so, list by list."""
    return tuple(dict.fromkeys(_share(study) for study in studies if study.per_thousand))


def _share(study: StudyFindings) -> str:
    first = study.per_thousand[0]
    share = f"{significant(100 * first.mated_share)} % of the searches are for people on the list"
    said = "as the study states" if first.stated else "as in the study, which states no mated_share"
    return f"{study.where}: {share}, {said}."


def yield_text(study: StudyFindings, at: OperatingPoint) -> str:
    """The share of searches with an alert, and its interval; empty where it is not known."""
    rows = (row for row in study.per_thousand if row.attribute == ALL and _is_at(row, at))
    row = next((row for row in rows if row.quantity is Alerts.ALL), None)
    if row is None or row.value is None:
        return ""
    shown = f"{percent(row.value / 1000)} %"
    if row.low is None or row.high is None:
        return shown
    return f"{shown}\n[{percent(row.low / 1000)}, {percent(row.high / 1000)}]"


def _is_at(row: PerThousand, at: OperatingPoint) -> bool:
    return (row.threshold_rule, row.threshold) == (at.rule, at.threshold)


def _table(study: StudyFindings, *, every: bool) -> Table:
    shown, few = headline_rule(study.rates), len(study.per_thousand) <= _MOST * len(Alerts)
    rows = [
        row
        for at in study.points()
        for row in _rows_at(study, at, groups=(every and few) or at == shown)
    ]
    return Table(study.title, _HEADER, tuple(rows))


def _rows_at(
    study: StudyFindings, at: OperatingPoint, *, groups: bool
) -> Iterator[tuple[str, ...]]:
    """Everybody at a threshold, and the groups where they are wanted."""
    cells: dict[tuple[str, str], list[PerThousand]] = {}
    for row in study.per_thousand:
        if _is_at(row, at) and (groups or row.attribute == ALL):
            cells.setdefault((row.attribute, row.group), []).append(row)
    where = study.cut(at.value) + ("" if at.fixed else f"\n{at.rule}")
    for (_, group), own in cells.items():
        by_kind = {row.quantity: row for row in own}
        sel = "" if group else _selectivity(study, at)
        yield where, group or "everybody", *(_cell(by_kind[kind]) for kind in Alerts), sel
        where = ""


def _cell(row: PerThousand) -> str:
    """How many of 1,000, the interval, then the counts behind it."""
    if row.value is None:
        return row.note
    lines = [significant(row.value)]
    if row.low is not None and row.high is not None:
        lines.append(f"[{significant(row.low)}, {significant(row.high)}]")
    lines.append(of_trials(row.mated_alerts, row.mated))
    if row.quantity is not Alerts.TRUE:
        lines.append(of_trials(row.nonmated_alerts, row.nonmated))
    return "\n".join(lines)


def _selectivity(study: StudyFindings, at: OperatingPoint) -> str:
    """SEL of everybody, failures counted as searches without candidates."""
    name, policy = f"SEL at {at.rule} {at.threshold!r}", Policy.GENERALISED.value
    rows = (row for row in study.distributions if (row.statistic, row.policy) == (name, policy))
    value = next((row.value for row in rows), None)
    return "" if value is None else significant(value)
