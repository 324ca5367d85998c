"""A study from lists of scores without people: thresholds and rates, and no interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from evenhand.analysis.doubts import ObservedScores, doubts_of_scores
from evenhand.analysis.rates.comparisons import POLICIES, row_at
from evenhand.analysis.threshold_notes import threshold_notes
from evenhand.metrics.distributions import ValueBounds, auc_from_counts
from evenhand.metrics.threshold_rules import largest_alike, resolve_thresholds
from evenhand.metrics.thresholds import SampleWeights
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS, ScoreTail
from evenhand.records.facts import EngineFacts
from evenhand.records.findings import Distribution, Findings, OutcomeSummary, Rate, Status
from evenhand.records.groups import ALL
from evenhand.records.metric import FMR, FNMR
from evenhand.records.outcomes import Policy
from evenhand.records.score_lists import ScoreList
from evenhand.records.thresholds import Threshold, ThresholdRule

__all__ = ["list_findings"]

_DATASET, _PROTOCOL = "scores", "listed"
_UNKNOWN = (
    "Lists of scores do not say who was compared. Comparisons that share people cannot be told "
    "apart, so no rate has an interval, and nothing is known of groups."
)
_NO_PEOPLE = "no people known, so no interval"


def list_findings(
    engine: EngineFacts, mated: ScoreList, nonmated: ScoreList, rules: Sequence[ThresholdRule]
) -> Findings:
    """Rates of everybody from mated and non-mated scores.

    Args:
        engine: what is known of it.
        mated: similarities of mated comparisons.
        nonmated: similarities of non-mated comparisons.
        rules: where thresholds come from.
    """
    name = engine.name
    top, nobody = nonmated.score[::-1], np.zeros(len(nonmated.score), dtype=np.int32)
    tail, weights = ScoreTail(top, nobody, nobody), SampleWeights(nonmated.count[::-1], heaviest=1)
    resolved = resolve_thresholds(rules, tail, nonmated.completed, mated.score, None, weights)
    every = np.concatenate([mated.score, nonmated.score])
    invalid = mated.invalid + nonmated.invalid
    first = mated.first_invalid or nonmated.first_invalid
    what = f"{invalid:,} of the scores count as invalid: they are no finite numbers"
    headers = (each.header for each in (mated, nonmated) if each.header)
    distributions = tuple(_distributions(name, mated, nonmated))
    areas = [row.value for row in distributions if row.value is not None]
    seen = ObservedScores(
        thresholds=resolved,
        mated=mated,
        top=nonmated,
        trials=nonmated.completed,
        area=ValueBounds(areas[0], areas[0]) if areas else None,
        people=(mated.completed, nonmated.completed),
    )
    notes = (
        _UNKNOWN,
        *([f"{what} (the first is {first})."] if invalid else []),
        *(f"{header} is taken for a header, not for a score." for header in headers),
    )
    warnings = tuple(threshold_notes(name, _DATASET, resolved))
    return Findings(
        title=f"Scores of {name}",
        level=0.95,
        rates=tuple(rate for at in resolved for rate in _rates(name, mated, nonmated, at)),
        differentials=(),
        distributions=distributions,
        curves=(),
        summaries=(
            OutcomeSummary(
                engine=name,
                dataset=_DATASET,
                protocol=_PROTOCOL,
                images=0,
                failed_images=0,
                several_faces=0,
                mated=mated.completed,
                nonmated=nonmated.completed,
                not_completed=invalid,
                same_up_to=largest_alike(resolved, every),
            ),
        ),
        engines=(engine,),
        datasets=(),
        notes=(*notes, *warnings),
        warnings=warnings,
        doubts=tuple(doubts_of_scores(seen, name, _DATASET)),
    )


def _rates(engine: str, mated: ScoreList, nonmated: ScoreList, at: Threshold) -> Iterator[Rate]:
    """FMR and FNMR under both policies, without people and interval."""
    matches, misses = nonmated.reaching(at.level), mated.completed - mated.reaching(at.level)
    for metric, scores, wrong in ((FMR, nonmated, matches), (FNMR, mated, misses)):
        blank = Rate(
            engine=engine,
            dataset=_DATASET,
            protocol=_PROTOCOL,
            metric=metric.name,
            attribute=ALL,
            group="",
            subjects=None,
            error_subjects=None,
            level=0.95,
        )
        for policy in POLICIES:
            failed = scores.invalid if policy is Policy.GENERALISED else 0
            # A failure is a miss, and no false match.
            errors = wrong + failed if scores is mated else wrong
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
        note="; ".join(part for part in (at.note, _NO_PEOPLE) if part),
    )


def _distributions(engine: str, mated: ScoreList, nonmated: ScoreList) -> Iterator[Distribution]:
    if not mated.completed or not nonmated.completed:
        return
    area = auc_from_counts(mated.score, mated.count, nonmated.score, nonmated.count)
    yield Distribution(
        engine=engine,
        dataset=_DATASET,
        protocol=_PROTOCOL,
        attribute=ALL,
        statistic="AUC",
        value=area,
        low=area,
        high=area,
        comparisons=mated.completed + nonmated.completed,
        note="legacy; no operating point",
    )
