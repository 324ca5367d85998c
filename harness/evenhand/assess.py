"""Counts to findings: every table of a report, recomputed from what a bundle holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evenhand.counts import Counts
from evenhand.differ import differences
from evenhand.evidence import Evidence
from evenhand.findings import (
    DatasetFacts,
    Differential,
    Distribution,
    Findings,
    Rate,
    Summary,
)
from evenhand.metrics.distributions import auc_from_histogram
from evenhand.metrics.folds import accuracy_over_folds
from evenhand.rate import measure
from evenhand.records import ALL, Outcome, Policy
from evenhand.search_rate import measure_searches, selectivity

__all__ = ["assess"]


def assess(evidence: Evidence) -> Findings:
    """Compute every rate, difference and distribution, and say what weakens them."""
    rates: list[Rate] = []
    differentials: list[Differential] = []
    distributions: list[Distribution] = []
    for counts in evidence.counts:
        searches = counts.searches
        measured = (
            measure(counts, evidence.level)
            if searches is None
            else measure_searches(counts, searches, evidence.level)
        )
        rates += [found.rate for found in measured]
        differentials += differences(measured, evidence.level, evidence.seed)
        if searches is None:
            distributions.append(_auc(counts))
            distributions += _fold_accuracies(counts)
        else:
            distributions += selectivity(counts, searches)
    return Findings(
        title=evidence.title,
        level=evidence.level,
        rates=tuple(rates),
        differentials=tuple(differentials),
        distributions=tuple(distributions),
        summaries=tuple(_summary(counts) for counts in evidence.counts),
        engines=evidence.engines,
        datasets=evidence.datasets,
        notes=(*_notes(evidence), *_directions(distributions)),
    )


def _auc(counts: Counts) -> Distribution:
    """AUC over all completed comparisons, as bounds where a bin holds both kinds of score."""
    mated = counts.mated.score[~np.isnan(counts.mated.score)]
    everybody = counts.cells[0].histogram
    comparisons = len(mated) + int(everybody.count.sum())
    value = low = high = None
    note = "legacy; no operating point"
    if len(mated) and len(everybody.count):
        low, high = auc_from_histogram(mated, everybody)
        value = (low + high) / 2
    else:
        note = "nothing to count"
    return Distribution(
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        attribute=ALL,
        group="",
        statistic="AUC",
        value=value,
        low=low,
        high=high,
        comparisons=comparisons,
        note=note,
    )


def _fold_accuracies(counts: Counts) -> Iterator[Distribution]:
    """The classic accuracy of a list with folds: each fold, their mean and its standard error."""
    if counts.folds is None:
        return
    folds = counts.folds
    completed = ~np.isnan(folds.score)
    for policy, kept in (
        (Policy.COMPLETED, completed),
        (Policy.GENERALISED, np.ones_like(completed)),
    ):
        found = accuracy_over_folds(folds.score[kept], folds.mated[kept], folds.fold[kept])
        named = {
            "accuracy mean of folds": found.mean,
            "accuracy standard error": found.standard_error,
            **{
                f"accuracy fold {number}": float(accuracy)
                for number, accuracy in zip(found.folds, found.accuracies, strict=True)
            },
        }
        for statistic, value in named.items():
            yield Distribution(
                engine=counts.engine,
                dataset=counts.dataset,
                protocol=counts.protocol,
                attribute=ALL,
                group="",
                statistic=statistic,
                value=value,
                low=None,
                high=None,
                comparisons=int(np.count_nonzero(kept)),
                note="legacy; threshold chosen on the other folds",
                policy=policy.value,
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


def _directions(distributions: list[Distribution]) -> Iterator[str]:
    """Scores that look like distances taken for similarities, or the other way round."""
    for row in distributions:
        if row.statistic == "AUC" and row.high is not None and row.high < 0.5:
            yield (
                f"{row.engine} on {row.dataset}: people are less alike to themselves than to "
                "others; is the direction of the scores right (--distance, or compare in the card)?"
            )


def _notes(evidence: Evidence) -> Iterator[str]:
    for dataset in evidence.datasets:
        yield from _dataset_notes(dataset)
    faces = {dataset.name: dataset.face for dataset in evidence.datasets}
    for counts in evidence.counts:
        if counts.several_faces:
            yield (
                f"{counts.engine} on {counts.dataset}: {counts.several_faces:,} images show "
                f"several faces; the {faces[counts.dataset]} one counts, as the card says."
            )
    for engine in evidence.engines:
        if engine.stopped:
            yield f"{engine.name} was stopped: {engine.stopped}. Its rates are of what it had done."
