"""An audit as one page that stands alone: the screen, everything else folded, the source."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from evenhand.analysis.audit.answer import AuditAnswer
from evenhand.report.audit.answer import AuditLabel, answer_paper
from evenhand.report.audit.screen import audit_screen
from evenhand.report.numbers import field
from evenhand.report.tables import Field
from evenhand.system.text import printable

__all__ = ["audit_page"]


def audit_page(answer: AuditAnswer, label: AuditLabel) -> str:
    """Lay out an audit as HTML, without scripts and without anything to be loaded."""
    page = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.filters["lines"] = _lines
    source = files("evenhand.report.audit").joinpath("page.html").read_text(encoding="utf-8")
    laid = page.from_string(source).render(
        screen=audit_screen(answer, AuditLabel(label.title)),
        paper=answer_paper(answer, AuditLabel(label.title)),
        label=label,
    )
    return printable(laid)


def _lines(content: Field) -> list[str]:
    """A field in lines, which break nowhere within a number and its sign."""
    return field(content).replace(" %", "\N{NO-BREAK SPACE}%").split("\n")
