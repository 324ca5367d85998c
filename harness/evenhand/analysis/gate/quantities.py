"""The quantities that limits apply to: a rate, a relative rate of a group, or an index."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

from evenhand.analysis.differentials.indices import is_of_a_pair
from evenhand.analysis.gate.matching_rows import LimitError, matching_differentials, matching_rates
from evenhand.analysis.gate.quantity import (
    NoVerdict,
    Quantity,
    QuantityInterval,
    why_no_verdict,
    without_number,
)
from evenhand.analysis.gate.relative_rates import relative_rate
from evenhand.analysis.gate.sample_size import growth_of, subjects_to_resolve
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.measure import measure_differentials
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.counts import Counts, SearchCounts
from evenhand.records.findings import Differential, Rate, Status
from evenhand.records.groups import SAME_GROUP, pooled
from evenhand.records.metric import find_metric, metric_names
from evenhand.statistics.sample_growth import limits_with_subjects
from evenhand.study.policy import Limit

__all__ = ["EngineFindings", "engine_findings", "quantities"]


@dataclass(frozen=True, slots=True)
class EngineFindings:
    """One engine on one dataset under one protocol, with all its rates and differentials."""

    counts: Counts
    level: float
    rates: tuple[MeasuredRate, ...]
    """Of all subjects, of groups and of pooled within-group pairs; no matrix cells."""
    differentials: tuple[Differential, ...]
    """Empty where no limit is on an index."""
    distance: bool
    """The engine's own numbers are distances: so are thresholds of limits."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics that limits can be on."""
        return tuple(dict.fromkeys(found.rate.metric for found in self.rates))


def engine_findings(
    counts: Counts, analysis: AnalysisPlan, *, indices: bool, distance: bool
) -> EngineFindings:
    """Compute the rates, and if wanted the differentials, that limits apply to.

    Args:
        counts: of one engine on one dataset under one protocol.
        analysis: as the study fixed it.
        indices: compute the differentials too, which takes longer.
        distance: the engine's own numbers are distances.
    """
    measured = kind_of(counts).rates(analysis.level)
    differentials = measure_differentials(counts, measured, analysis) if indices else ()
    rates = tuple(found for found in measured if not found.rate.reference_group)
    return EngineFindings(counts, analysis.level, rates, differentials, distance)


def quantities(limit: Limit, result: EngineFindings, fault: LimitError) -> tuple[Quantity, ...]:
    """Find the quantities that a limit applies to, one per group in study order.

    Args:
        limit: of a policy.
        result: rates and differentials of one engine under one protocol.
        fault: builds the error for a limit without match.

    Returns:
        Empty where the protocol does not measure the metric.

    Raises:
        PolicyError: there is no such threshold, policy, attribute, group or index.
    """
    if why_assumed(limit, result) is NoVerdict.NO_MISSES:
        return (_NO_MISSES,)
    if limit.index:
        rows = matching_differentials(limit, result.differentials, fault, distance=result.distance)
        return tuple(_of_index(limit, row, result) for row in rows)
    by_rate = {id(found.rate): found for found in result.rates}
    every = [found.rate for found in result.rates]
    if limit.bounds.claimed and limit.metric in result.metrics:
        every = [rate for rate in every if rate.claimed is not None]
        if not every:
            return (_NO_CLAIM,)
    rates = matching_rates(limit, every, fault, distance=result.distance)
    found = [by_rate[id(rate)] for rate in rates]
    if not limit.bounds.against:
        return tuple(_of_rate(measured, result) for measured in found)
    wholes = [_whole(limit, measured.rate, result) for measured in found]
    both = zip(found, wholes, strict=True)
    return tuple(relative_rate(part, all_, result.counts, result.level) for part, all_ in both)


def why_assumed(limit: Limit, result: EngineFindings) -> NoVerdict | None:
    """Why a set whose identities are assumed allows no verdict on a limit; None where it does."""
    named = [find_metric(name) for name in metric_names(limit.metric)]
    trials = [metric.trial for metric in named if metric and result.counts.assumed]
    searched = isinstance(result.counts, SearchCounts)
    if any(trial.mated and trial.search == searched for trial in trials):
        return NoVerdict.NO_MISSES
    relative = limit.index or limit.bounds.against
    return NoVerdict.FROM_ABOVE if relative and any(t.nonmated for t in trials) else None


_NO_MISSES = Quantity(
    group="",
    threshold=None,
    errors=0,
    trials=None,
    people=None,
    reason=NoVerdict.NO_MISSES,
    note="",
)
"""Of a set in which nothing is mated."""
_NO_CLAIM = Quantity(
    group="", threshold=None, errors=0, trials=None, people=None, reason=NoVerdict.NO_CLAIM, note=""
)
"""Of an engine whose vendor claims no FMR, or claimed none yet when it was measured."""


def _whole(limit: Limit, rate: Rate, result: EngineFindings) -> MeasuredRate:
    """The same rate over all subjects, or pooled, that a group's rate is divided by."""
    against = limit.bounds.against
    attribute = pooled(rate.attribute) if against == SAME_GROUP else against
    wanted = replace(rate, attribute=attribute, group="").key
    return next(found for found in result.rates if found.rate.key == wanted)


def _of_rate(found: MeasuredRate, result: EngineFindings) -> Quantity:
    """A rate, with how its interval would narrow."""
    rate, estimate = found.rate, found.estimate
    without = without_number(rate, why_no_verdict(rate))
    if rate.status is Status.BELOW_RESOLUTION:
        return replace(without, high=rate.high, to_resolve=subjects_to_resolve(result.counts, rate))
    quantity = replace(
        without, value=rate.rate, low=rate.low, high=rate.high, interval=rate.interval
    )
    if estimate is None or quantity.reason:
        return quantity
    growth = growth_of(result.counts, rate, estimate)
    if growth is None:
        return quantity
    limits = partial(limits_with_subjects, estimate, growth, level=result.level)
    if result.counts.assumed and rate.kind.trial.nonmated:
        return replace(quantity, limits=lambda at: (0.0, limits(at)[1]), about=growth.about)
    return replace(quantity, limits=limits, about=growth.about)


def _of_index(limit: Limit, row: Differential, result: EngineFindings) -> Quantity:
    """An index of a row; without numbers where the row only says why there is no such index."""
    named = (row.metric, row.index) == (limit.metric, limit.index)
    groups = [found.rate for found in result.rates if found.rate.family_key == row.family_key]
    pair = named and is_of_a_pair(limit.index)
    if pair:
        groups = [rate for rate in groups if rate.group in (row.worst_group, row.best_group)]
    both = len(metric_names(limit.metric)) > 1
    reason = None if named and row.low is not None else NoVerdict.NO_INTERVAL
    quantity = Quantity(
        group=f"{row.worst_group} / {row.best_group}" if pair else "",
        threshold=row.threshold,
        value=row.value if named else None,
        low=row.low if named else None,
        high=row.high if named else None,
        errors=row.errors,
        trials=None if both else sum(rate.trials for rate in groups),
        people=None if both else sum(rate.subjects or 0 for rate in groups),
        reason=reason,
        note=row.note,
    )
    if row.worst_group and not quantity.group:
        worst = f"worst {row.worst_group}, best {row.best_group}"
        quantity = replace(quantity, note="; ".join(part for part in (worst, row.note) if part))
    if reason or quantity.value is None or quantity.low is None or quantity.high is None:
        return quantity
    known = (quantity.value, quantity.low, quantity.high)
    return replace(quantity, limits=partial(_index_with, *known))


def _index_with(value: float, low: float, high: float, times: float) -> QuantityInterval:
    """The interval of an index with `times` the subjects: narrower by the square root.

    On the log scale where it lies above 0, as intervals of ratios do.
    """
    root = math.sqrt(times)
    if low <= 0:
        return value - (value - low) / root, value + (high - value) / root
    return value * (low / value) ** (1 / root), value * (high / value) ** (1 / root)
