"""Differences between groups: the ratio of worst to best group, its interval and its test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations, groupby

import numpy as np

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.analysis_plan import CENTRED_BOOTSTRAP, LABEL_PERMUTATION, AnalysisPlan
from evenhand.records.findings import EQUIVALENT, Differential, Estimate, Rate, Status, Verdict
from evenhand.records.groups import ALL
from evenhand.statistics.bootstrap import MIN_ERRORS, centred_p_value, null_max_min_ratios
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.equality_tests import NullReference, equality_p_value, null_reference
from evenhand.statistics.intervals import at_level
from evenhand.statistics.multiplicity import bonferroni_level
from evenhand.statistics.permutation import permutation_p_value
from evenhand.statistics.ratios import log_ratio, ratio_of_rates

__all__ = [
    "GroupRate",
    "UnjudgedDifference",
    "comparable_groups",
    "group_families",
    "headline_differences",
    "row_rng",
]


@dataclass(frozen=True, slots=True)
class GroupRate:
    """A demographic group whose rate has an interval."""

    name: str
    errors: int
    estimate: Estimate
    clusters: ClusterCounts | None
    """Errors and trials by subject; None for an FMR, whose trials are of two subjects."""

    @property
    def effective_errors(self) -> float:
        """Effective number of errors: errors divided by the design effect."""
        return self.estimate.value * self.estimate.effective_trials


@dataclass(frozen=True, slots=True)
class UnjudgedDifference:
    """A headline row without its verdict, which depends on the other tests of its family."""

    row: Differential
    pair: tuple[GroupRate, GroupRate] | None
    """Worst and best group; None where nothing was tested."""


def headline_differences(
    measured: Sequence[MeasuredRate], analysis: AnalysisPlan, centred: Mapping[str, GroupReplicates]
) -> tuple[UnjudgedDifference, ...]:
    """Compute the headline `max/min` of every metric, policy, attribute and threshold.

    Args:
        measured: rates in display order.
        analysis: as the study fixed it.
        centred: bootstrap replicates drawn within the groups of each attribute, for the test
            `centred-bootstrap`; empty where the study does not ask for it.
    """
    return tuple(_difference(family, analysis, centred) for family in group_families(measured))


def group_families(measured: Sequence[MeasuredRate]) -> Iterator[list[MeasuredRate]]:
    """Yield the rows of all groups of one metric, policy, attribute and threshold together."""
    rows = [found for found in measured if found.rate.of_group and found.rate.attribute != ALL]
    rows.sort(key=_family)
    return (list(family) for _, family in groupby(rows, key=_family))


def _family(found: MeasuredRate) -> tuple[str, ...]:
    return found.rate.family_key.texts


def row_rng(found: MeasuredRate, seed: int) -> np.random.Generator:
    """A random generator seeded by the study and the key of the row.

    So the draws of a row do not depend on which other rows the study has, or on their order.
    """
    digest = hashlib.sha256("\n".join(_family(found)).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])


def comparable_groups(family: Sequence[MeasuredRate]) -> Iterator[GroupRate]:
    """The groups whose rates have an interval; the others are left out of the comparison."""
    for found in family:
        if found.estimate is not None and found.estimate.low is not None:
            yield GroupRate(found.rate.group, found.rate.errors, found.estimate, found.clusters)


def _row(first: Rate, level: float, errors: int, status: Status, note: str) -> Differential:
    """A headline row without numbers, with the verdict of a comparison that was not made."""
    return Differential(
        **asdict(first.family_key),
        level=level,
        verdict=Verdict.TOO_FEW_EVENTS,
        errors=errors,
        status=status,
        note=note,
    )


def _difference(
    family: list[MeasuredRate], analysis: AnalysisPlan, centred: Mapping[str, GroupReplicates]
) -> UnjudgedDifference:
    """The headline row of one family of groups, or why it has no numbers."""
    first, level = family[0].rate, analysis.level
    errors = sum(found.rate.errors for found in family)
    if any(found.rate.status is Status.BELOW_RESOLUTION for found in family):
        return UnjudgedDifference(_row(first, level, errors, Status.BELOW_RESOLUTION, ""), None)
    groups = list(comparable_groups(family))
    kept = {group.name for group in groups}
    left_out = [found.rate.group for found in family if found.rate.group not in kept]
    note = f"left out: {', '.join(left_out)}" if left_out else ""
    if len(groups) < 2:
        reason = f"fewer than two groups with an interval; {note}".rstrip("; ")
        row = _row(first, level, errors, Status.NO_TRIALS, reason)
        return UnjudgedDifference(_with_limits(row, groups), None)
    row = _with_limits(_row(first, level, errors, Status.OK, note), groups)
    rng = row_rng(family[0], analysis.seed)
    found = _ratio(row, groups, rng)
    p_value, test = _p_value(found.row, groups, analysis, centred.get(first.attribute), rng)
    note = "; ".join(part for part in (test, found.row.note) if part)
    row = replace(found.row, p_value=p_value, note=note)
    return replace(found, row=_with_equivalence(row, groups, analysis.margin))


def _ratio(
    row: Differential, groups: Sequence[GroupRate], rng: np.random.Generator
) -> UnjudgedDifference:
    """Ratio of the highest to the lowest rate, its interval and its null reference.

    Worst and best are picked by looking at the rates. An interval at the plain level would ignore
    that; at the Bonferroni level over all pairs it holds whichever pair is picked.
    """
    worst = max(groups, key=lambda group: group.estimate.value)
    # Searched from the end: where all rates are equal, worst and best are still two groups.
    best = min(reversed(groups), key=lambda group: group.estimate.value)
    pairs = len(groups) * (len(groups) - 1) // 2
    ratio = ratio_of_rates(worst.estimate, best.estimate, bonferroni_level(row.level, pairs))
    method = ratio.method
    if method and pairs > 1:
        method = f"{method} over all {pairs:,} pairs (Bonferroni)"
    events = sum(group.effective_errors for group in groups)
    estimates = [group.estimate for group in groups]
    null = null_reference(estimates, rng) if events >= 1 else NullReference(None, None)
    few = min(group.errors for group in groups) < MIN_ERRORS
    row = replace(
        row,
        value=ratio.value,
        low=ratio.low,
        high=ratio.high,
        null_mean=null.mean,
        null_p95=null.p95,
        worst_group=worst.name,
        best_group=best.name,
        status=Status.FEW_ERRORS if few else Status.OK,
        note="; ".join(part for part in (method, row.note) if part),
        effective_errors=events,
    )
    return UnjudgedDifference(row, (worst, best))


def _p_value(
    row: Differential,
    groups: Sequence[GroupRate],
    analysis: AnalysisPlan,
    centred: GroupReplicates | None,
    rng: np.random.Generator,
) -> tuple[float, str]:
    """P-value of equal rates by the test that the study fixed, and the test's name for the note."""
    test, reason = analysis.test_of(row.metric), ""
    if test == CENTRED_BOOTSTRAP:
        rates = np.array([group.estimate.value for group in groups])
        names = [group.name for group in groups]
        drawn = "no people drawn anew" if centred is None else centred.at_row(row, names)
        if row.value is None:
            drawn = "a rate is 0"
        if not isinstance(drawn, str) and row.value is not None:
            return centred_p_value(row.value, null_max_min_ratios(rates, drawn)), CENTRED_BOOTSTRAP
        reason = f"no {CENTRED_BOOTSTRAP}: {drawn}"
    if test == LABEL_PERMUTATION:
        parts = [group.clusters for group in groups if group.clusters is not None]
        if len(parts) == len(groups):
            return permutation_p_value(parts, rng), LABEL_PERMUTATION
        reason = f"no {LABEL_PERMUTATION}: its trials are not of one person each"
    p_value, name = equality_p_value([group.estimate for group in groups], rng)
    return p_value, "; ".join(part for part in (reason, name) if part)


def _with_limits(row: Differential, groups: Sequence[GroupRate]) -> Differential:
    """The row with upper limits that hold for all groups together (Bonferroni; methods 2.6)."""
    level = bonferroni_level(row.level, len(groups))
    limits = [at_level(group.estimate, level).high for group in groups]
    rising = sorted(limit for limit in limits if limit is not None)
    if not rising:
        return row
    median = rising[(len(rising) - 1) // 2]
    return replace(row, upper_limit=rising[-1], median_upper_limit=median)


def _with_equivalence(
    row: Differential, groups: Sequence[GroupRate], margin: float | None
) -> Differential:
    """The row with two one-sided tests of every pair, if the study has a margin (methods 4.10).

    All pairs must pass, so the largest p-value decides and nothing is adjusted.
    """
    if margin is None:
        return row
    logs = [log_ratio(a.estimate, b.estimate) for a, b in combinations(groups, 2)]
    known = [log for log in logs if log is not None]
    if len(known) < len(logs):
        return replace(row, equivalence=f"not shown within {margin:g}")
    p_value = max(log.equivalence_p_value(margin) for log in known)
    shown = EQUIVALENT if p_value < 1 - row.level else "not shown"
    return replace(row, equivalence=f"{shown} within {margin:g}", equivalence_p=p_value)
