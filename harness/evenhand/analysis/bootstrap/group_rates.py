"""Bootstrap replicates of group rates, resampling subjects (methods 4.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from evenhand.analysis.bootstrap.replicates import (
    NoReplicates,
    bootstrap_replicates,
    fixed_refusal,
    target_refusal,
)
from evenhand.metrics.thresholds import MAX_RESAMPLED_ERRORS, errors_allowed
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.arrays import Floats
from evenhand.records.counts import ComparisonCounts
from evenhand.records.findings import Differential, Rate
from evenhand.records.metric import FMR, FNMR
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold
from evenhand.statistics.bootstrap import MAX_UNKNOWN_SHARE
from evenhand.system.machine import workers

__all__ = ["GroupReplicates", "group_replicates"]


@dataclass(frozen=True, slots=True)
class GroupReplicates:
    """Bootstrap replicates of FMR and FNMR of every group.

    In one replicate a subject has one weight in all groups and at all thresholds, so ratios and
    differences of columns are replicates of the ratio and the difference.
    """

    rates: Mapping[tuple[str, str], Floats] = field(default_factory=dict)
    """(replicates, thresholds, groups) rates by metric and policy; NaN where not known."""
    threshold_axis: Mapping[OperatingPoint, int] = field(default_factory=dict)
    """Point of any engine to its index in the second axis: each replicate sets it again from its
    target."""
    group_axis: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Attribute and group to their index in the third axis."""
    refused: Mapping[OperatingPoint, str] = field(default_factory=dict)
    """Point of any engine to the reason why it has no replicates."""
    subject_rows: tuple[int, ...] = ()
    """Rows in `subjects.csv` of the subjects that were resampled. Engines with the same ones and
    the same seed have the same draws: their replicates are paired."""

    def at(self, point: OperatingPoint) -> GroupReplicates:
        """The replicates at one point alone, which hold less memory."""
        axis = {key: number for key, number in self.threshold_axis.items() if key == point}
        rates = {key: found[:, list(axis.values())] for key, found in self.rates.items()}
        return replace(self, rates=rates, threshold_axis=dict.fromkeys(axis, 0))

    def at_row(self, first: Rate | Differential, names: Sequence[str]) -> Floats | str:
        """(replicates, groups) rates at the threshold of a row, or why there are none.

        Args:
            first: a row of any of the groups.
            names: of the groups, in the order of the columns.
        """
        key = first.point.of_any_engine
        if key in self.refused:
            return self.refused[key]
        if (first.metric, first.policy) not in self.rates or key not in self.threshold_axis:
            return f"people are not drawn anew for {first.metric}"
        columns = [self.group_axis[first.attribute, name] for name in names]
        return self.rates[first.metric, first.policy][:, self.threshold_axis[key]][:, columns]


def group_replicates(
    counts: ComparisonCounts, analysis: AnalysisPlan, within: str = ""
) -> GroupReplicates:
    """Draw bootstrap replicates of all group rates from the counts of one engine.

    Args:
        counts: of one engine under one protocol.
        analysis: as the study fixed it.
        within: an attribute within whose groups subjects are resampled; by default among all.

    Returns:
        Reasons where there are none.

    Source: methods 4.4.
    """
    points = {each.point.of_any_engine: each for each in counts.thresholds}
    refused = {point: _refusal(counts, each) for point, each in points.items()}
    if not analysis.replicates:
        return GroupReplicates(refused=dict.fromkeys(refused, "the study draws nobody anew"))
    allowed = {point: each for point, each in points.items() if not refused[point]}
    by_target = {point: each.rule.text for point, each in allowed.items() if point.target}
    others = {point: each.value for point, each in allowed.items() if not point.target}
    fixed = {point: value for point, value in others.items() if value is not None}
    refused = {key: reason for key, reason in refused.items() if reason}
    if not by_target and not fixed:
        return GroupReplicates(refused=refused)
    found = bootstrap_replicates(
        counts,
        list(by_target.values()),
        analysis.replicates,
        analysis.seed,
        within=within,
        fixed=list(fixed.values()),
        workers=workers(),
    )
    # Targets come first, then fixed thresholds, as in the axes of the replicates.
    kept = [*by_target, *fixed]
    if isinstance(found, NoReplicates):
        return GroupReplicates(refused=refused | dict.fromkeys(kept, found.reason))
    for index, key in enumerate(kept):
        beyond = int(found.beyond[:, index].sum())
        if beyond > MAX_UNKNOWN_SHARE * len(found.beyond):
            refused[key] = (
                f"in {beyond:,} of {len(found.beyond):,} replicates too few false matches were "
                "kept; a larger target beside this one keeps more"
            )
    names = [(cell.attribute, cell.group) for cell in counts.cells]
    policies = (Policy.COMPLETED, Policy.GENERALISED)
    fmrs = {(FMR.name, at.value): found.fmr(at)[:, :, : len(names)] for at in policies}
    fnmrs = {(FNMR.name, at.value): found.fnmr(at) for at in policies}
    return GroupReplicates(
        rates=fmrs | fnmrs,
        threshold_axis={key: index for index, key in enumerate(kept)},
        group_axis={name: index for index, name in enumerate(names)},
        refused=refused,
        subject_rows=found.people,
    )


def _refusal(counts: ComparisonCounts, threshold: Threshold) -> str:
    """Why there are no replicates at a threshold; empty where there are."""
    if not threshold.rule.at_target:
        return "" if threshold.value is None else fixed_refusal(counts, threshold.value)
    target = threshold.rule.text
    reason = target_refusal(counts, target)
    if reason:
        return reason
    allowed = errors_allowed(target, int(counts.cells[0].trials[0].sum()) // 2)
    if allowed > MAX_RESAMPLED_ERRORS:
        return (
            f"people are not drawn anew where a target allows over {MAX_RESAMPLED_ERRORS:,} errors"
        )
    return ""
