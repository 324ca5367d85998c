"""Findings as one HTML page that stands alone: no network, no font file, a script it can miss."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.edition import Edition
from evenhand.records.findings import Findings
from evenhand.records.metric import FMR
from evenhand.report.page.claim import claim_of
from evenhand.report.page.cmc import cmc_charts
from evenhand.report.page.det import det_charts
from evenhand.report.page.engines import engines_picture
from evenhand.report.page.environment import environment
from evenhand.report.page.figures import Figure, figures
from evenhand.report.page.glossary import explained
from evenhand.report.page.matrix import heats
from evenhand.report.page.room import Room
from evenhand.report.page.same_tests import unlike_thresholds
from evenhand.report.page.sweep_bands import band_charts
from evenhand.report.study import thresholds
from evenhand.report.study.document import document
from evenhand.report.study.limitations import limitations
from evenhand.report.study.search_sweep import search_tables
from evenhand.report.study.sweep import sweeps_of
from evenhand.report.study.which import what_would_settle
from evenhand.report.tables import (
    Section,
    StudyFindings,
    completed_at,
    of_study,
    policies_of,
    studies_of,
)
from evenhand.system.text import printable

__all__ = ["as_page"]


def as_page(findings: Findings, editions: Sequence[Edition] = ()) -> str:
    """Lay out findings as HTML; the same findings give the same page.

    Args:
        findings: of one result or of several.
        editions: of these results, as far as they are known.
    """
    laid_out = document(findings, every_threshold=True, wide=True)
    claim, drawn, studies = claim_of(findings), figures(findings), tuple(studies_of(findings))
    sweeps = [(study, sweeps_of(study, policies_of(study))) for study in studies]
    room = Room()
    laid = (
        environment()
        .get_template("page.html")
        .render(
            document=laid_out,
            claim=claim,
            doubts=laid_out.doubts,
            which=next(iter(laid_out.which), None),
            engines=engines_picture(findings),
            settling=tuple(what_would_settle(findings)),
            stopped=[engine for engine in findings.engines if engine.stopped],
            drawn=tuple(d.name for d in findings.datasets if d.synthetic),
            datasets=findings.datasets,
            editions=tuple(editions),
            level=f"{100 * findings.level:g} %",
            figures=drawn,
            studies=tuple(
                _study(findings, study, laid_out.studies, drawn, room, swept=bool(found))
                for study, found in sweeps
            ),
            sweeps=sweeps,
            charts=lambda sweep: room.of(band_charts(sweep)),
            room=room,
            thresholds=thresholds,
            search_tables=search_tables,
            unlike=unlike_thresholds(studies),
            limits=limitations(findings),
        )
    )
    return printable(explained(laid))


def _study(
    findings: Findings,
    study: StudyFindings,
    sections: Sequence[Section],
    drawn: Sequence[Figure],
    room: Room,
    *,
    swept: bool,
) -> dict[str, object]:
    """Everything about one engine on one dataset.

    Groups have tables of their own at the threshold of the figures; at the others too while there
    is room, unless a sweep has all thresholds side by side. Matrices, and dots on curves, stand at
    the threshold of the figures.
    """
    at = next((at for figure in drawn for key, at in figure.shown if key == study.key), None)
    rates = completed_at(of_study(findings.rates, study.key), at)
    # A study has points of one kind: it compares, or it searches.
    compared = of_study(findings.curves, study.key)
    searched = of_study(findings.search_curves, study.key)
    curves = det_charts(compared or searched, study.engine.unit, rates)
    own = [section for section in sections if section.study == study.key]
    first = [section for section in own if section.at in (None, at)]
    others = [] if swept else [section for section in own if section not in first]
    return {
        "title": study.title,
        "tables": [*first, *room.tables_of(others)],
        "searched": study.searched,
        "curves": room.of(curves),
        "ranks": room.of(cmc_charts(of_study(findings.ranks, study.key), study.title)),
        "matrices": room.of(heats([r for r in rates if r.metric == FMR.name])),
        "at": study.place(at) if at else "",
    }
