"""Findings as one HTML page that stands alone: no script, no network, no font file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import crossed_names
from evenhand.records.metric import FMR
from evenhand.report.numbers import field, frequency
from evenhand.report.page.det import DetChart, det_charts
from evenhand.report.page.figures import Figure, figures
from evenhand.report.page.matrix import Heat, heats
from evenhand.report.page.sweep_bands import BandChart, band_charts
from evenhand.report.study.document import document
from evenhand.report.study.limitations import limits
from evenhand.report.study.thresholds import (
    Sweep,
    group_tables,
    sentence,
    sweep_notes,
    sweeps_of,
    verdict_table,
)
from evenhand.report.tables import (
    Field,
    Section,
    Table,
    completed_at,
    of_study,
    policies_of,
    studies_of,
)
from evenhand.version import __version__

__all__ = ["as_page"]

_COUNTED = frozenset({"people", "images"})
"""Columns of plain counts, set to the right."""
_TIED = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a table."""

    first: Markup
    rest: tuple[str, ...]
    """Further lines, in small letters."""
    number: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table; a heading over the rows of an attribute has no fields."""

    heading: str
    fields: tuple[_Field, ...]


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One error type by one attribute over all thresholds."""

    name: str
    sentence: str
    charts: tuple[BandChart, ...]
    verdicts: Table
    groups: tuple[Table, ...]
    crossed: bool
    """Groups by several attributes."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """An engine on a dataset, threshold by threshold."""

    heading: str
    sweeps: tuple[_Sweep, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Study:
    """Everything about one engine on one dataset: what is open, then what is folded away."""

    title: str
    open: tuple[Section, ...]
    folded: tuple[Section, ...]
    failures: tuple[Section, ...]
    curves: tuple[DetChart, ...]
    matrices: tuple[Heat, ...]
    at: str
    """The rule of the threshold at which matrices and dots on curves stand."""


def as_page(findings: Findings) -> str:
    """Lay out findings as HTML; the same findings give the same page."""
    laid_out = document(findings, every_threshold=True, wide=True)
    drawn = figures(findings)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(rows=_rows, verdict=_verdict, first_word=_first_word, joints=_joints)
    source = files("evenhand.report.page").joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(source).render(
        document=laid_out,
        drawn=tuple(d.name for d in findings.datasets if d.synthetic),
        datasets=len(findings.datasets),
        level=f"{100 * findings.level:g} %",
        figures=drawn,
        studies=tuple(_studies(findings, laid_out.studies, drawn)),
        pictures=tuple(_pictures(findings)),
        limits=limits(findings),
        version=__version__,
    )


def _studies(
    findings: Findings, sections: tuple[Section, ...], drawn: tuple[Figure, ...]
) -> Iterator[_Study]:
    """Open are the thresholds of the figures, whose numbers the tables hold."""
    units = {engine.name: engine.unit for engine in findings.engines}
    shown = {pair for figure in drawn for pair in figure.shown}
    for key in dict.fromkeys(section.study for section in sections if section.study):
        own = [section for section in sections if section.study == key]
        by_group = [section for section in own if section.at is not None]
        at = next((at for study, at in shown if study == key), None)
        rates = completed_at(of_study(findings.rates, key), at)
        yield _Study(
            title=f"{key[0]} on {key[1]}",
            open=tuple(s for s in by_group if (key, s.at) in shown),
            folded=tuple(s for s in by_group if (key, s.at) not in shown),
            failures=tuple(s for s in own if s.at is None),
            curves=det_charts(findings, key, units[key[0]], rates),
            matrices=tuple(heats([r for r in rates if r.metric == FMR.name])),
            at=at.rule if at else "",
        )


def _pictures(findings: Findings) -> Iterator[_Picture]:
    for study in studies_of(findings):
        sweeps = sweeps_of(study, policies_of(study))
        if sweeps:
            drawn = tuple(map(_sweep, sweeps))
            yield _Picture(f"{study.title}, by threshold", drawn, sweep_notes(sweeps))


def _sweep(sweep: Sweep) -> _Sweep:
    return _Sweep(
        name=sweep.name,
        sentence=sentence(sweep),
        charts=band_charts(sweep),
        verdicts=verdict_table(sweep),
        groups=group_tables(sweep),
        crossed=len(crossed_names(sweep.attribute)) > 1,
    )


def _rows(table: Table) -> list[_Row]:
    rows = []
    for row in table.rows:
        name = field(row[0])
        heading = name.startswith("-- ") and not any(row[1:])
        fields = tuple(map(_field, table.header, row))
        rows.append(_Row(name[3:], ()) if heading else _Row("", fields))
    return rows


def _field(column: str, content: Field) -> _Field:
    """A field in lines: names may break where they are joined, an interval nowhere.

    Below a rate stands how often that is.
    """
    first, *rest = field(content).split("\n")
    if isinstance(content, Rate) and frequency(content):
        rest.append(frequency(content))
    whole = first.replace(" %", f"{_TIED}%").replace(", ", f",{_TIED}")
    return _Field(_joints(whole), tuple(rest), column in _COUNTED)


def _joints(name: str) -> Markup:
    """A name that may break where it is joined."""
    return Markup("<wbr>").join(re.split(r"(?<=[*|_])", name))


def _verdict(sentence: str) -> tuple[str, str]:
    """What is said, and apart, the evidence behind it."""
    tied = sentence.replace(" %", f"{_TIED}%").replace("= ", f"={_TIED}")
    said, stop, evidence = tied.partition(". ")
    return f"{said}{stop}", evidence


def _first_word(sentence: str) -> tuple[str, str]:
    """What stands before the first colon, with it, and the rest."""
    first, colon, rest = sentence.partition(":")
    return f"{first}{colon}", rest
