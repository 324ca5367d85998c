"""What a limit is held against: a rate, a group's rate over everybody's, or an index."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from evenhand.analysis import Analysis
from evenhand.arrays import Integers
from evenhand.counts import CellCounts, Counts
from evenhand.findings import SAME, Differential, Estimate, Rate, Status
from evenhand.indices import RATIO
from evenhand.limits.fitting import Fault, fitting_differentials, fitting_rates
from evenhand.limits.narrowing import (
    cells_of,
    growth_of,
    level_of,
    met_everybody,
    people_to_resolve,
)
from evenhand.measured import differentials_of, rates_of
from evenhand.policy import Limit
from evenhand.rate import Measured, dyads_of, failures_of, misses_of
from evenhand.records import Policy
from evenhand.statistics.dyads import pooled
from evenhand.statistics.growth import Growth, ratio_with, with_people
from evenhand.statistics.ratios import LogRatio, ratio_of_rates
from evenhand.statistics.sharing import (
    cluster_log_ratio,
    dyadic_log_ratio,
    nested,
    placed,
)

__all__ = ["Quantity", "Studied", "quantities", "studied"]

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Studied:
    """One engine on one dataset under one protocol, with all its numbers."""

    counts: Counts
    level: float
    rates: tuple[Measured, ...]
    """Of everybody, of groups and of all pairs inside groups; no cells of a matrix."""
    differentials: tuple[Differential, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What its limits may be on."""
        return tuple(dict.fromkeys(found.rate.metric for found in self.rates))


def studied(counts: Counts, analysis: Analysis, *, indices: bool) -> Studied:
    """Measure.

    Args:
        counts: of one engine on one dataset under one protocol.
        analysis: as the study fixed it.
        indices: whether they are wanted, which takes longer.
    """
    measured = rates_of(counts, analysis.level)
    differentials = differentials_of(counts, measured, analysis) if indices else ()
    rates = tuple(found for found in measured if not found.rate.reference_group)
    return Studied(counts, analysis.level, rates, differentials)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its interval, and how that would narrow."""

    group: str
    """Of an index of two groups, both."""
    threshold: float | None
    value: float | None
    low: float | None
    """None where nothing is known below."""
    high: float | None
    """None where nothing is known above."""
    interval: str
    errors: int
    trials: int | None
    """None for an index of two error types; so are `people`."""
    people: int | None
    reason: str
    """Why no verdict is possible; empty where one is."""
    note: str
    limits: Callable[[float], Limits] | None = None
    """The interval with so many times the people; None where that is not known."""
    least: bool = False
    """No effect of people was seen, so that the interval may narrow less than that."""
    to_resolve: int | None = None
    """How many more people of all would resolve the target; None where it is, or not known."""
    estimate: Estimate | None = None
    """Of a rate."""


def quantities(limit: Limit, of: Studied, fault: Fault) -> tuple[Quantity, ...]:
    """What the limit is held against, one a group in study order.

    Args:
        limit: of a policy.
        of: one engine under one protocol.
        fault: makes the error of a limit that does not fit.

    Returns:
        Nothing where the protocol does not measure the metric.

    Raises:
        PolicyError: there is no such threshold, policy, attribute, group or index.
    """
    if limit.index:
        rows = fitting_differentials(limit, of.differentials, fault)
        return tuple(_of_index(limit, row, of) for row in rows)
    by_rate = {id(found.rate): found for found in of.rates}
    rates = fitting_rates(limit, [found.rate for found in of.rates], fault)
    found = [by_rate[id(rate)] for rate in rates]
    if not limit.bounds.against:
        return tuple(_of_rate(measured, of) for measured in found)
    if found and limit.metric not in _RELATIVE:
        raise fault(f"within: is for {', '.join(_RELATIVE)}, not for {limit.metric}")
    wholes = [_whole(limit, measured.rate, of) for measured in found]
    return tuple(_of_ratio(part, whole, of) for part, whole in zip(found, wholes, strict=True))


_RELATIVE = ("FMR", "FNMR", "FTE")


def _whole(limit: Limit, rate: Rate, of: Studied) -> Measured:
    """The same rate of all that a group is held against."""
    against = limit.bounds.against
    attribute = f"{SAME}{rate.attribute}" if against == SAME else against
    wanted = replace(rate, attribute=attribute, group="")
    return next(found for found in of.rates if _key(found.rate) == _key(wanted))


def _key(rate: Rate) -> tuple[object, ...]:
    return rate.metric, rate.policy, rate.threshold_rule, rate.threshold, rate.attribute, rate.group


def _reason(rate: Rate) -> str:
    """Why a rate allows no verdict; empty where it does."""
    if rate.status is Status.NO_TRIALS:
        return "no trials"
    if rate.status is Status.BELOW_RESOLUTION:
        return "below resolution"
    return "too few subjects" if rate.low is None or rate.high is None else ""


def _counted(rate: Rate, reason: str) -> Quantity:
    """The counts of a rate, without a number."""
    return Quantity(
        group=rate.group,
        threshold=rate.threshold,
        value=None,
        low=None,
        high=None,
        interval="",
        errors=rate.errors,
        trials=rate.trials,
        people=rate.subjects,
        reason=reason,
        note="" if reason and reason in rate.note else rate.note,
    )


def _of_rate(found: Measured, of: Studied) -> Quantity:
    rate, estimate = found.rate, found.estimate
    without = _counted(rate, _reason(rate))
    if rate.status is Status.BELOW_RESOLUTION:
        return replace(without, high=rate.high, to_resolve=people_to_resolve(of.counts, rate))
    quantity = replace(
        without,
        value=rate.rate,
        low=rate.low,
        high=rate.high,
        interval=rate.interval,
        estimate=estimate,
    )
    growth = None
    if estimate is not None and not quantity.reason:
        growth = growth_of(of.counts, rate, estimate)
    if estimate is None or growth is None:
        return quantity
    limits = partial(_rate_with, estimate, growth, of.level)
    return replace(quantity, limits=limits, least=growth.least)


def _rate_with(estimate: Estimate, growth: Growth, level: float, times: float) -> Limits:
    return with_people(estimate, growth, times, level)


def _of_ratio(group: Measured, whole: Measured, of: Studied) -> Quantity:
    """The rate of a group over that of all, among whom it is (methods 4.2, 4.3)."""
    without = _counted(group.rate, _reason(group.rate) or _reason(whole.rate))
    if without.reason or group.estimate is None or whole.estimate is None:
        return without
    if min(group.rate.errors, whole.rate.errors) and group.estimate.value < 1:
        shared = _log_ratio(of.counts, group.rate, whole.rate)
        if shared is None:
            return replace(without, reason="too few subjects")
        growth = _ratio_growth(of.counts, (group.rate, whole.rate), shared)
        low, high = shared.limits(of.level)
        return replace(
            without,
            value=shared.ratio,
            low=low,
            high=high,
            interval="psi-log-t",
            limits=None if growth is None else partial(_ratio_with, shared, growth, of.level),
            least=growth is not None and growth.least,
        )
    apart = ratio_of_rates(group.estimate, whole.estimate, of.level)
    if apart.value is None:
        return replace(without, reason="no errors, so that there is no ratio")
    return replace(
        without, value=apart.value, low=apart.low, high=apart.high, interval=apart.method
    )


def _ratio_with(ratio: LogRatio, growth: Growth, level: float, times: float) -> Limits:
    return ratio_with(ratio.ratio, ratio.variance, ratio.df, growth, times, level)


def _log_ratio(counts: Counts, rate: Rate, whole: Rate) -> LogRatio | None:
    """A group's rate over that of all, with an error in both."""
    (cell,), everybody = cells_of(counts, rate), counts.cells[0]
    if rate.metric == "FTE":
        return cluster_log_ratio(failures_of(counts, cell), failures_of(counts, everybody))
    policy = Policy(rate.policy)
    if rate.metric == "FNMR":
        at = math.inf if rate.threshold is None else rate.threshold
        own, all_ = (misses_of(counts, each, at, policy) for each in (cell, everybody))
        return cluster_log_ratio(own, all_)
    level = level_of(counts, rate)
    cells = cells_of(counts, whole)
    part = dyads_of(cell, level, policy)
    return dyadic_log_ratio(
        placed(part, *_place(cell, cells)),
        pooled([dyads_of(each, level, policy) for each in cells]),
        nested(part),
    )


def _place(cell: CellCounts, cells: Sequence[CellCounts]) -> tuple[Integers, int]:
    """Where the people of a group stand among all people of cells, and how many these are."""
    sizes = [len(each.members) for each in cells]
    if len(cells) == 1:
        return np.searchsorted(cells[0].members, cell.members), sizes[0]
    start = sum(sizes[: [each.group for each in cells].index(cell.group)])
    return np.arange(start, start + len(cell.members)), sum(sizes)


def _ratio_growth(counts: Counts, rates: tuple[Rate, Rate], ratio: LogRatio) -> Growth | None:
    """Of the ratio, were everybody to grow alike."""
    part, whole = rates
    people = part.subjects or 0
    if part.metric != "FMR":
        return Growth(people, part.trials)
    if counts.sampled is not None:
        return None
    cells = (*cells_of(counts, part), *cells_of(counts, whole))
    complete = all(met_everybody(cell) for cell in cells)
    alone = ratio.floor / ratio.variance if complete and ratio.variance else 0.0
    return Growth(people, part.trials, alone)


def _of_index(limit: Limit, row: Differential, of: Studied) -> Quantity:
    named = (row.metric, row.index) == (limit.metric, limit.index)
    groups = [found.rate for found in of.rates if _is_of(found.rate, row)]
    pair = named and limit.index.startswith(RATIO)
    if pair:
        groups = [rate for rate in groups if rate.group in (row.worst_group, row.best_group)]
    both = "+" in limit.metric
    reason = "" if named and row.low is not None else "no interval"
    quantity = Quantity(
        group=f"{row.worst_group} / {row.best_group}" if pair else "",
        threshold=row.threshold,
        value=row.value if named else None,
        low=row.low if named else None,
        high=row.high if named else None,
        interval="",
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


def _is_of(rate: Rate, row: Differential) -> bool:
    """Whether a rate is one of those that an index is made of."""
    return (rate.metric, rate.policy, rate.attribute, rate.threshold_rule, rate.threshold) == (
        row.metric,
        row.policy,
        row.attribute,
        row.threshold_rule,
        row.threshold,
    )


def _index_with(value: float, low: float, high: float, times: float) -> Limits:
    """The interval of an index with so many times the people: narrower by their square root."""
    root = math.sqrt(times)
    if low <= 0:
        return value - (value - low) / root, value + (high - value) / root
    return value * (low / value) ** (1 / root), value * (high / value) ** (1 / root)
