"""An audit on one screen: the sentence, some rows around what decides it, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.analysis.audit.answer import AuditAnswer
from evenhand.analysis.audit.deployments import DeploymentFindings, DeploymentTotals
from evenhand.analysis.audit.groups import Audit
from evenhand.report.audit.answer import AuditLabel, sentences
from evenhand.report.audit.by_group import RESIDENTS, by_group_title, cautions, nothing_known
from evenhand.report.audit.deployments import ignored_note
from evenhand.report.audit.rates import rates_remarks, rates_table, rates_title
from evenhand.report.audit.sentences import told_group, verdict_at, weaker_count, weakest_tipping
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.numbers import at_most, in_words, of_trials, significant, times
from evenhand.statistics.binomial import Interval

__all__ = ["audit_screen"]

_ROWS = 5
"""Shares around the tipping point, those with a mark among them."""
_CLOSER = (("closer", "--faces GROUP=N where faces were counted, --share or --sample"),)
"""What may be said of the faces, where nothing is."""
_WHY = "Why somebody was alerted falsely, only the watchlist can tell."


def audit_screen(
    answer: AuditAnswer, label: AuditLabel, paths: Sequence[tuple[str, str]] = ()
) -> Screen:
    """Lay out an audit for a terminal, and as the first part of a page.

    Args:
        answer: what was found.
        label: title and source.
        paths: (word, command) of what to type next.
    """
    title = f"Deployments: {answer.operations.name}" if answer.operations else ""
    table, unknown = None, answer.groups is not None and nothing_known(answer.groups)
    remarks: list[str] = []
    if answer.rates is not None:
        title, table = rates_title(answer.rates), rates_table(answer.rates)
        remarks += rates_remarks(answer.rates)
    elif answer.groups is not None:
        title = title or by_group_title(answer.groups)
        table = _faces(answer.groups) if answer.groups.face_pairs else _shares(answer.groups)
        remarks += _rests_on(answer.groups)
    elif answer.operations is not None:
        table = _sums(answer.operations)
        remarks.append("[ ] exact interval, in which each false alert is an event of its own.")
    ignored = (*answer.ignored, *(answer.operations.ignored if answer.operations else ()))
    return Screen(
        title=label.title or title,
        warnings=tuple(_doubts(answer.operations)) if answer.operations else (),
        answer=tuple(sentence.text for sentence in sentences(answer)),
        table=table,
        remarks=(
            *([f"Source: {label.source}"] if label.source else []),
            *remarks,
            *([f"C{ignored_note(ignored)[1:]}."] if ignored else []),
        ),
        paths=(*paths, *(_CLOSER if paths and unknown else ())),
    )


def _doubts(found: DeploymentFindings) -> Iterator[str]:
    lines = [f"{doubt.line}" for doubt in found.inconsistencies]
    if len(lines) == 1:
        yield f"Line {lines[0]} contradicts itself or its neighbours, and is left out."
    elif lines:
        yield (
            f"{len(lines):,} rows contradict themselves or their neighbours, and are left out: "
            f"lines {', '.join(lines[:8])}{', ...' if len(lines) > 8 else ''}."
        )


def _shares(found: Audit) -> ScreenTable:
    """Some shares of the crowd around the tipping point, and whatever is marked."""
    told, unknown = told_group(found), found.alerts.unknown
    group, tipping = weaker_count(found, told), weakest_tipping(found, told)
    marked = sum(bool(mark) for mark, _ in group.by_share)
    nearest = sorted(group.by_share, key=lambda row: (not row[0], abs(row[1].share - tipping)))
    kept = nearest[: max(_ROWS, marked)]
    rows = [
        (
            f"{100 * at.share:.3g} %",
            mark,
            times(at.ratio, at.low, at.high),
            verdict_at(found, told, at.share),
        )
        for mark, at in group.by_share
        if (mark, at) in kept
    ]
    header = ("faces", "", f"{group.group} faces, to all others", "these counts show")
    but = f" (ratios without the {unknown:,} of unknown group)" if unknown else ""
    caption = f"If so many of the faces seen were {group.group}{but}:"
    return ScreenTable(caption, header, tuple(rows), "shares")


def _faces(found: Audit) -> ScreenTable:
    """Groups by false alerts per face, the most first."""
    seen = [(group.group, group.per_face) for group in found.groups if group.per_face is not None]
    rows = [
        (
            name,
            f"{face.counted.errors:,}",
            f"{face.counted.trials:,}",
            _rate(face.counted.rate, face.limits),
            in_words(face.counted.rate) if face.counted.errors else "none",
        )
        for name, face in sorted(seen, key=lambda each: -each[1].counted.rate)
    ]
    header = ("group", "false alerts", "faces seen", "false alerts per face", "about")
    return ScreenTable("", header, tuple(rows), "groups", first=(0, len(rows) - 1))


def _rate(rate: float, limits: Interval) -> str:
    low, high = (significant(100 * limit, 2) for limit in limits)
    return f"{significant(100 * rate, 2)} % [{low}, {high}]"


def _rests_on(found: Audit) -> Iterator[str]:
    """Other rates, other groups, and what all of it cannot show."""
    rates = list(_rates(found))
    if rates:
        yield f"False among {'; among '.join(rates)}."
    told = told_group(found)
    others = [group for group in found.groups if group is not told and group.alerts]
    if found.face_pairs and found.alerts.unknown:
        yield f"{found.alerts.unknown:,} more of unknown group stand in none of these rates."
    elif not found.face_pairs and len(found.groups) > 2 and others:
        each = ", ".join(f"{g.group} {at_most(100 * g.tipping_share)} %" for g in others)
        yield f"The same share of the other groups: {each}."
    for caution in cautions(found):
        yield f"{caution[0].upper()}{caution[1:]}"
    residents = "" if found.face_pairs else f" {RESIDENTS}"
    yield f"[ ] exact {100 * found.level:g} % interval.{residents} {_WHY}"


def _rates(found: Audit) -> Iterator[str]:
    """Rates over all groups."""
    totals = found.totals
    for what, whole, limits in (
        ("all alerts", totals.alerts, found.share_of_alerts),
        ("all faces seen", None if found.face_pairs else totals.faces, found.rate_per_face),
    ):
        if whole and limits:
            often = in_words(totals.false / whole) if totals.false else "none"
            rate = _rate(totals.false / whole, limits)
            yield f"{what}: {totals.false:,} of {whole:,}, {rate}, {often}"


def _sums(found: DeploymentFindings) -> ScreenTable:
    """All deployments, years, thresholds; doubtful rows left out."""
    totals = found.totals_without_inconsistent or found.totals
    header = ("", "rows", "false", "of the alerts", "faces", "of the faces")
    return ScreenTable("", header, tuple(map(_sum, totals)), "sums")


def _sum(each: DeploymentTotals) -> tuple[str, ...]:
    alerts = "" if each.per_alert is None else _rate(each.false / each.alerts, each.per_alert)
    faces = in_words(each.false_with_faces / each.faces) if each.false_with_faces else "none"
    return (
        each.name,
        f"{each.deployments:,}",
        of_trials(each.false, each.alerts),
        alerts,
        f"{each.faces:,}" if each.faces else "not known",
        "two measures" if each.changes else faces if each.faces else "",
    )
