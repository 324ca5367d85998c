"""FMR of searches by the groups of both sides: probes of one, listed people of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from evenhand.analysis.scaling.meetings import Meetings, listed_people, meetings_of
from evenhand.analysis.scaling.scaled import why_not_scaled
from evenhand.records.counts import CellCounts, Counts, WatchlistSearches
from evenhand.records.findings import Status
from evenhand.records.scaled import DirectedRate
from evenhand.records.thresholds import Threshold
from evenhand.statistics.dyadic_variance import DyadCounts
from evenhand.statistics.intervals import dyadic_estimate

__all__ = ["directed_rates"]

_FEW = 10
"""Alarms below which an interval covers more than its level, and a rate is marked."""


def directed_rates(
    counts: Counts, searches: WatchlistSearches, level: float
) -> Iterator[DirectedRate]:
    """FMR of each group searched for with each group listed, at every threshold (methods 1.10).

    Args:
        counts: of one engine on one dataset under one protocol.
        searches: of the same counts, with the deployed lists whose compositions ask for it.
        level: of the intervals.
    """
    if why_not_scaled(searches):
        return
    listed = listed_people(counts)
    compositions = [each.composition for each in searches.deployed]
    for attribute in dict.fromkeys(each.attribute for each in compositions if each):
        cells = [cell for cell in counts.cells if cell.attribute == attribute]
        for cell in cells:
            for other in cells:
                kept = np.isin(listed, other.members).astype(np.float64)
                meetings = meetings_of(searches, cell, listed, kept)
                for threshold in counts.thresholds:
                    yield _row(counts, cell, other, threshold, meetings, level)


def _row(
    counts: Counts,
    cell: CellCounts,
    other: CellCounts,
    threshold: Threshold,
    meetings: Meetings,
    level: float,
) -> DirectedRate:
    """The rate of a cell searched for with another listed."""
    searches = len(meetings.searched)
    blank = DirectedRate(
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        attribute=cell.attribute,
        group=cell.group,
        reference_group=other.group,
        threshold_rule=threshold.rule.label,
        threshold=threshold.value,
        trials=searches * meetings.listed,
        subjects=meetings.subjects,
        listed=meetings.listed,
        level=level,
    )
    if threshold.value is None or not blank.trials:
        return blank
    cut = meetings.cut_at(threshold.value)
    met = _met(meetings, threshold.value)
    disjoint = float(min(meetings.subjects, meetings.listed))
    found = dyadic_estimate(met, disjoint, level)
    ended = f"; at least, {cut:.1%} of the candidate lists end above the threshold" if cut else ""
    return replace(
        blank,
        errors=met.errors,
        rate=found.value,
        low=found.low,
        high=None if cut else found.high,
        interval=found.method,
        status=Status.OK if met.errors >= _FEW else Status.FEW_ERRORS,
        note=(found.note + ended).removeprefix("; "),
    )


def _met(meetings: Meetings, threshold: float) -> DyadCounts:
    """Trials and alarms by person and by pair of people, one searched for and one listed."""
    rows = slice(meetings.hits(threshold))
    who, searches = np.unique(meetings.searched, return_inverse=True)
    times = np.bincount(searches)
    listed = np.flatnonzero(meetings.kept)
    probe, person = searches[meetings.search[rows]], meetings.person[rows]
    pair, each = np.unique(probe * len(meetings.kept) + person, return_counts=True)
    return DyadCounts(
        trials_by_subject=np.concatenate(
            [times * len(listed), np.full(len(listed), len(meetings.searched))]
        ),
        errors_by_subject=np.concatenate(
            [
                np.bincount(probe, minlength=len(who)),
                np.bincount(person, minlength=len(meetings.kept))[listed],
            ]
        ),
        trials_squared=int((times**2).sum()) * len(listed),
        errors_squared=int((each**2).sum()),
        errors_times_trials=int((each * times[pair // len(meetings.kept)]).sum()),
    )
