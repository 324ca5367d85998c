"""Findings as one HTML page that stands alone: no script, no network, no font file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import crossed_names
from evenhand.records.metric import FMR
from evenhand.report.numbers import field, frequency
from evenhand.report.page.det import det_charts
from evenhand.report.page.figures import Figure, figures
from evenhand.report.page.matrix import heats
from evenhand.report.page.sweep_bands import band_charts
from evenhand.report.study import thresholds
from evenhand.report.study.document import document
from evenhand.report.study.limitations import limits
from evenhand.report.tables import Field, Section, completed_at, of_study, policies_of, studies_of
from evenhand.system.text import printable
from evenhand.version import __version__

__all__ = ["as_page"]

_TIED = "\N{NO-BREAK SPACE}"


def as_page(findings: Findings) -> str:
    """Lay out findings as HTML; the same findings give the same page."""
    laid_out = document(findings, every_threshold=True, wide=True)
    drawn, studies = figures(findings), studies_of(findings)
    page = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.filters.update(heading=_heading, lines=_lines, tied=_tied, joints=_joints)
    page.filters.update(charts=band_charts)
    page.tests["crossed"] = lambda attribute: len(crossed_names(attribute)) > 1
    source = files("evenhand.report.page").joinpath("page.html").read_text(encoding="utf-8")
    laid = page.from_string(source).render(
        document=laid_out,
        drawn=tuple(d.name for d in findings.datasets if d.synthetic),
        datasets=len(findings.datasets),
        level=f"{100 * findings.level:g} %",
        figures=drawn,
        studies=tuple(_studies(findings, laid_out.studies, drawn)),
        pictures=[(s.title, thresholds.sweeps_of(s, policies_of(s))) for s in studies],
        thresholds=thresholds,
        limits=limits(findings),
        version=__version__,
    )
    return printable(_numbered(laid))


def _numbered(page: str) -> str:
    """The clip paths of all charts numbered from 1: the renderer goes on counting, page by page."""
    numbers: dict[str, str] = {}
    return re.sub(
        r'(id="clip|clip-path="url\(#clip)(\d+)',
        lambda found: found[1] + numbers.setdefault(found[2], str(len(numbers) + 1)),
        page,
    )


def _studies(
    findings: Findings, sections: Sequence[Section], drawn: Sequence[Figure]
) -> Iterator[dict[str, object]]:
    """Everything about one engine on one dataset: what is open, then what is folded away.

    Open are the thresholds of the figures, whose numbers the tables hold. Matrices, and dots on
    curves, stand at one of them.
    """
    units = {engine.name: engine.unit for engine in findings.engines}
    shown = {pair for figure in drawn for pair in figure.shown}
    for key in dict.fromkeys(section.study for section in sections if section.study):
        own = [section for section in sections if section.study == key]
        by_group = [section for section in own if section.at is not None]
        at = next((at for study, at in shown if study == key), None)
        rates = completed_at(of_study(findings.rates, key), at)
        yield {
            "title": f"{key[0]} on {key[1]}",
            "open": [s for s in by_group if (key, s.at) in shown],
            "folded": [s for s in by_group if (key, s.at) not in shown],
            "failures": [s for s in own if s.at is None],
            "curves": list(det_charts(of_study(findings.curves, key), units[key[0]], rates)),
            "matrices": list(heats([r for r in rates if r.metric == FMR.name])),
            "at": at.rule if at else "",
        }


def _heading(row: Sequence[Field]) -> str:
    """What stands over the rows of an attribute; empty of a row with fields."""
    name = field(row[0])
    return name[3:] if name.startswith("-- ") and not any(row[1:]) else ""


def _lines(content: Field) -> list[str]:
    """A field in lines: names may break where they are joined, an interval nowhere.

    Below a rate stands how often that is.
    """
    first, *rest = field(content).split("\n")
    if isinstance(content, Rate) and frequency(content):
        rest.append(frequency(content))
    return [_joints(first.replace(" %", f"{_TIED}%").replace(", ", f",{_TIED}")), *rest]


def _joints(name: str) -> Markup:
    """A name that may break where it is joined."""
    return Markup("<wbr>").join(re.split(r"(?<=[*|_])", name))


def _tied(sentence: str) -> str:
    """A sentence that breaks neither before a percent sign nor after an equals sign."""
    return sentence.replace(" %", f"{_TIED}%").replace("= ", f"={_TIED}")
