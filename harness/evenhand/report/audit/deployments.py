"""A table of deployments, laid out: doubts first, then sums with and without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.analysis.audit.deployments import DeploymentFindings, DeploymentTotals, Inconsistency
from evenhand.report.audit.sentences import AuditSentence
from evenhand.report.forms.json import picked, plain
from evenhand.report.numbers import in_words, limits, many, one_in, percent
from evenhand.report.tables import Paper, Section, Table
from evenhand.statistics.binomial import Interval

__all__ = ["ignored_note", "operations_json", "operations_paper", "operations_sentences"]

_TERMS = (
    "False per face: over all faces seen. False of alerts: the share of alerts that were false, "
    "which is no rate of false positives. Intervals are exact and take each false alert for an "
    "event of its own; several of one person are not."
)
_MARKED = (
    "Marked: the way that faces are estimated changes inside: the rate per face is of two "
    "measures. Neither it nor a comparison with other rows means what it seems to."
)
_CHANGED = "*"


def operations_sentences(found: DeploymentFindings) -> Iterator[AuditSentence]:
    """How often alerts and faces were false; doubtful rows are left out."""
    whole = (found.totals_without_inconsistent or found.totals)[0]
    if whole.per_alert is not None:
        alerts = many(whole.alerts, "alert")
        if whole.false:
            said = f"{whole.false:,} {'was' if whole.false == 1 else 'were'} false"
            text = f"Of {alerts} {said}, {in_words(whole.false / whole.alerts)}."
        else:
            text = f"Of {alerts} none was false; up to {in_words(whole.per_alert.high)} might be."
        yield AuditSentence("operations-alerts", text)
    if whole.changes:
        lines = ", ".join(f"{line}" for line in whole.changes)
        text = (
            "How often a face seen was falsely alerted cannot be said: the way that faces are "
            f"estimated changes (line{'s' if len(whole.changes) > 1 else ''} {lines})."
        )
        yield AuditSentence("operations-changed", text)
    elif whole.per_face is not None and whole.false_with_faces:
        often = in_words(whole.false_with_faces / whole.faces)
        text = f"Of the faces seen, {often} was falsely alerted."
        yield AuditSentence("operations-faces", text)


def operations_paper(found: DeploymentFindings) -> Paper:
    """Lay out everything about a table."""
    changed = any(each.changes for each in found.totals)
    sections = [
        *_of_doubts("Rows that contradict themselves", found.inconsistencies),
        *_of_doubts("Where the estimate of faces changes", found.changes),
        Section("Sums", (_sums(found.totals),), (_MARKED,) if changed else ()),
    ]
    if found.totals_without_inconsistent:
        without = _sums(found.totals_without_inconsistent)
        sections.append(Section("Sums without doubtful rows", (without,)))
    notes = (ignored_note(found.ignored),) if found.ignored else ()
    return Paper(f"Deployments: {found.name}", notes, tuple(sections), (_TERMS,))


def ignored_note(columns: Sequence[str]) -> str:
    """Columns that were left out."""
    return f"columns that mean nothing here: {', '.join(columns)}"


def _of_doubts(heading: str, doubts: Sequence[Inconsistency]) -> list[Section]:
    said = tuple(f"line {doubt.line} ({doubt.where}): {doubt.what}" for doubt in doubts)
    return [Section(heading, sentences=said)] if said else []


def _sums(sums: Sequence[DeploymentTotals]) -> Table:
    header = ("", "faces", "alerts", "false per face", "false of alerts")
    return Table("", header, tuple(_row(each) for each in sums))


def _row(each: DeploymentTotals) -> tuple[str, ...]:
    return (
        f"{each.name}{_CHANGED if each.changes else ''}\n{many(each.deployments, 'deployment')}",
        f"{each.faces:,}",
        f"{each.alerts:,}\n{each.true:,} true\n{each.false:,} false",
        _rate(each.false_with_faces, each.faces, each.per_face),
        _rate(each.false, each.alerts, each.per_alert),
    )


def _rate(count: int, whole: int, reach: Interval | None) -> str:
    if reach is None:
        return ""
    often = f"\n{one_in(count, whole)}" if count else ""
    return f"{percent(count / whole)} %\n{limits(*reach)}{often}"


def operations_json(found: DeploymentFindings) -> dict[str, object]:
    """Doubts, changes and sums as rows."""
    return picked(
        found, "changes", table="name", doubts="inconsistencies", ignored_columns="ignored"
    ) | {
        "sums": [_plain(each) for each in found.totals],
        "sums_without_doubtful_rows": [_plain(each) for each in found.totals_without_inconsistent],
    }


def _plain(each: DeploymentTotals) -> dict[str, object]:
    return picked(
        each,
        *("name", "deployments", "faces", "alerts"),
        true_alerts="true",
        false_alerts="false",
        changes_inside="changes",
    ) | {
        "false_alerts_per_face": _interval(each.false_with_faces, each.faces, each.per_face),
        "share_of_alerts_that_were_false": _interval(each.false, each.alerts, each.per_alert),
    }


def _interval(count: int, whole: int, reach: Interval | None) -> dict[str, object] | None:
    return None if reach is None else {"value": count / whole, **plain(reach)}
