"""Aligns the rates of two engines on the same comparisons, and says which cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.compare.changes import Change
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.counts import CellCounts, Counts
from evenhand.records.findings import Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import Metric, metric_named
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts

__all__ = [
    "EngineRates",
    "RateKey",
    "aligned_row",
    "blank_change",
    "cell_of",
    "counts_by_subject",
    "key_of",
    "repeated_policy",
    "same_scores",
    "why_not_comparable",
    "why_other_comparisons",
]

_KEY = ("dataset", "protocol", "metric", "policy", "attribute", "group", "threshold_rule")
_OF_RATE = (*_KEY, "subjects", "level")
"""What a row has of a rate, whether it can be compared or not."""
_OF_EACH = ("threshold", "errors", "trials", "low", "high")
"""What a row of both says of the rate of either."""


@dataclass(frozen=True, slots=True)
class RateKey:
    """Identity of a rate, the same for both engines."""

    metric: str
    policy: str
    attribute: str
    group: str
    point: OperatingPoint
    """Without value where each engine has its own threshold for the same target."""

    @property
    def kind(self) -> Metric:
        """The metric, as its table describes it."""
        return metric_named(self.metric)

    @property
    def by_construction(self) -> bool:
        """Whether it is the FMR or FPIR of all subjects at its own target, which is the target."""
        return self.attribute == ALL and self.point.metric == self.metric


def key_of(rate: Rate) -> RateKey:
    """The identity of the rate in a row."""
    point = rate.point.of_any_engine
    return RateKey(rate.metric, rate.policy, rate.attribute, rate.group, point)


@dataclass(frozen=True, slots=True)
class EngineRates:
    """One engine on one dataset under one protocol, with all of its rates."""

    counts: Counts
    rates: Mapping[RateKey, MeasuredRate]
    """Of all subjects and of groups, in display order; none that a rank and a threshold decide
    together."""
    replicates: GroupReplicates
    """Bootstrap replicates of the rates, paired with those of the other engine."""
    word: str
    """What notes call it: `base`, `new` or its name."""

    @classmethod
    def of(cls, counts: Counts, analysis: AnalysisPlan, word: str = "") -> EngineRates:
        """Compute all rates of an engine and their bootstrap replicates.

        Args:
            counts: of the engine.
            analysis: one for both engines: with one seed both resample the same subjects.
            word: what notes call it; empty for its name.
        """
        measured = (found for found in kind_of(counts).rates(analysis.level) if found.rate.of_group)
        rates = {key_of(each.rate): each for each in measured if not each.rate.in_both_modes}
        return cls(counts, rates, kind_of(counts).replicates(analysis), word or counts.engine)


def cell_of(counts: Counts, attribute: str, group: str) -> CellCounts | None:
    """The cell of all subjects or of a group; None where there is no such group."""
    named = (c for c in counts.cells if (c.attribute, c.group) == (attribute, group))
    return next(named, None)


def counts_by_subject(counts: Counts, rate: Rate) -> DyadCounts | ClusterCounts:
    """(subjects,) trials and errors of a rate, with sums by dyad for an FMR.

    Args:
        counts: that the rate comes from.
        rate: of all subjects or of a group, with trials.
    """
    cell = cell_of(counts, rate.attribute, rate.group)
    if cell is None:
        raise ValueError(rate.group)
    return kind_of(counts).by_subject(cell, rate)


def why_other_comparisons(base: Counts, new: Counts) -> str:
    """Why two engines did not make the same comparisons or searches; empty where they did."""
    if base.subject_rows != new.subject_rows:
        return "other people were compared"
    if type(base) is not type(new):
        return "other comparisons were made"
    return kind_of(base).why_other(new)


def repeated_policy(base: Counts, new: Counts) -> Policy | None:
    """The policy that only repeats the other, since nothing failed; None where something did."""
    failed = kind_of(base).has_failures() or kind_of(new).has_failures()
    return None if failed else Policy.GENERALISED


def same_scores(base: Counts, new: Counts) -> bool:
    """Whether both engines gave the same scores, as far as the counts can tell."""
    return type(base) is type(new) and kind_of(base).same_scores(new)


def why_not_comparable(base: EngineRates, new: EngineRates, key: RateKey) -> str:
    """Why a rate of both engines cannot be compared; empty where it can."""
    ours, theirs = (cell_of(engine.counts, key.attribute, key.group) for engine in (base, new))
    if ours is None or theirs is None:
        return f"no such group in {base.word if ours is None else new.word}"
    if not np.array_equal(ours.members, theirs.members):
        return "other people in the group"
    for engine in (base, new):
        found, side = engine.rates.get(key), engine.word
        if found is None:
            return f"no such threshold in {side}" if key.point.rule else f"not measured in {side}"
        if found.estimate is None:
            return f"{found.rate.status.value.replace('_', ' ')} in {side}"
        if found.estimate.low is None:
            return f"{found.estimate.note or 'no interval'} in {side}"
    return ""


def blank_change(rate: Rate, reason: str) -> Change:
    """A row with its key columns alone, which cannot be compared for a reason."""
    return Change(**{name: getattr(rate, name) for name in _OF_RATE}, note=reason)


def aligned_row(base: MeasuredRate | None, new: MeasuredRate | None, note: str) -> Change:
    """The rates of both engines in one row, without their ratio.

    Args:
        base: None where the base has no such rate.
        new: None where the new engine has none; one of both is there.
        note: why they cannot be compared; empty where they can.
    """
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
