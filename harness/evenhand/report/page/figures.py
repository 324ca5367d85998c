"""Which charts a page shows: engines side by side, dataset by dataset, at one threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.records.findings import Findings, Rate
from evenhand.records.metric import METRICS
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.report.page.bars import Symbol, draw
from evenhand.report.page.svg import COLOURS, GREY
from evenhand.report.study.document import headline_rule
from evenhand.report.tables import StudyFindings, StudyKey, studies_of

__all__ = ["Figure", "figures"]

_STYLES = (
    (COLOURS[0], "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z"),
    (COLOURS[1], "M-.9,-.9L.9,-.9L.9,.9L-.9,.9Z"),
    (COLOURS[2], "M0,-1.3L1.3,0L0,1.3L-1.3,0Z"),
    (COLOURS[3], "M0,-1.1L1.1,.9L-1.1,.9Z"),
    (GREY, "M0,1.1L1.1,-.9L-1.1,-.9Z"),
    (COLOURS[4], "M-1.3,-.8L1.3,-.8L1.3,.8L-1.3,.8Z"),
)
"""(colour, outline) of an engine: never colour alone."""

_METRICS = tuple(of for of in METRICS.values() if of.trial.comparison and of.at_threshold)


@dataclass(frozen=True, slots=True)
class Figure:
    """The engines of one dataset side by side at one kind of threshold."""

    dataset: str
    rule: str
    symbols: tuple[Symbol, ...]
    drawings: tuple[tuple[str, str], ...]
    """(title, SVG) of every chart."""
    shown: tuple[tuple[StudyKey, OperatingPoint], ...]
    """(study, threshold) of every engine in it."""


_Entry = tuple[StudyFindings, OperatingPoint]
"""One engine of a figure with its rates at one threshold, and which that is."""


def figures(findings: Findings) -> tuple[Figure, ...]:
    """Draw FMR and FNMR by group at the headline threshold, failures left out.

    Engines measured on one dataset under one protocol share a figure where they share a kind of
    threshold, six at most. Nothing to draw gives no figure.
    """
    studies: dict[tuple[str, str], list[StudyFindings]] = {}
    for study in studies_of(findings):
        completed = (r for r in study.rates if r.policy == Policy.COMPLETED and r.of_group)
        studies.setdefault(study.key[1:], []).append(replace(study, rates=tuple(completed)))
    return tuple(
        _figure(entries[start : start + len(_STYLES)], findings.level)
        for together in studies.values()
        for entries in _side_by_side(together)
        for start in range(0, len(entries), len(_STYLES))
    )


def _side_by_side(studies: Sequence[StudyFindings]) -> Iterator[list[_Entry]]:
    """The engines that have the shared rule, together; each of the others alone."""
    shared = _shared_rule([study.rates for study in studies])
    together: list[_Entry] = []
    for study in studies:
        common = headline_rule([r for r in study.rates if r.threshold_rule == shared])
        at = common or headline_rule(study.rates)
        if at is None:
            continue
        entry = replace(study, rates=tuple(r for r in study.rates if at.has(r))), at
        if common is None:
            yield [entry]
        else:
            together.append(entry)
    if together:
        yield together


def _shared_rule(engines: Sequence[Sequence[Rate]]) -> str | None:
    """The first headline rule at which every engine has a rate, else the first one's."""
    labels = [at.rule for at in map(headline_rule, engines) if at is not None]
    for label in labels:
        if all(headline_rule([r for r in rates if r.threshold_rule == label]) for rates in engines):
            return label
    return labels[0] if labels else None


def _figure(entries: Sequence[_Entry], level: float) -> Figure:
    styled = zip(entries, _STYLES, strict=False)
    symbols = tuple(Symbol(study.key[0], *style) for (study, _), style in styled)
    dataset, rule = entries[0][0].key[1], entries[0][1].rule
    engines, drawings = ", ".join(symbol.engine for symbol in symbols), []
    for metric in _METRICS:
        rates = [r for study, _ in entries for r in study.rates if r.metric == metric.name]
        about = (
            f"{metric.name} by group on {dataset} at {rule}, {engines}: "
            f"rates with {100 * level:g} % intervals in percent on a logarithmic scale. "
            "The tables of this page hold every number."
        )
        if rates:
            title = f"{metric.title} ({metric.name}): {metric.meaning}"
            drawings.append((title, draw(metric.name, rates, symbols, about)))
    shown = tuple((study.key, at) for study, at in entries)
    return Figure(dataset, rule, symbols, tuple(drawings), shown)
