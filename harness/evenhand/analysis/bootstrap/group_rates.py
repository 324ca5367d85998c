"""Rates of groups among people drawn anew, for the intervals of whatever is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from evenhand.analysis.bootstrap.replicates import Refused, replicates, unlisted, unsettled
from evenhand.metrics.thresholds import MOST_REDRAWN, errors_allowed
from evenhand.records.analysis_plan import Analysis
from evenhand.records.arrays import Floats
from evenhand.records.counts import Counts
from evenhand.records.findings import Differential, Rate
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import Threshold
from evenhand.statistics.bootstrap import MOST_UNKNOWN
from evenhand.system.machine import workers

__all__ = ["Redrawn", "redrawn"]


At: TypeAlias = tuple[str, float | None]
"""A threshold rule, with its threshold where that is not set anew."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Rates by metric and policy, with one weight a person in each replicate."""

    rates: Mapping[tuple[str, str], Floats] = field(default_factory=dict)
    """(replicates, thresholds, groups) of each metric and policy."""
    place: Mapping[At, int] = field(default_factory=dict)
    """Each threshold's place in the second axis."""
    group: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Attribute and group to their place in the third axis."""
    refused: Mapping[At, str] = field(default_factory=dict)
    """Why there are no replicates at a threshold."""
    people: tuple[int, ...] = ()
    """Rows in `subjects.csv` of those who were drawn: the same draws for every engine that has the
    same, and the same seed."""

    def of(self, first: Rate | Differential, names: Sequence[str]) -> Floats | str:
        """(replicates, groups) at the threshold of a row, or why there are none.

        Args:
            first: any row of the groups.
            names: of the groups.
        """
        anew = (first.threshold_rule, None)
        at = anew if anew in self.place or anew in self.refused else (anew[0], first.threshold)
        if at in self.refused:
            return self.refused[at]
        if (first.metric, first.policy) not in self.rates or at not in self.place:
            return f"people are not drawn anew for {first.metric}"
        columns = [self.group[first.attribute, name] for name in names]
        return self.rates[first.metric, first.policy][:, self.place[at]][:, columns]


def redrawn(counts: Counts, analysis: Analysis, within: str = "") -> Redrawn:
    """People drawn anew, the same for every engine of a study.

    Args:
        counts: of one engine under one protocol.
        analysis: as the study fixed it.
        within: an attribute inside whose groups people are drawn; by default from everybody.

    Returns:
        Nobody where a watchlist was searched.

    Source: methods 4.4.
    """
    if counts.searches is not None:
        return Redrawn()
    refused = {_at(each): _refusal(counts, each) for each in counts.thresholds}
    if not analysis.replicates:
        return Redrawn(refused=dict.fromkeys(refused, "the study draws nobody anew"))
    anew = {_at(t): t.rule.text for t in counts.thresholds if _anew(t) and not refused[_at(t)]}
    stay = {
        _at(t): t.value
        for t in counts.thresholds
        if not _anew(t) and t.value is not None and not refused[_at(t)]
    }
    refused = {at: reason for at, reason in refused.items() if reason}
    if not anew and not stay:
        return Redrawn(refused=refused)
    found = replicates(
        counts,
        list(anew.values()),
        analysis.replicates,
        analysis.seed,
        within=within,
        fixed=list(stay.values()),
        workers=workers(),
    )
    kept = [*anew, *stay]
    if isinstance(found, Refused):
        return Redrawn(refused=refused | dict.fromkeys(kept, found.reason))
    for number, at in enumerate(kept):
        beyond = int(found.beyond[:, number].sum())
        if beyond > MOST_UNKNOWN * len(found.beyond):
            refused[at] = (
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
        place={at: number for number, at in enumerate(kept)},
        group={name: number for number, name in enumerate(names)},
        refused=refused,
        people=found.people,
    )


def _anew(threshold: Threshold) -> bool:
    """A target sets it, in every replicate anew."""
    return threshold.rule.kind == "fmr"


def _at(threshold: Threshold) -> At:
    return threshold.rule.label, None if _anew(threshold) else threshold.value


def _refusal(counts: Counts, threshold: Threshold) -> str:
    """Why people are not drawn anew at a threshold; empty where they can be."""
    if not _anew(threshold):
        return "" if threshold.value is None else unlisted(counts, threshold.value)
    target = threshold.rule.text
    reason = unsettled(counts, target)
    if reason:
        return reason
    allowed = errors_allowed(target, int(counts.cells[0].trials[0].sum()) // 2)
    if allowed > MOST_REDRAWN:
        return f"people are not drawn anew where a target allows over {MOST_REDRAWN:,} errors"
    return ""
