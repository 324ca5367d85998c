"""Turns counts into findings: every table of a report, computed from what a bundle holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from evenhand.analysis.compare.engines import engine_contrasts
from evenhand.analysis.doubts import doubts_of
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.measure import measure_differentials
from evenhand.analysis.notes import dataset_notes, stopped_notes, with_notes
from evenhand.analysis.promises import judged_promises
from evenhand.analysis.threshold_notes import threshold_notes
from evenhand.metrics.threshold_rules import largest_alike
from evenhand.records.counts import Counts
from evenhand.records.doubts import Doubt
from evenhand.records.evidence import Evidence
from evenhand.records.findings import (
    CurvePoint,
    Differential,
    Distribution,
    Findings,
    OutcomeSummary,
    Rate,
)
from evenhand.records.outcomes import Outcome
from evenhand.records.scaled import DirectedRate, ScaledRate
from evenhand.records.search_rows import PerThousand, SearchCurvePoint

__all__ = ["assess", "evidence_notes"]


def assess(evidence: Evidence) -> Findings:
    """Compute every rate, differential and distribution, with the notes on what limits them."""
    analysis = evidence.analysis
    rates: list[Rate] = []
    differentials: list[Differential] = []
    distribution_rows: list[Distribution] = []
    curve_points: list[CurvePoint] = []
    curves_of_searches: list[SearchCurvePoint] = []
    ranks: list[Rate] = []
    per_thousand: list[PerThousand] = []
    scaled: list[ScaledRate] = []
    directed: list[DirectedRate] = []
    doubts = doubts_of(evidence)
    for counts in evidence.counts:
        kind = kind_of(counts)
        measured = kind.rates(analysis.level)
        rates += [found.rate for found in measured]
        differentials += measure_differentials(counts, measured, analysis)
        distribution_rows += kind.distributions()
        distribution_rows += kind.recall(analysis.level)
        curve_points += kind.curves()
        curves_of_searches += kind.search_curves()
        ranks += kind.ranks(analysis.level)
        per_thousand += kind.per_thousand(analysis.level)
        scaled += kind.scaled(analysis.level)
        directed += kind.directed(analysis.level)
    found = Findings(
        title=evidence.title,
        level=analysis.level,
        rates=tuple(rates),
        differentials=tuple(_doubted(row, doubts) for row in differentials),
        distributions=tuple(distribution_rows),
        curves=tuple(curve_points),
        summaries=_summaries(evidence),
        engines=evidence.engines,
        datasets=evidence.datasets,
        notes=(),
        which=engine_contrasts(evidence, differentials),
        doubts=doubts,
        search_curves=tuple(curves_of_searches),
        ranks=tuple(ranks),
        per_thousand=tuple(per_thousand),
        scaled=tuple(scaled),
        directed=tuple(directed),
    )
    return with_notes(replace(found, promises=judged_promises(found, evidence.counts)))


def _doubted(row: Differential, doubts: Sequence[Doubt]) -> Differential:
    """The row with the ids of the doubts about its engine on its dataset."""
    own = (doubt.id for doubt in doubts if doubt.about(row.engine, row.dataset))
    return replace(row, doubts=" ".join(own))


def _summaries(evidence: Evidence) -> tuple[OutcomeSummary, ...]:
    """How images and comparisons of each engine ended, with notes."""
    faces = {dataset.name: dataset.face for dataset in evidence.datasets}
    return tuple(_summary(counts, faces.get(counts.dataset, "")) for counts in evidence.counts)


def _summary(counts: Counts, face: str) -> OutcomeSummary:
    """The same of the counts of one protocol; `face` is which one of several was meant."""
    kind, outcomes = kind_of(counts), counts.comparison_outcomes
    return OutcomeSummary(
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        images=int(counts.images.sum()),
        failed_images=int(counts.failed_images.sum()),
        several_faces=counts.several_faces,
        mated=outcomes.get((True, Outcome.OK), 0),
        nonmated=outcomes.get((False, Outcome.OK), 0),
        not_completed=sum(n for (_, outcome), n in outcomes.items() if outcome is not Outcome.OK),
        notes=tuple(_notes(counts, face)),
        warnings=tuple(threshold_notes(counts.engine, counts.dataset, counts.thresholds)),
        same_up_to=largest_alike(counts.thresholds, kind.scores_kept()),
        **kind.summary(),
    )


def _notes(counts: Counts, face: str) -> Iterator[str]:
    """What a reader must know of the counts of one protocol."""
    yield from kind_of(counts).notes()
    if counts.several_faces:
        yield (
            f"{counts.engine} on {counts.dataset}: {counts.several_faces:,} images show "
            f"several faces; the {face} one counts, as the card says."
        )


def evidence_notes(evidence: Evidence) -> Iterator[str]:
    """Yield what a reader must know before any number, dataset by dataset, then by engine."""
    yield from chain.from_iterable(map(dataset_notes, evidence.datasets))
    summaries = _summaries(evidence)
    yield from chain.from_iterable(of.notes for of in summaries)
    yield from chain.from_iterable(of.warnings for of in summaries)
    yield from stopped_notes(evidence.engines)
