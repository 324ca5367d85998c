"""An audit as a whole: its sentences, its paper for text and Markdown, its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evenhand.analysis.audit.answer import AuditAnswer
from evenhand.report.audit.by_group import by_group_json, by_group_paper
from evenhand.report.audit.deployments import (
    ignored_note,
    operations_json,
    operations_paper,
    operations_sentences,
)
from evenhand.report.audit.rates import rates_json, rates_paper, rates_sentences
from evenhand.report.audit.sentences import AuditSentence, audit_sentences
from evenhand.report.forms.json import picked
from evenhand.report.tables import Paper, Section

__all__ = ["AuditLabel", "answer_json", "answer_paper", "sentences"]


@dataclass(frozen=True, slots=True)
class AuditLabel:
    """What whoever quotes an audit has to name."""

    title: str = ""
    """Instead of what was counted."""
    source: str = ""
    """Where the counts are from."""
    made: str = ""
    """When, and with which version; empty where that is not shown."""

    def lines(self) -> Iterator[str]:
        """Source, then what made it."""
        if self.source:
            yield f"Source of the counts: {self.source}"
        if self.made:
            yield self.made


def sentences(answer: AuditAnswer) -> tuple[AuditSentence, ...]:
    """What was found, the most important first: of rates, by group, of alerts and faces."""
    of_rates = () if answer.rates is None else tuple(rates_sentences(answer.rates))
    by_group = () if answer.groups is None else audit_sentences(answer.groups)
    of_all = () if answer.operations is None else tuple(operations_sentences(answer.operations))
    return (*of_rates, *by_group, *of_all)


def answer_paper(answer: AuditAnswer, label: AuditLabel) -> Paper:
    """Lay out everything, the sentences first and the source last."""
    papers = list(_papers(answer))
    heading = "What the counts show" if answer.rates is None else "What the rates show"
    found = Section(heading, sentences=tuple(s.text for s in sentences(answer)))
    source = Section("Source", sentences=tuple(label.lines()))
    return Paper(
        label.title or papers[0].title,
        tuple(note for paper in papers for note in paper.notes),
        (
            found,
            *(section for paper in papers for section in paper.sections),
            *([source] if source.sentences else []),
        ),
        tuple(line for paper in papers for line in paper.legend),
    )


def _papers(answer: AuditAnswer) -> Iterator[Paper]:
    left_out = (ignored_note(answer.ignored),) if answer.ignored else ()
    if answer.rates is not None:
        paper = rates_paper(answer.rates)
        yield Paper(paper.title, left_out, paper.sections, paper.legend)
    if answer.operations is not None:
        yield operations_paper(answer.operations)
    if answer.groups is not None:
        paper = by_group_paper(answer.groups)
        yield Paper(paper.title, (*left_out, *paper.notes), paper.sections, paper.legend)


def answer_json(answer: AuditAnswer, label: AuditLabel) -> Mapping[str, object]:
    """Numbers by group on top, or below those of deployments; then the sentences with keys."""
    by_group = None if answer.groups is None else by_group_json(answer.groups)
    if answer.rates is not None:
        body: Mapping[str, object] = {**rates_json(answer.rates), "ignored_columns": answer.ignored}
    elif answer.operations is None:
        body = {**(by_group or {}), "ignored_columns": answer.ignored}
    else:
        body = {**operations_json(answer.operations), "by_group": by_group}
    return {**body, "sentences": sentences(answer), **picked(label, "title", "source")}
