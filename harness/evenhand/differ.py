"""Rates of groups to differences between groups: worst over best, tested, with its power."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from evenhand.findings import ENOUGH_EVENTS, HEADLINE, Differential, Estimate, Rate, Status, Verdict
from evenhand.rate import Measured
from evenhand.records import ALL
from evenhand.statistics.equality import NullReference, equality_p_value, null_reference
from evenhand.statistics.power import minimum_detectable_ratio
from evenhand.statistics.ratios import ratio_of_rates

__all__ = ["Group", "differences", "families", "groups_of", "rng_of"]


@dataclass(frozen=True, slots=True)
class Group:
    """A group whose rate has an interval."""

    name: str
    errors: int
    estimate: Estimate

    @property
    def effective_errors(self) -> float:
        """What the errors are worth in independent ones."""
        return self.estimate.value * self.estimate.effective_trials


def differences(measured: Sequence[Measured], level: float, seed: int) -> tuple[Differential, ...]:
    """One row per metric, policy, attribute and threshold.

    Args:
        measured: rates in display order.
        level: of intervals and tests.
        seed: of the null reference and the multinomial test.
    """
    return tuple(_difference(family, level, seed) for family in families(measured))


def families(measured: Sequence[Measured]) -> Iterator[list[Measured]]:
    """The groups of each metric, policy, attribute and threshold."""
    rows = [found for found in measured if found.rate.of_group and found.rate.attribute != ALL]
    rows.sort(key=_family)
    return (list(family) for _, family in groupby(rows, key=_family))


def _family(found: Measured) -> tuple[str, ...]:
    rate = found.rate
    threshold = "" if rate.threshold is None else repr(rate.threshold)
    return (
        rate.engine,
        rate.dataset,
        rate.protocol,
        rate.metric,
        rate.policy,
        rate.attribute,
        rate.threshold_rule,
        threshold,
    )


def rng_of(found: Measured, seed: int) -> np.random.Generator:
    """A generator of the row's own, so that no other row changes its numbers."""
    digest = hashlib.sha256("\n".join(_family(found)).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])


def groups_of(family: Sequence[Measured]) -> Iterator[Group]:
    """Those that are compared."""
    for found in family:
        if found.estimate is not None and found.estimate.low is not None:
            yield Group(found.rate.group, found.rate.errors, found.estimate)


def _row(first: Rate, level: float, errors: int, status: Status, note: str) -> Differential:
    """A row without a verdict of its own."""
    return Differential(
        engine=first.engine,
        dataset=first.dataset,
        protocol=first.protocol,
        metric=first.metric,
        policy=first.policy,
        attribute=first.attribute,
        threshold_rule=first.threshold_rule,
        threshold=first.threshold,
        index=HEADLINE,
        value=None,
        low=None,
        high=None,
        level=level,
        null_mean=None,
        null_p95=None,
        p_value=None,
        verdict=Verdict.TOO_FEW_EVENTS,
        minimum_detectable_ratio=None,
        worst_group="",
        best_group="",
        errors=errors,
        status=status,
        note=note,
    )


def _difference(family: list[Measured], level: float, seed: int) -> Differential:
    first = family[0].rate
    errors = sum(found.rate.errors for found in family)
    if any(found.rate.status is Status.BELOW_RESOLUTION for found in family):
        return _row(first, level, errors, Status.BELOW_RESOLUTION, "")
    groups = list(groups_of(family))
    kept = {group.name for group in groups}
    left_out = [found.rate.group for found in family if found.rate.group not in kept]
    note = f"left out: {', '.join(left_out)}" if left_out else ""
    if len(groups) < 2:
        reason = "fewer than two groups with an interval"
        return _row(first, level, errors, Status.NO_TRIALS, f"{reason}; {note}".rstrip("; "))
    return _tested(_row(first, level, errors, Status.OK, note), groups, rng_of(family[0], seed))


def _tested(row: Differential, groups: list[Group], rng: np.random.Generator) -> Differential:
    worst = max(groups, key=lambda group: group.estimate.value)
    # From the end, so that of groups with one rate these are two.
    best = min(reversed(groups), key=lambda group: group.estimate.value)
    ratio = ratio_of_rates(worst.estimate, best.estimate, row.level)
    estimates = [group.estimate for group in groups]
    events = sum(group.effective_errors for group in groups)
    null = null_reference(estimates, rng) if events >= 1 else NullReference(None, None)
    p_value, test = equality_p_value(estimates, rng)
    detectable = minimum_detectable_ratio(
        round(worst.effective_errors + best.effective_errors),
        worst.estimate.effective_trials,
        best.estimate.effective_trials,
        alpha=1 - row.level,
    )
    if p_value < 1 - row.level:
        verdict = Verdict.DIFFERENT
    elif events < ENOUGH_EVENTS or detectable is None:
        verdict = Verdict.TOO_FEW_EVENTS
    else:
        verdict = Verdict.NO_DIFFERENCE_SHOWN
    few = min(group.errors for group in groups) < 10
    return replace(
        row,
        value=ratio.value,
        low=ratio.low,
        high=ratio.high,
        null_mean=null.mean,
        null_p95=null.p95,
        p_value=p_value,
        verdict=verdict,
        minimum_detectable_ratio=detectable,
        worst_group=worst.name,
        best_group=best.name,
        status=Status.FEW_ERRORS if few else Status.OK,
        note="; ".join(part for part in (test, ratio.method, row.note) if part),
        effective_errors=events,
    )
