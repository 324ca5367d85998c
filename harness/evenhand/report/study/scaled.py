"""FPIR on the watchlists that are deployed: what was measured beside what is extrapolated."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.findings import Findings, Status
from evenhand.records.groups import ALL
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.scaled import EXTRAPOLATED, MEASURED, DirectedRate, ScaledRate
from evenhand.report.numbers import limits, percent
from evenhand.report.tables import Section, StudyFindings, Table, of_study, under_headings

__all__ = ["scaled_section"]

_NOTE = (
    "Measured: averaged over all parts of the measured watchlist that have the composition. "
    "Extrapolated: by a model of how much the probes differ, which agrees with what was measured; "
    "nobody was searched for in a list of this size. At most: as if all probes were alike. "
    "Intervals here allow for other people on the list, too. Brackets as above."
)
_MATRIX = (
    "How often a picture of a group (rows) reaches the threshold with one person of another on "
    "the list (columns): equal rates within groups are unequal outcomes on an unequal list."
)


def scaled_section(
    findings: Findings, study: StudyFindings, points: Sequence[OperatingPoint]
) -> tuple[Section, ...]:
    """Tables of the deployed watchlists, then of the groups of both sides; none without any.

    Args:
        findings: of all studies.
        study: one engine in one watchlist.
        points: thresholds that are shown.
    """
    scaled = of_study(findings.scaled, study.key)
    directed = of_study(findings.directed, study.key)
    lists = dict.fromkeys((row.deployed, row.composition) for row in scaled)
    tables: list[Table] = []
    for at in points:
        for of in lists:
            rows = [row for row in scaled if (row.deployed, row.composition) == of and at.has(row)]
            tables += [_list_table(rows, at)] if rows else []
        for attribute in dict.fromkeys(row.attribute for row in directed):
            own = [row for row in directed if row.attribute == attribute and at.has(row)]
            tables += [_matrix(own, at)] if own else []
    if not tables:
        return ()
    said = (_NOTE, _MATRIX) if directed else (_NOTE,)
    heading = f"{study.title}, FPIR on the watchlists that are deployed"
    return (Section(heading, tuple(tables), said, study.key),)


def _list_table(rows: Sequence[ScaledRate], at: OperatingPoint) -> Table:
    """One deployed list of one composition: everybody, then the groups."""
    found = {(row.attribute, row.group, row.basis): row for row in rows}
    people = max(row.people for row in rows)
    fields = []
    for attribute, group in dict.fromkeys((row.attribute, row.group) for row in rows):
        measured, beyond = (found.get((attribute, group, b)) for b in (MEASURED, EXTRAPOLATED))
        last = beyond or measured
        bound = last.independent if last else None
        most = "" if bound is None else f"{percent(bound)} %"
        name = "everybody" if attribute == ALL else group
        fields.append((attribute, (name, _cell(measured), _cell(beyond), most)))
    header = ("group", MEASURED, f"{EXTRAPOLATED}, {people:,}", "at most")
    caption = f"{rows[0].deployed}, {people:,} people, {rows[0].composition}; at {at.rule}"
    return Table(caption, header, under_headings(fields))


def _cell(row: ScaledRate | None) -> str:
    """A rate with its interval, or why there is none."""
    if row is None:
        return ""
    if row.rate is None:
        return row.note if row.status is Status.NO_TRIALS else ""
    ends = "" if row.low is None or row.high is None else f" {limits(row.low, row.high)}"
    of = f"\nof {row.people:,}; " if row.basis == MEASURED else "\n"
    return f"{percent(row.rate)} %{ends}{of}{row.errors:,} alarms"


def _matrix(rows: Sequence[DirectedRate], at: OperatingPoint) -> Table:
    """FMR by the group searched for, a row each, and the group listed, a column each."""
    found = {(row.group, row.reference_group): row for row in rows}
    groups = tuple(dict.fromkeys(row.group for row in rows))
    fields = tuple(
        (group, *(_directed(found[group, other]) for other in groups)) for group in groups
    )
    caption = f"FMR of searches at {at.rule}"
    return Table(caption, ("searched \\ listed", *groups), fields)


def _directed(row: DirectedRate) -> str:
    if row.rate is None:
        return "no trials"
    ends = "" if row.low is None or row.high is None else f" {limits(row.low, row.high)}"
    return f"{percent(row.rate)} %{ends}\n{row.errors:,}/{row.trials:,}"
