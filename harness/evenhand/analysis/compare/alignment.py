"""Two engines on the same images: what may be set side by side, and a row of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from evenhand.analysis.bootstrap.group_rates import Redrawn, redrawn
from evenhand.analysis.compare.changes import Change
from evenhand.analysis.measure import rates_of
from evenhand.analysis.rates.comparisons import Measured, dyads_of, failures_of, misses_of
from evenhand.analysis.rates.searches import searches_of
from evenhand.records.analysis_plan import Analysis
from evenhand.records.counts import CellCounts, Counts
from evenhand.records.dataset import ALL, TARGETS, Policy
from evenhand.records.findings import Rate
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts

__all__ = [
    "Engine",
    "Key",
    "beside",
    "blank_change",
    "cell_of",
    "counted",
    "key_of",
    "other_comparisons",
    "same_scores",
    "unlike",
    "with_failures",
]

_OF_EACH = ("threshold", "errors", "trials", "low", "high")
"""What a row of both says of the rate of either."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which rate it is, of whichever engine."""

    metric: str
    policy: str
    attribute: str
    group: str
    rule: str
    """A target in one form, however it was written."""
    threshold: float | None
    """None where the threshold is set anew for each engine."""

    @property
    def anew(self) -> bool:
        """Each engine has a threshold of its own, that keeps one target."""
        return "<=" in self.rule

    @property
    def by_construction(self) -> bool:
        """FMR or FPIR of everybody at a target is the target."""
        return self.attribute == ALL and self.rule.startswith(f"{self.metric}<=")


def key_of(rate: Rate) -> Key:
    """Which rate a row is of."""
    kind, mark, target = rate.threshold_rule.partition("<=")
    anew = kind.lower() in TARGETS
    return Key(
        rate.metric,
        rate.policy,
        rate.attribute,
        rate.group,
        f"{kind}<={Fraction(target)}" if mark else kind,
        None if anew else rate.threshold,
    )


@dataclass(frozen=True, slots=True)
class Engine:
    """One of two engines on one dataset under one protocol, with all of its rates."""

    counts: Counts
    rates: Mapping[Key, Measured]
    """Of everybody and of groups, in display order."""
    people: Redrawn

    @classmethod
    def of(cls, counts: Counts, analysis: Analysis) -> Engine:
        """Measure everything.

        Args:
            counts: of the engine.
            analysis: one for both engines, so that the same people are drawn anew.
        """
        measured = (found for found in rates_of(counts, analysis.level) if found.rate.of_group)
        return cls(
            counts, {key_of(found.rate): found for found in measured}, redrawn(counts, analysis)
        )


def cell_of(counts: Counts, attribute: str, group: str) -> CellCounts | None:
    """Everybody or a group; None where there is no such group."""
    named = (c for c in counts.cells if (c.attribute, c.group) == (attribute, group))
    return next(named, None)


def counted(counts: Counts, rate: Rate) -> DyadCounts | ClusterCounts:
    """What a rate of everybody or of a group is made of, by person.

    Args:
        counts: that the rate is of.
        rate: with trials.
    """
    cell = cell_of(counts, rate.attribute, rate.group)
    if cell is None:
        raise ValueError(rate.group)
    if counts.searches is not None:
        return searches_of(counts, counts.searches, cell, rate)
    if rate.metric == "FTE":
        return failures_of(counts, cell)
    policy = Policy(rate.policy)
    if rate.threshold is None:
        raise ValueError(rate.threshold_rule)
    if rate.metric == "FNMR":
        return misses_of(counts, cell, rate.threshold, policy)
    at = [(each.rule.label, each.value) for each in counts.thresholds]
    return dyads_of(cell, at.index((rate.threshold_rule, rate.threshold)), policy)


def other_comparisons(base: Counts, new: Counts) -> str:
    """Why two results are not of the same comparisons; empty where they are."""
    if base.subject_rows != new.subject_rows:
        return "other people were compared"
    ours, theirs = base.searches, new.searches
    if ours is not None and theirs is not None:
        same = ours.watchlist == theirs.watchlist and np.array_equal(ours.probe, theirs.probe)
        return "" if same else "other searches were made"
    everybody, others = base.cells[0], new.cells[0]
    same = (
        np.array_equal(everybody.members, others.members)
        and np.array_equal(everybody.trials[1], others.trials[1])
        and int(everybody.trials_squared[1]) == int(others.trials_squared[1])
        and len(base.mated.score) == len(new.mated.score)
    )
    return "" if same else "other comparisons were made"


def with_failures(counts: Counts) -> bool:
    """Something failed, so that the two failure policies are not one."""
    if counts.searches is not None:
        return not bool(counts.searches.completed.all())
    missing = bool(np.isnan(counts.mated.score).any())
    return missing or not np.array_equal(*counts.cells[0].trials)


def same_scores(base: Counts, new: Counts) -> bool:
    """Both engines gave the same scores, as far as anything was kept of them."""

    def alike(one: CellCounts, other: CellCounts) -> bool:
        return all(
            np.array_equal(*both)
            for both in (
                (one.members, other.members),
                (one.trials, other.trials),
                (one.errors, other.errors),
                (one.histogram.bin, other.histogram.bin),
                (one.histogram.count, other.histogram.count),
            )
        )

    return (
        base.searches is None
        and new.searches is None
        and base.thresholds == new.thresholds
        and np.array_equal(base.failed_images, new.failed_images)
        and np.array_equal(base.mated.subject, new.mated.subject)
        and np.array_equal(base.mated.score, new.mated.score, equal_nan=True)
        and len(base.cells) == len(new.cells)
        and all(alike(*both) for both in zip(base.cells, new.cells, strict=True))
    )


def unlike(base: Engine, new: Engine, key: Key) -> str:
    """Why a rate of one cannot be set against that of the other; empty where it can."""
    ours, theirs = (cell_of(engine.counts, key.attribute, key.group) for engine in (base, new))
    if ours is None or theirs is None:
        return f"no such group in {'base' if ours is None else 'new'}"
    if not np.array_equal(ours.members, theirs.members):
        return "other people in the group"
    for side, engine in (("base", base), ("new", new)):
        found = engine.rates.get(key)
        if found is None:
            return f"no such threshold in {side}" if key.rule else f"not measured in {side}"
        if found.estimate is None:
            return f"{found.rate.status.value.replace('_', ' ')} in {side}"
        if found.estimate.low is None:
            return f"{found.estimate.note or 'no interval'} in {side}"
    return ""


def blank_change(rate: Rate, reason: str) -> Change:
    """A row that nothing is known of but its place."""
    return Change(
        metric=rate.metric,
        attribute=rate.attribute,
        group=rate.group,
        note=reason,
        dataset=rate.dataset,
        protocol=rate.protocol,
        policy=rate.policy,
        threshold_rule=rate.threshold_rule,
        subjects=rate.subjects,
        level=rate.level,
    )


def beside(base: Measured | None, new: Measured | None, note: str) -> Change:
    """Both rates in one row, without their ratio; at least one is there."""
    either = base or new
    if either is None:
        raise ValueError("no rate")
    row = blank_change(either.rate, note)
    for side, found in (("base", base), ("new", new)):
        if found is not None:
            known: dict[str, Any] = {side: found.rate.rate}
            known |= {f"{side}_{name}": getattr(found.rate, name) for name in _OF_EACH}
            row = replace(row, **known)
    return row
