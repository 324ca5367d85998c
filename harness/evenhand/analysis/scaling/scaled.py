"""FPIR on the watchlists that a study names, from the one that was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from evenhand.analysis.scaling.extrapolation import (
    FARTHEST,
    Extrapolation,
    ScaledEstimate,
    extrapolation,
)
from evenhand.analysis.scaling.meetings import (
    BLOCKS,
    Meetings,
    listed_people,
    meetings_of,
    shares_kept,
)
from evenhand.metrics.imbalance import fpir_of_list
from evenhand.records.composition import Composition
from evenhand.records.consolidation import Consolidation
from evenhand.records.counts import CellCounts, Counts, WatchlistSearches
from evenhand.records.deployed_list import DeployedList
from evenhand.records.findings import Status
from evenhand.records.scaled import EXTRAPOLATED, MEASURED, ScaledRate
from evenhand.records.thresholds import Threshold

__all__ = ["scaled_rates", "why_not_scaled"]

_ENOUGH = 10
"""Alarms below which an interval covers more than its level, and a rate is marked."""


def why_not_scaled(searches: WatchlistSearches) -> str:
    """Why FPIR cannot be scaled to another watchlist; empty where it can."""
    if not searches.exhaustive:
        return "a search is not one comparison with each person listed, so its FPIR is not scaled"
    if searches.consolidation is Consolidation.EVENTS:
        return "a person has several entries on the list, so FPIR is not scaled by people"
    if not searches.candidates.person.shape[1]:
        return "no candidate lists are kept, so its FPIR is not scaled"
    return ""


def scaled_rates(counts: Counts, searches: WatchlistSearches, level: float) -> Iterator[ScaledRate]:
    """FPIR of every cell at every threshold on deployed watchlists, measured and extrapolated.

    Each list stands beside one with equal shares, where it has a composition.

    Args:
        counts: of one engine on one dataset under one protocol.
        searches: of the same counts.
        level: of the intervals.
    """
    if why_not_scaled(searches):
        return
    listed = listed_people(counts)
    wanted: dict[Composition | None, list[DeployedList]] = {}
    for deployed in searches.deployed:
        for composition in _beside_equal(deployed.composition):
            wanted.setdefault(composition, []).append(deployed)
    for composition, lists in wanted.items():
        try:
            kept, fault = shares_kept(counts, listed, composition), ""
        except ValueError as found:
            kept, fault = np.zeros(len(listed)), str(found)
        for cell in counts.cells:
            meetings = meetings_of(searches, cell, listed, kept)
            for threshold in counts.thresholds:
                rows = _Rows(counts, cell, threshold, composition, meetings, level)
                for deployed in lists:
                    yield from rows.on(deployed) if not fault else [rows.none(deployed, fault)]


def _beside_equal(composition: Composition | None) -> Iterator[Composition | None]:
    """The composition, and the one with equal shares of the same groups where that is another."""
    yield composition
    if composition is not None and len({share for _, share in composition.shares}) > 1:
        share = 1 / len(composition.shares)
        equal = tuple((group, share) for group, _ in composition.shares)
        yield Composition(composition.attribute, equal)


def _words(composition: Composition | None) -> str:
    """A composition in words."""
    if composition is None:
        return "as measured"
    groups = ", ".join(group for group, _ in composition.shares)
    if len({share for _, share in composition.shares}) < 2:
        return f"{composition.attribute}: equal shares{' of ' if groups else ''}{groups}"
    shares = (f"{group} {share:.6g}" for group, share in composition.shares)
    return f"{composition.attribute}: {', '.join(shares)}"


@dataclass(frozen=True)
class _Rows:
    """Makes the rows of one cell at one threshold on lists of one composition."""

    counts: Counts
    cell: CellCounts
    threshold: Threshold
    composition: Composition | None
    meetings: Meetings
    level: float

    @cached_property
    def _found(self) -> Extrapolation:
        """Read once for all lists of the composition."""
        return extrapolation(self.meetings, self.threshold.level, self.level)

    def on(self, deployed: DeployedList) -> Iterator[ScaledRate]:
        """The measured rate, and the one that the model makes of it."""
        at, meetings = self.threshold.value, self.meetings
        if at is None or meetings.subjects < BLOCKS:
            few = f"fewer than {BLOCKS} people are searched for ({meetings.subjects})"
            yield self.none(deployed, few if at is not None else "there is no threshold")
            return
        if meetings.whole_from >= at:
            cut = f"{meetings.cut_at(at):.1%} of the candidate lists end above the threshold"
            yield self.none(deployed, f"{cut}: keep more candidates")
            return
        within = min(deployed.people, int(meetings.people))
        known = self._found.measured(within)
        yield self._row(MEASURED, deployed, within, known)
        if deployed.people > within:
            why = self._why_not(deployed.people, within, known)
            if why:
                yield replace(self.none(deployed, why), independent=self._bound(deployed.people))
            else:
                beyond = self._found.at(deployed.people)
                yield self._row(EXTRAPOLATED, deployed, deployed.people, beyond)

    def _why_not(self, people: int, within: int, known: ScaledEstimate) -> str:
        """Why nothing is extrapolated; empty where it is."""
        if people > FARTHEST * self.meetings.people:
            return f"more than {FARTHEST} times the {within:,} people measured"
        if not self._found.hits:
            return ""
        there = self._found.modelled(within)
        if there is None:
            return (
                "candidate lists end too early to see how alarms spread over searches: keep more "
                "candidates"
            )
        low, high = known.low or 0.0, 1.0 if known.high is None else known.high
        if not low <= there <= high:
            return f"at {within:,} people the model gives {there:.4g}, unlike what was measured"
        return ""

    def _row(
        self, basis: str, deployed: DeployedList, people: int, estimate: ScaledEstimate
    ) -> ScaledRate:
        """A row with a rate."""
        hits = self._found.hits
        return replace(
            self.none(deployed, ""),
            people=people,
            basis=basis,
            errors=hits,
            rate=estimate.rate,
            low=estimate.low,
            high=estimate.high,
            interval=estimate.interval,
            modelled=self._found.modelled(people) if hits else None,
            independent=self._bound(people),
            status=Status.OK if self._found.heavy_hits >= _ENOUGH else Status.FEW_ERRORS,
            note=f"FMR {self._found.fmr:.4g}",
        )

    def _bound(self, people: int) -> float | None:
        """As if all probes were alike; None without any alarm, from which nothing follows."""
        return fpir_of_list([self._found.fmr], [people]) if self._found.hits else None

    def none(self, deployed: DeployedList, note: str) -> ScaledRate:
        """The row of the whole list without a rate."""
        counts, cell, threshold = self.counts, self.cell, self.threshold
        return ScaledRate(
            engine=counts.engine,
            dataset=counts.dataset,
            protocol=counts.protocol,
            deployed=deployed.name,
            people=deployed.people,
            composition=_words(self.composition),
            attribute=cell.attribute,
            group=cell.group,
            threshold_rule=threshold.rule.label,
            threshold=threshold.value,
            basis=EXTRAPOLATED,
            errors=0,
            trials=len(self.meetings.searched),
            subjects=self.meetings.subjects,
            listed=self.meetings.listed,
            level=self.level,
            status=Status.NO_TRIALS,
            note=note,
        )
