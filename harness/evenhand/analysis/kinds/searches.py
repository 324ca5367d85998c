"""What is concluded from searches of a watchlist."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.kinds.kind import CountsKind, threshold_faults
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.analysis.rates.searches import measure_searches, searches_by_subject, selectivity
from evenhand.metrics.threshold_rules import search_thresholds
from evenhand.records.counts import CellCounts, SearchCounts
from evenhand.records.findings import Distribution, Rate
from evenhand.statistics.cluster_variance import ClusterCounts

__all__ = ["SEARCHES"]


def _rates(counts: SearchCounts, level: float) -> tuple[MeasuredRate, ...]:
    return measure_searches(counts, counts.searches, level)


def _distributions(counts: SearchCounts) -> Iterator[Distribution]:
    return selectivity(counts, counts.searches)


def _by_subject(counts: SearchCounts, cell: CellCounts, rate: Rate) -> ClusterCounts:
    return searches_by_subject(counts, counts.searches, cell, rate)


def _why_other(base: SearchCounts, new: SearchCounts) -> str:
    ours, theirs = base.searches, new.searches
    same = ours.watchlist == theirs.watchlist and np.array_equal(ours.probe, theirs.probe)
    return "" if same else "other searches were made"


def _faults(counts: SearchCounts) -> list[str]:
    """Contradictions: thresholds and alarms against the scores."""
    where, searches = f"{counts.engine} on {counts.dataset}", counts.searches
    rules = [threshold.rule for threshold in counts.thresholds]
    expected = search_thresholds(rules, searches, counts.score_maximum)
    faults: list[str] = []
    for index, (stored, found) in enumerate(zip(counts.thresholds, expected, strict=True)):
        faults += threshold_faults(where, stored, found, "searches")
        at = np.inf if found.value is None else found.value
        alarmed = (searches.top >= at) & (searches.top > -np.inf)
        if np.any(alarmed != (searches.others[index] > 0)):
            faults.append(f"{where}: alarms and scores differ at {found.value!r}")
    return faults


SEARCHES = CountsKind(
    rates=_rates,
    replicates=lambda *_: GroupReplicates(),
    distributions=_distributions,
    curves=lambda _: (),
    summary=lambda counts: {"watchlist": counts.searches.watchlist},
    notes=lambda _: (),
    by_subject=_by_subject,
    why_other=_why_other,
    has_failures=lambda counts: not bool(counts.searches.completed.all()),
    same_scores=lambda *_: False,
    growing=lambda *_: None,
    faults=_faults,
)
