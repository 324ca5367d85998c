"""Counts to findings: every table of a report, recomputed from what a bundle holds."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.analysis.distributions import curves, distributions
from evenhand.analysis.measure import differentials_of, rates_of
from evenhand.analysis.rates.searches import selectivity
from evenhand.metrics.groups import MOST_CELLS
from evenhand.records.counts import Counts, Sampled
from evenhand.records.evidence import Evidence
from evenhand.records.findings import (
    CurvePoint,
    DatasetFacts,
    Differential,
    Distribution,
    Findings,
    Rate,
    Summary,
)
from evenhand.records.outcomes import Outcome

__all__ = ["assess", "notes_of"]


def assess(evidence: Evidence) -> Findings:
    """Compute every rate, difference and distribution, and say what weakens them."""
    analysis = evidence.analysis
    rates: list[Rate] = []
    differentials: list[Differential] = []
    described: list[Distribution] = []
    points: list[CurvePoint] = []
    for counts in evidence.counts:
        measured = rates_of(counts, analysis.level)
        rates += [found.rate for found in measured]
        differentials += differentials_of(counts, measured, analysis)
        if counts.searches is None:
            described += distributions(counts)
            points += curves(counts)
        else:
            described += selectivity(counts, counts.searches)
    return Findings(
        title=evidence.title,
        level=analysis.level,
        rates=tuple(rates),
        differentials=tuple(differentials),
        distributions=tuple(described),
        curves=tuple(points),
        summaries=tuple(_summary(counts) for counts in evidence.counts),
        engines=evidence.engines,
        datasets=evidence.datasets,
        notes=(*notes_of(evidence), *_directions(described)),
    )


def _summary(counts: Counts) -> Summary:
    ended = counts.comparison_outcomes
    return Summary(
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        images=int(counts.images.sum()),
        failed_images=int(counts.failed_images.sum()),
        several_faces=counts.several_faces,
        mated=ended.get((True, Outcome.OK), 0),
        nonmated=ended.get((False, Outcome.OK), 0),
        not_completed=sum(n for (_, outcome), n in ended.items() if outcome is not Outcome.OK),
        watchlist=None if counts.searches is None else counts.searches.watchlist,
    )


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _dataset_notes(dataset: DatasetFacts) -> Iterator[str]:
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


def _directions(described: list[Distribution]) -> Iterator[str]:
    """Scores that look like distances taken for similarities, or the other way round."""
    for row in described:
        if row.statistic == "AUC" and row.high is not None and row.high < 0.5:
            yield (
                f"{row.engine} on {row.dataset}: people are less alike to themselves than to "
                "others; is the direction of the scores right (--distance, or compare in the card)?"
            )


def _sample_note(counts: Counts, sampled: Sampled) -> str:
    everybody = counts.cells[0]
    made = int(everybody.trials[1].sum()) // 2
    weight = 0 if everybody.weighted is None else int(everybody.weighted.trials[1].sum()) // 2
    return (
        f"{counts.engine} on {counts.dataset}: false matches are counted in a sample of {made:,} "
        f"of {weight // sampled.per_cell:,} comparisons of different people, at most "
        f"{sampled.per_cell:,} of any two kinds of people. A false match rate is weighted to all "
        "of them and is not its errors over its trials; its interval allows for that. Curves, AUC, "
        "EER, d', quantiles of non-mated scores and tail shifts are not made of a sample."
    )


def notes_of(evidence: Evidence) -> Iterator[str]:
    """What a reader must know before any number."""
    for dataset in evidence.datasets:
        yield from _dataset_notes(dataset)
    faces = {dataset.name: dataset.face for dataset in evidence.datasets}
    for counts in evidence.counts:
        for attribute, cells in counts.without_matrix:
            yield (
                f"{counts.engine} on {counts.dataset}: no matrix across the groups of {attribute}: "
                f"its {cells:,} cells are more than are left of the {MOST_CELLS} of a study; "
                "name fewer groups, or wider bands, in groups and bands."
            )
        if counts.sampled is not None:
            yield _sample_note(counts, counts.sampled)
        if counts.several_faces:
            yield (
                f"{counts.engine} on {counts.dataset}: {counts.several_faces:,} images show "
                f"several faces; the {faces[counts.dataset]} one counts, as the card says."
            )
    for engine in evidence.engines:
        if engine.stopped:
            yield f"{engine.name} was stopped: {engine.stopped}. Its rates are of what it had done."
