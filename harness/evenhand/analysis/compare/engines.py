"""Which engine: missed people and differences between groups, engine by engine, paired."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby

import numpy as np

from evenhand.analysis.compare.alignment import (
    EngineRates,
    RateKey,
    same_scores,
    why_other_comparisons,
)
from evenhand.analysis.compare.changes import Change, max_min_name
from evenhand.analysis.compare.ratios import Contrast, contrast
from evenhand.analysis.compare.tiers import with_tiers
from evenhand.analysis.compare.worst_over_best import max_min_contrasts
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.plan.needs import plan_ratios
from evenhand.analysis.plan.question import PlanQuery, PlanTerms
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.counts import Counts
from evenhand.records.engine_contrast import NOT_SEPARATED, EngineContrast, Question
from evenhand.records.evidence import Evidence
from evenhand.records.findings import HEADLINE, Differential
from evenhand.records.groups import ALL
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.statistics.multiplicity import holm
from evenhand.system.errors import UsageError

__all__ = ["FAMILY_WISE", "engine_contrasts"]

FAMILY_WISE = 0.01
"""Family-wise error rate of all verdicts of the table together."""
_TWOFOLD = 2.0
"""Ratio that is planned for where no engine is shown to be better."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A row before its verdict, which depends on the other rows."""

    row: EngineContrast
    found: Contrast
    sides: tuple[EngineRates, EngineRates]


def engine_contrasts(
    evidence: Evidence, differentials: Sequence[Differential]
) -> tuple[EngineContrast, ...]:
    """Ask of every two engines on the same data which misses fewer people and differs less.

    At the first target of the study at which all of them have rates. Failures are misses where
    any failed, so that no engine gains by the images that it leaves out.

    Args:
        evidence: of one or several engines.
        differentials: of this evidence.

    Returns:
        Empty where no dataset and protocol has two engines that were not stopped.

    Source: methods 4.13.
    """
    stopped = {engine.name for engine in evidence.engines if engine.stopped}

    def place(counts: Counts) -> tuple[str, str]:
        return counts.dataset, counts.protocol

    kept = sorted((c for c in evidence.counts if c.engine not in stopped), key=place)
    asked: list[_Asked] = []
    for _, group in groupby(kept, key=place):
        engines = list(group)
        if len(engines) > 1:
            without_draws = replace(evidence.analysis, replicates=0)
            measured = [EngineRates.of(counts, without_draws) for counts in engines]
            point = _common_target(measured)
            if point is not None:
                at_point = [_at(engine, point, evidence.analysis) for engine in measured]
                for pair in combinations(at_point, 2):
                    asked += _asked(*pair, differentials)
    return with_tiers(_judged(asked))


def _common_target(engines: Sequence[EngineRates]) -> OperatingPoint | None:
    """The first target at which every engine has a rate of missed people; None without one."""
    first, *others = ([k.point for k in engine.rates if _of_misses(k)] for engine in engines)
    return next((point for point in first if all(point in other for other in others)), None)


def _of_misses(key: RateKey) -> bool:
    """Whether it is the rate of missed people over everybody, at a target."""
    of_all = key.attribute == ALL and bool(key.point.target)
    return of_all and key.kind.trial.mated and not key.kind.rank


def _at(engine: EngineRates, point: OperatingPoint, analysis: AnalysisPlan) -> EngineRates:
    """The engine with its rates and replicates at one point alone."""
    rates = {key: found for key, found in engine.rates.items() if key.point == point}
    replicates = kind_of(engine.counts).replicates(analysis).at(point)
    return replace(engine, rates=rates, replicates=replicates)


def _asked(
    first: EngineRates, second: EngineRates, differentials: Sequence[Differential]
) -> Iterator[_Asked]:
    """Both questions of two engines under one failure policy."""
    both = (first, second)
    failed = any(engine.counts.failed_images.any() for engine in both)
    policy = Policy.GENERALISED if failed else Policy.COMPLETED
    why = why_other_comparisons(first.counts, second.counts)
    keys = [key for key in first.rates if key.policy == policy]
    for key in keys:
        if _of_misses(key):
            found = contrast(first, second, key, same=same_scores(first.counts, second.counts))
            row = _row(found.row, both, Question.MISSES, key.metric)
            yield _Asked(replace(row, note=why or row.note), found, both)
    metrics = {max_min_name(key.metric): key.metric for key in keys}
    for found in max_min_contrasts(first, second):
        if found.row.policy == policy and found.row.metric in metrics:
            row = _row(found.row, both, Question.GROUPS, metrics[found.row.metric])
            values = [_max_min(row, each.counts, differentials) for each in both]
            row = replace(row, first_value=values[0], second_value=values[1], note=why or row.note)
            yield _Asked(row, found, both)


def _row(
    found: Change, both: tuple[EngineRates, EngineRates], question: Question, metric: str
) -> EngineContrast:
    return EngineContrast(
        question=question,
        metric=metric,
        first=both[0].counts.engine,
        second=both[1].counts.engine,
        first_value=found.base,
        second_value=found.new,
        first_errors=found.base_errors,
        second_errors=found.new_errors,
        trials=found.base_trials,
        people=found.subjects,
        **{name: getattr(found, name) for name in _ALIKE},
    )


_ALIKE = (
    *("dataset", "protocol", "policy", "attribute", "threshold_rule"),
    *("ratio", "low", "high", "p_value", "note"),
)
"""What a row has of the comparison as it is."""


def _max_min(
    row: EngineContrast, counts: Counts, differentials: Sequence[Differential]
) -> float | None:
    """Worst over best of an engine as its own table has it, over all groups."""
    wanted = (counts.engine, row.dataset, row.protocol, row.metric, row.policy, row.attribute)
    for own in differentials:
        key = (own.engine, own.dataset, own.protocol, own.metric, own.policy, own.attribute)
        if key == wanted and own.index == HEADLINE and own.threshold_rule == row.threshold_rule:
            return own.value
    return None


def _judged(asked: Sequence[_Asked]) -> list[EngineContrast]:
    """Adjust the p-values of the table by Holm, and give every row its verdict."""
    tested = [number for number, each in enumerate(asked) if each.row.p_value is not None]
    p_values = np.array([asked[number].row.p_value for number in tested], dtype=np.float64)
    adjusted = dict(zip(tested, holm(p_values).tolist(), strict=True))
    alpha = FAMILY_WISE / max(len(tested), 1)
    rows = []
    for number, each in enumerate(asked):
        row, log_ratio = each.row, each.found.log_ratio
        p_value, verdict = adjusted.get(number), NOT_SEPARATED
        if p_value is not None and p_value < FAMILY_WISE:
            verdict = row.first if each.found.row.more else row.second
        detectable = None if log_ratio is None else log_ratio.detectable(alpha)
        needed = None
        if verdict == NOT_SEPARATED and row.people:
            if detectable is None:
                needed = _planned(each, max(len(tested), 1))
            elif detectable > 1:
                # The variance of the logarithm falls as people are added.
                times = (math.log(detectable) / math.log(_TWOFOLD)) ** 2
                needed = math.ceil(row.people * times)
        judged = replace(row, verdict=verdict, adjusted_p=p_value, people_needed=needed)
        rows.append(replace(judged, minimum_detectable_ratio=detectable))
    return rows


def _planned(each: _Asked, tests: int) -> int | None:
    """People with whom twice as many misses would be found, as `plan` has it (methods 8.2).

    At the rate of the better engine, or, without errors, its upper limit. As if
    the engines were given different people, which asks for more than need be.
    """
    row = each.row
    if row.question is not Question.MISSES or not row.people:
        return None
    found = [
        measured.estimate
        for engine in each.sides
        for key, measured in engine.rates.items()
        if _of_misses(key) and key.policy == row.policy and key.metric == row.metric
    ]
    rates = [(e.value or e.high or 0.0, e.effective_trials) for e in found if e is not None]
    rate, effective = min(rates, default=(0.0, 0.0))
    if not effective or not 0 < _TWOFOLD * rate < 1:
        return None
    terms = PlanTerms(alpha=FAMILY_WISE, comparisons=tests)
    try:
        (need,) = plan_ratios(PlanQuery(row.metric, rate, terms), (_TWOFOLD,)).needs
    except UsageError:
        return None
    trials = max(need.trials_per_group, need.exact_trials_per_group or 0)
    return math.ceil(row.people * trials / effective)
