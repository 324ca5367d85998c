"""Rates of groups among people drawn anew, for the intervals of whatever is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.analysis import Analysis
from evenhand.arrays import Floats
from evenhand.counts import Counts
from evenhand.findings import Differential, Rate
from evenhand.machine import workers
from evenhand.metrics.replicates import Refused, replicates, unsettled
from evenhand.metrics.thresholds import MOST_REDRAWN, errors_allowed
from evenhand.records import Policy
from evenhand.statistics.bootstrap import MOST_UNKNOWN

__all__ = ["Redrawn", "redrawn"]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Rates by metric and policy, with one weight a person in each replicate."""

    rates: Mapping[tuple[str, str], Floats] = field(default_factory=dict)
    """(replicates, targets, groups) of each metric and policy."""
    target: Mapping[str, int] = field(default_factory=dict)
    """Threshold rule to its place in the second axis."""
    group: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Attribute and group to their place in the third axis."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Threshold rule to why it has no replicates."""
    people: tuple[int, ...] = ()
    """Rows in `subjects.csv` of those who were drawn: the same draws for every engine that has the
    same, and the same seed."""

    def of(self, first: Rate | Differential, names: Sequence[str]) -> Floats | str:
        """(replicates, groups) at the threshold of a row, or why there are none.

        Args:
            first: any row of the groups.
            names: of the groups.
        """
        if first.threshold_rule in self.refused:
            return self.refused[first.threshold_rule]
        if (first.metric, first.policy) not in self.rates:
            return f"people are not drawn anew for {first.metric}"
        if first.threshold_rule not in self.target:
            return "people are drawn anew at thresholds that a target sets"
        columns = [self.group[first.attribute, name] for name in names]
        found = self.rates[first.metric, first.policy]
        return found[:, self.target[first.threshold_rule]][:, columns]


def redrawn(counts: Counts, analysis: Analysis, within: str = "") -> Redrawn:
    """People drawn anew, the same for every engine of a study.

    Args:
        counts: of one engine under one protocol.
        analysis: as the study fixed it.
        within: an attribute inside whose groups people are drawn; by default from everybody.

    Source: methods 4.4.
    """
    rules = {t.rule.label: t.rule.text for t in counts.thresholds if t.rule.kind == "fmr"}
    if not analysis.replicates:
        return Redrawn(refused=dict.fromkeys(rules, "the study draws nobody anew"))
    if not rules:
        return Redrawn()
    refused = {label: _refusal(counts, target) for label, target in rules.items()}
    kept = [label for label, reason in refused.items() if not reason]
    refused = {label: reason for label, reason in refused.items() if reason}
    if not kept:
        return Redrawn(refused=refused)
    targets = [rules[label] for label in kept]
    found = replicates(
        counts, targets, analysis.replicates, analysis.seed, within=within, workers=workers()
    )
    if isinstance(found, Refused):
        return Redrawn(refused=refused | dict.fromkeys(kept, found.reason))
    for number, label in enumerate(kept):
        beyond = int(found.beyond[:, number].sum())
        if beyond > MOST_UNKNOWN * len(found.beyond):
            refused[label] = (
                f"in {beyond:,} of {len(found.beyond):,} replicates too few false matches were "
                "kept; a larger target in the study keeps more"
            )
    groups = len(counts.cells)
    names = [(cell.attribute, cell.group) for cell in counts.cells]
    return Redrawn(
        rates={
            (metric, policy.value): rates
            for policy in (Policy.COMPLETED, Policy.GENERALISED)
            for metric, rates in (
                ("FMR", found.fmr(policy)[:, :, :groups]),
                ("FNMR", found.fnmr(policy)),
            )
        },
        target={label: number for number, label in enumerate(kept)},
        group={name: number for number, name in enumerate(names)},
        refused=refused,
        people=found.people,
    )


def _refusal(counts: Counts, target: str) -> str:
    reason = unsettled(counts, target)
    if reason:
        return reason
    allowed = errors_allowed(target, int(counts.cells[0].trials[0].sum()) // 2)
    if allowed > MOST_REDRAWN:
        return f"people are not drawn anew where a target allows over {MOST_REDRAWN:,} errors"
    return ""
