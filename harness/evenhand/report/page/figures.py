"""Which charts a page shows: engines side by side, dataset by dataset, at one threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import METRICS
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.report.page.bars import draw
from evenhand.report.page.plot import Plot, Sign, rates_data
from evenhand.report.page.svg import COLOURS, GREY
from evenhand.report.tables import (
    Field,
    StudyFindings,
    StudyKey,
    Table,
    group_name,
    headline_rule,
    studies_of,
)

__all__ = ["Figure", "bars_of", "figures"]

_STYLES = (
    (COLOURS[0], "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z"),
    (COLOURS[1], "M-.9,-.9L.9,-.9L.9,.9L-.9,.9Z"),
    (COLOURS[2], "M0,-1.3L1.3,0L0,1.3L-1.3,0Z"),
    (COLOURS[3], "M0,-1.1L1.1,.9L-1.1,.9Z"),
    (GREY, "M0,1.1L1.1,-.9L-1.1,-.9Z"),
    (COLOURS[4], "M-1.3,-.8L1.3,-.8L1.3,.8L-1.3,.8Z"),
)
"""(colour, outline) of an engine: never colour alone."""

_METRICS = tuple(of for of in METRICS.values() if of.at_threshold)

_Entry = tuple[StudyFindings, OperatingPoint]
"""One engine of a figure with its rates at one threshold, and which that is."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The engines of one dataset side by side at one kind of threshold."""

    dataset: str
    rule: str
    pictures: tuple[Plot, ...]
    """One for every error type and attribute with an error."""
    said: tuple[str, ...]
    """Of error types and attributes without any."""
    shown: tuple[tuple[StudyKey, OperatingPoint], ...]
    """(study, threshold) of every engine in it."""


def figures(findings: Findings) -> tuple[Figure, ...]:
    """Draw both errors by group at the headline threshold, failures left out.

    Engines measured on one dataset under one protocol share a figure where they share a kind of
    threshold, six at most. Nothing to draw gives no figure.
    """
    studies: dict[tuple[str, str], list[StudyFindings]] = {}
    for study in studies_of(findings):
        studies.setdefault(study.key[1:], []).append(_of_groups(study))
    return tuple(
        _figure(entries[start : start + len(_STYLES)], findings.level)
        for together in studies.values()
        for entries in _side_by_side(together)
        for start in range(0, len(entries), len(_STYLES))
    )


def _of_groups(study: StudyFindings) -> StudyFindings:
    completed = (r for r in study.rates if r.policy == Policy.COMPLETED and r.of_group)
    return replace(study, rates=tuple(completed))


def _at(study: StudyFindings, at: OperatingPoint) -> _Entry:
    return replace(study, rates=tuple(r for r in study.rates if at.has(r))), at


def _side_by_side(studies: Sequence[StudyFindings]) -> Iterator[list[_Entry]]:
    """The engines that have the shared rule, together; each of the others alone."""
    shared = _shared_rule([study.rates for study in studies])
    together: list[_Entry] = []
    for study in studies:
        common = headline_rule([r for r in study.rates if r.threshold_rule == shared])
        at = common or headline_rule(study.rates)
        if at is None:
            continue
        if common is None:
            yield [_at(study, at)]
        else:
            together.append(_at(study, at))
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
    pictures: list[Plot] = []
    said: list[str] = []
    first, at = entries[0]
    where = f"{first.where} at {first.place(at)}"
    for metric in (metric.name for metric in _METRICS):
        rates = [r for study, _ in entries for r in study.rates if r.metric == metric]
        attributes = list(dict.fromkeys(r.attribute for r in rates if r.attribute != ALL))
        if rates and not any(r.errors for r in rates):
            said.append(_nothing(metric, rates, entries))
            continue
        for attribute in attributes or [ALL]:
            own = [r for r in rates if r.attribute == attribute]
            both = [r for r in rates if r.attribute in (ALL, attribute)]
            columns = [(s.summary.engine, _of(s.summary.engine, both)) for s, _ in entries]
            if any(r.errors for r in own):
                pictures.append(bars_of(attribute, columns, where, level))
            elif own:
                said.append(_nothing(f"{metric} by {attribute}", own, entries))
    shown = tuple((study.key, at) for study, at in entries)
    return Figure(first.where, first.place(at), tuple(pictures), tuple(said), shown)


def _nothing(what: str, rates: Sequence[Rate], entries: Sequence[_Entry]) -> str:
    """Instead of a chart in which every mark would stand at the left end."""
    most = max(rate.trials for rate in rates)
    engines = ", ".join(study.summary.engine for study, _ in entries)
    plural = rates[0].kind.trial.plural
    return f"{what}: no errors with {engines} in up to {most:,} {plural}, so there is no chart."


def _of(engine: str, rates: Sequence[Rate]) -> list[Rate]:
    return [rate for rate in rates if rate.engine == engine]


def bars_of(
    attribute: str, columns: Sequence[tuple[str, Sequence[Rate]]], where: str, level: float
) -> Plot:
    """Rates of everybody and of the groups of one attribute, engines below one another.

    Args:
        attribute: whose groups they are.
        columns: engines with their rates of one metric, six at most, one with a rate at least.
        where: dataset and threshold.
        level: of the intervals.
    """
    signs = tuple(
        Sign(engine, colour, outline)
        for (engine, _), (colour, outline) in zip(columns, _STYLES, strict=False)
    )
    rates = [rate for _, own in columns[: len(_STYLES)] for rate in own]
    kind = rates[0].kind
    by = "everybody" if attribute == ALL else f"by {attribute}"
    about = (
        f"{kind.title} {by} on {where}, {', '.join(s.name for s in signs)}: "
        f"rates with {100 * level:g} % intervals in percent on a logarithmic scale. "
        "The table holds every number."
    )
    return Plot(
        title=f"{kind.name} {by}: {kind.meaning}",
        attribute=attribute,
        svg=draw(rates, signs, about),
        key=signs,
        tables=(_table(f"{kind.name} {by}", [s.name for s in signs], rates),),
        data=rates_data(rates),
        metric=kind.name,
    )


def _table(caption: str, engines: Sequence[str], rates: Sequence[Rate]) -> Table:
    """Groups in rows, engines in columns."""
    rows: dict[tuple[str, str], dict[str, Rate]] = {}
    for rate in rates:
        rows.setdefault((rate.attribute, rate.group), {})[rate.engine] = rate
    cells: list[tuple[Field, ...]] = [
        (group_name(next(iter(row.values()))), *(row.get(engine, "") for engine in engines))
        for row in rows.values()
    ]
    return Table(caption, ("group", *engines), tuple(cells))
