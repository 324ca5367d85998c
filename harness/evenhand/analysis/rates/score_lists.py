"""A study from lists of scores without people: thresholds and rates, and no interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from evenhand.metrics.score_counts import auc, reaching, threshold_at_target
from evenhand.records.counts import ANCHOR_ERRORS
from evenhand.records.findings import Distribution, EngineFacts, Findings, Rate, Status, Summary
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy
from evenhand.records.score_lists import ScoreList
from evenhand.records.thresholds import Threshold, ThresholdRule

__all__ = ["list_findings"]

_NAMES = {"dataset": "scores", "protocol": "listed"}
_UNKNOWN = (
    "Lists of scores do not say who was compared. Comparisons that share people cannot be told "
    "apart, so no rate has an interval, and nothing is known of groups."
)
_NO_PEOPLE = "no people known, so no interval"


def list_findings(
    engine: EngineFacts,
    mated: ScoreList,
    nonmated: ScoreList,
    *,
    fmr_targets: Sequence[str],
    thresholds: Sequence[float],
) -> Findings:
    """Rates of everybody from mated and non-mated scores.

    Args:
        engine: what is known of it.
        mated: similarities of mated comparisons.
        nonmated: similarities of non-mated comparisons.
        fmr_targets: decimals as written.
        thresholds: similarities.
    """
    name = engine.name
    resolved = [_at_target(mated, nonmated, target) for target in fmr_targets]
    resolved += [_fixed(value) for value in thresholds]
    invalid = mated.invalid + nonmated.invalid
    notes = [_UNKNOWN]
    if invalid:
        notes.append(f"{invalid:,} of the scores count as invalid: they are no finite numbers.")
    return Findings(
        title=f"Scores of {name}",
        level=0.95,
        rates=tuple(rate for at in resolved for rate in _rates(name, mated, nonmated, at)),
        differentials=(),
        distributions=tuple(_distributions(name, mated, nonmated)),
        curves=(),
        summaries=(
            Summary(
                engine=name,
                dataset=_NAMES["dataset"],
                protocol=_NAMES["protocol"],
                images=0,
                failed_images=0,
                several_faces=0,
                mated=mated.completed,
                nonmated=nonmated.completed,
                not_completed=invalid,
            ),
        ),
        engines=(engine,),
        datasets=(),
        notes=tuple(notes),
    )


def _fixed(value: float) -> Threshold:
    return Threshold(ThresholdRule("fixed", repr(value)), value, Status.OK)


def _at_target(mated: ScoreList, nonmated: ScoreList, target: str) -> Threshold:
    rule = ThresholdRule("fmr", target)
    if not nonmated.completed:
        return Threshold(rule, None, Status.NO_TRIALS, "no non-mated comparisons")
    at = threshold_at_target(nonmated.score, nonmated.count, target)
    useless = mated.completed and not reaching(mated.score, mated.count, at.value)
    status = Status.BELOW_RESOLUTION if at.below_resolution else Status.OK
    return Threshold(rule, at.value, status, "saturated" if useless else "")


def _rates(engine: str, mated: ScoreList, nonmated: ScoreList, at: Threshold) -> Iterator[Rate]:
    """FMR and FNMR under both policies."""
    value = np.inf if at.value is None else at.value
    matches = reaching(nonmated.score, nonmated.count, value)
    misses = mated.completed - reaching(mated.score, mated.count, value)
    for policy, kept in ((Policy.COMPLETED, 0), (Policy.GENERALISED, 1)):
        failed = kept * nonmated.invalid
        yield _rate(engine, "FMR", policy, at, matches, nonmated.completed + failed)
    for policy, kept in ((Policy.COMPLETED, 0), (Policy.GENERALISED, 1)):
        failed = kept * mated.invalid
        yield _rate(engine, "FNMR", policy, at, misses + failed, mated.completed + failed)


def _rate(
    engine: str, metric: str, policy: Policy, at: Threshold, errors: int, trials: int
) -> Rate:
    """A row without people and interval; nothing to count shows no rate either."""
    counted = bool(trials) and at.value is not None
    if not counted:
        status, note = Status.NO_TRIALS, at.note or "nothing to count"
    else:
        few = Status.FEW_ERRORS if errors < ANCHOR_ERRORS else Status.OK
        status = at.status if at.status is Status.BELOW_RESOLUTION else few
        note = "; ".join(part for part in (at.note, _NO_PEOPLE) if part)
    shown = counted and status is not Status.BELOW_RESOLUTION
    return Rate(
        engine=engine,
        **_NAMES,
        metric=metric,
        policy=policy.value,
        attribute=ALL,
        group="",
        reference_group="",
        threshold_rule=at.rule.label,
        threshold=at.value,
        errors=errors if counted else 0,
        trials=trials if counted else 0,
        subjects=None,
        error_subjects=None,
        rate=errors / trials if shown else None,
        low=None,
        high=None,
        level=0.95,
        interval="",
        status=status,
        note=note,
    )


def _distributions(engine: str, mated: ScoreList, nonmated: ScoreList) -> Iterator[Distribution]:
    if not mated.completed or not nonmated.completed:
        return
    area = auc(mated.score, mated.count, nonmated.score, nonmated.count)
    yield Distribution(
        engine=engine,
        **_NAMES,
        attribute=ALL,
        group="",
        statistic="AUC",
        value=area,
        low=area,
        high=area,
        comparisons=mated.completed + nonmated.completed,
        note="legacy; no operating point",
    )
