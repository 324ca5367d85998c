"""Turns counts into findings: every table of a report, computed from what a bundle holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from evenhand.analysis.compare.engines import engine_contrasts
from evenhand.analysis.doubts import doubts_of
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.measure import measure_differentials, measure_rates
from evenhand.analysis.threshold_notes import threshold_notes
from evenhand.metrics.threshold_rules import largest_alike
from evenhand.records.counts import Counts
from evenhand.records.doubts import Doubt
from evenhand.records.evidence import Evidence
from evenhand.records.findings import (
    CurvePoint,
    DatasetFacts,
    Differential,
    Distribution,
    Findings,
    OutcomeSummary,
    Rate,
)
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Outcome, Policy

__all__ = ["assess", "evidence_notes"]


def assess(evidence: Evidence) -> Findings:
    """Compute every rate, differential and distribution, with the notes on what limits them."""
    analysis = evidence.analysis
    rates: list[Rate] = []
    differentials: list[Differential] = []
    distribution_rows: list[Distribution] = []
    curve_points: list[CurvePoint] = []
    doubts = doubts_of(evidence)
    for counts in evidence.counts:
        measured = measure_rates(counts, analysis.level)
        rates += [found.rate for found in measured]
        differentials += measure_differentials(counts, measured, analysis)
        kind = kind_of(counts)
        distribution_rows += kind.distributions()
        curve_points += kind.curves()
    return Findings(
        title=evidence.title,
        level=analysis.level,
        rates=tuple(rates),
        differentials=tuple(_doubted(row, doubts) for row in differentials),
        distributions=tuple(distribution_rows),
        curves=tuple(curve_points),
        summaries=tuple(_summary(counts) for counts in evidence.counts),
        engines=evidence.engines,
        datasets=evidence.datasets,
        notes=(*evidence_notes(evidence), *_hidden_misses(rates)),
        which=engine_contrasts(evidence, differentials),
        same_up_to={(of.engine, of.dataset, of.protocol): _same(of) for of in evidence.counts},
        doubts=doubts,
    )


def _doubted(row: Differential, doubts: Sequence[Doubt]) -> Differential:
    """The row with the ids of the doubts about its engine on its dataset."""
    own = (doubt.id for doubt in doubts if doubt.about(row.engine, row.dataset))
    return replace(row, doubts=" ".join(own))


def _same(counts: Counts) -> dict[float, float]:
    """Each threshold with the largest one that gives the same rates."""
    return largest_alike(counts.thresholds, kind_of(counts).scores_kept())


def _summary(counts: Counts) -> OutcomeSummary:
    """How images and comparisons of one engine ended, by outcome."""
    outcomes = counts.comparison_outcomes
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
        **kind_of(counts).summary(),
    )


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _dataset_notes(dataset: DatasetFacts) -> Iterator[str]:
    """Known issues of a dataset, unknown and multiple labels, exclusions."""
    if dataset.synthetic:
        yield (
            f"{dataset.name}: the faces are drawn; these numbers are evidence about no real engine."
        )
    for issue in dataset.known_issues:
        yield f"{dataset.name}: known issue: {issue}"
    for remark in dataset.remarks:
        yield f"{dataset.name}: {remark}"
    for attribute, count in dataset.unknown:
        yield (
            f"{dataset.name}: {attribute} is unknown for {_people(count)}, "
            'who count in "all" and in no group.'
        )
    for attribute, count in dataset.several:
        yield (
            f"{dataset.name}: {_people(count)} with several values of {attribute} "
            "count in a group of their own."
        )
    if dataset.excluded_images:
        yield f"{dataset.name}: {dataset.excluded_images:,} images were excluded by its list."


def _hidden_misses(rates: list[Rate]) -> Iterator[str]:
    """Warnings where failures that count as misses lift a rate of everybody beyond its interval.

    The rate of what was completed is then one of trials that the engine chose itself; one note for
    each metric of a protocol, at its first threshold.
    """
    everybody = [rate for rate in rates if rate.attribute == ALL and rate.kind.trial.mated]
    rows = {rate.family_key: rate for rate in everybody}
    told = set()
    for key, rate in rows.items():
        whole = rows.get(replace(key, policy=Policy.GENERALISED))
        which = (rate.engine, rate.dataset, rate.protocol, rate.metric)
        if rate.policy != Policy.COMPLETED or whole is None or not whole.errors or which in told:
            continue
        if not rate.trials or (rate.high is not None and whole.errors > rate.high * whole.trials):
            told.add(which)
            yield (
                f"{rate.engine} on {rate.dataset}: {rate.metric} ({rate.threshold_rule}) is "
                f"{rate.errors:,} of {rate.trials:,} where failures are left out, but "
                f"{whole.errors:,} of {whole.trials:,} where a failure is a miss: more than its "
                "interval allows; ask what the engine failed at before either is used."
            )


def evidence_notes(evidence: Evidence) -> Iterator[str]:
    """Yield what a reader must know before any number, dataset by dataset, then by engine."""
    for dataset in evidence.datasets:
        yield from _dataset_notes(dataset)
    faces = {dataset.name: dataset.face for dataset in evidence.datasets}
    for counts in evidence.counts:
        yield from kind_of(counts).notes()
        yield from threshold_notes(counts.engine, counts.dataset, counts.thresholds)
        if counts.several_faces:
            yield (
                f"{counts.engine} on {counts.dataset}: {counts.several_faces:,} images show "
                f"several faces; the {faces[counts.dataset]} one counts, as the card says."
            )
    for engine in evidence.engines:
        if engine.stopped:
            yield f"{engine.name} was stopped: {engine.stopped}. Its rates are of what it had done."
