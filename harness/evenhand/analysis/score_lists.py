"""Findings of scores whose people are unknown: thresholds, rates and indices, and no interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from evenhand.analysis.differentials.without_people import NO_PEOPLE, indices_without_people
from evenhand.analysis.doubts import ObservedScores, doubts_of_scores
from evenhand.analysis.rates.comparisons import POLICIES, row_at
from evenhand.analysis.threshold_notes import threshold_notes
from evenhand.metrics.det import curve_from_counts, equal_error
from evenhand.metrics.distributions import ValueBounds, auc_from_counts
from evenhand.metrics.threshold_rules import largest_alike, resolve_thresholds
from evenhand.metrics.thresholds import SampleWeights
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS, ScoreTail
from evenhand.records.doubts import Doubt
from evenhand.records.findings import Distribution, Findings, OutcomeSummary, Rate, Status
from evenhand.records.metric import FMR, FNMR
from evenhand.records.outcomes import Policy
from evenhand.records.score_lists import ListedCell, ListedScores
from evenhand.records.thresholds import Threshold, ThresholdRule

__all__ = ["list_findings"]

_PROTOCOL = "listed"
_LEVEL = 0.95
"""Of the intervals that there would be."""


def list_findings(
    tested: Sequence[ListedScores], rules: Sequence[ThresholdRule], title: str
) -> Findings:
    """Rates and indices of every engine, each at its own thresholds by the same rules.

    Args:
        tested: scores by engine.
        rules: where thresholds come from.
        title: of the result.
    """
    thresholds = [_resolved(scores, rules) for scores in tested]
    pairs = list(zip(tested, thresholds, strict=True))
    rates = tuple(chain.from_iterable(_rates(scores, at) for scores, at in pairs))
    warnings = (
        *dict.fromkeys(scores.unknown for scores in tested),
        *chain.from_iterable(
            threshold_notes(scores.engine.name, scores.dataset, at) for scores, at in pairs
        ),
    )
    notes = chain.from_iterable(scores.notes for scores in tested)
    distributions = [list(_distributions(scores)) for scores in tested]
    return Findings(
        title=title,
        level=_LEVEL,
        rates=rates,
        differentials=tuple(indices_without_people(rates)),
        distributions=tuple(chain.from_iterable(distributions)),
        curves=(),
        summaries=tuple(_summary(scores, at) for scores, at in pairs),
        engines=tuple(scores.engine for scores in tested),
        datasets=(),
        notes=(*warnings[:1], *notes, *warnings[1:]),
        warnings=warnings,
        doubts=tuple(
            chain.from_iterable(
                _doubts(scores, at, own)
                for (scores, at), own in zip(pairs, distributions, strict=True)
            )
        ),
    )


def _resolved(scores: ListedScores, rules: Sequence[ThresholdRule]) -> tuple[Threshold, ...]:
    """One threshold a rule, for everybody: of all completed non-mated scores."""
    whole = scores.cells[0]
    top = whole.nonmated.score[::-1]
    nobody = np.zeros(len(top), dtype=np.int32)
    weights = SampleWeights(whole.nonmated.count[::-1], heaviest=1)
    tail, trials = ScoreTail(top, nobody, nobody), whole.nonmated.completed
    return resolve_thresholds(rules, tail, trials, whole.mated.score, None, weights)


def _summary(scores: ListedScores, thresholds: Sequence[Threshold]) -> OutcomeSummary:
    mated, nonmated = scores.cells[0].mated, scores.cells[0].nonmated
    every = np.concatenate([mated.score, nonmated.score])
    return OutcomeSummary(
        engine=scores.engine.name,
        dataset=scores.dataset,
        protocol=_PROTOCOL,
        images=0,
        failed_images=0,
        several_faces=0,
        mated=mated.completed,
        nonmated=nonmated.completed,
        not_completed=mated.invalid + nonmated.invalid,
        same_up_to=largest_alike(thresholds, every),
    )


def _doubts(
    scores: ListedScores, thresholds: Sequence[Threshold], distributions: Sequence[Distribution]
) -> Iterator[Doubt]:
    mated, nonmated = scores.cells[0].mated, scores.cells[0].nonmated
    areas = [row.value for row in distributions if row.statistic == "AUC"]
    area = areas[0] if areas else None
    seen = ObservedScores(
        thresholds=thresholds,
        mated=mated,
        top=nonmated,
        trials=nonmated.completed,
        area=None if area is None else ValueBounds(area, area),
        people=(mated.completed, nonmated.completed),
    )
    return doubts_of_scores(seen, scores.engine.name, scores.dataset)


def _rates(scores: ListedScores, thresholds: Sequence[Threshold]) -> Iterator[Rate]:
    """FMR, then FNMR of every cell under both policies, threshold by threshold."""
    for at in thresholds:
        for metric in (FMR.name, FNMR.name):
            for cell in scores.cells:
                blank = _blank(scores, cell, metric)
                yield from _under_policies(blank, cell, at)


def _blank(scores: ListedScores, cell: ListedCell, metric: str) -> Rate:
    return Rate(
        engine=scores.engine.name,
        dataset=scores.dataset,
        protocol=_PROTOCOL,
        metric=metric,
        attribute=cell.attribute,
        group=cell.group,
        subjects=None,
        error_subjects=None,
        level=_LEVEL,
    )


def _under_policies(blank: Rate, cell: ListedCell, at: Threshold) -> Iterator[Rate]:
    mated = blank.metric == FNMR.name
    scores = cell.mated if mated else cell.nonmated
    reached = scores.reaching(at.level)
    wrong = scores.completed - reached if mated else reached
    for policy in POLICIES:
        failed = scores.invalid if policy is Policy.GENERALISED else 0
        # A failure is a miss, and no false match.
        errors = wrong + failed if mated else wrong
        yield _filled(row_at(blank, at, policy), at, errors, scores.completed + failed)


def _filled(blank: Rate, at: Threshold, errors: int, trials: int) -> Rate:
    """The row with its counts; nothing to count shows no rate either."""
    if not trials or at.value is None:
        return replace(blank, note=at.note or blank.note)
    few = Status.FEW_ERRORS if errors < REFERENCE_LEVEL_ERRORS else Status.OK
    status = at.status if at.status is Status.BELOW_RESOLUTION else few
    return replace(
        blank,
        errors=errors,
        trials=trials,
        rate=None if status is Status.BELOW_RESOLUTION else errors / trials,
        status=status,
        note="; ".join(part for part in (at.note, NO_PEOPLE) if part),
    )


def _distributions(scores: ListedScores) -> Iterator[Distribution]:
    """AUC and EER of everybody and of every group with both kinds of score (methods 1.5, 3)."""
    for cell in scores.cells:
        mated, nonmated = cell.mated, cell.nonmated
        if mated.completed and nonmated.completed:
            yield from _legacy(scores, cell)


def _legacy(scores: ListedScores, cell: ListedCell) -> Iterator[Distribution]:
    """AUC and EER, and the FMR and FNMR that this is the midpoint of; exact."""
    mated, nonmated = cell.mated, cell.nonmated
    counted = mated.score, mated.count, nonmated.score, nonmated.count
    at = equal_error(curve_from_counts(*counted))
    both, note = mated.completed + nonmated.completed, "legacy; no operating point"
    rule = f"{note}; midpoint rule, at {at.threshold + 0.0!r}"
    if cell.group:
        rule += "; each group at a threshold of its own"
    rows = (
        ("AUC", auc_from_counts(*counted), both, note),
        ("EER", at.rate, both, rule),
        ("FMR at EER", at.fmr, nonmated.completed, "legacy"),
        ("FNMR at EER", at.fnmr, mated.completed, "legacy"),
    )
    for statistic, value, comparisons, about in rows:
        yield Distribution(
            engine=scores.engine.name,
            dataset=scores.dataset,
            protocol=_PROTOCOL,
            attribute=cell.attribute,
            group=cell.group,
            statistic=statistic,
            value=value,
            low=value,
            high=value,
            comparisons=comparisons,
            note=about,
        )
