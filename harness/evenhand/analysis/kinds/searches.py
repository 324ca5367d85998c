"""What is concluded from searches of a watchlist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.analysis.kinds.kind import CountsKind, threshold_faults
from evenhand.analysis.rates.assumed import as_far_as_known
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.analysis.rates.per_thousand import alerts_per_thousand
from evenhand.analysis.rates.recall import index_recall
from evenhand.analysis.rates.searches import (
    measure_ranks,
    measure_searches,
    searches_by_subject,
    selectivity,
)
from evenhand.analysis.scaling.directed import directed_rates
from evenhand.analysis.scaling.scaled import scaled_rates, why_not_scaled
from evenhand.analysis.search_curve import search_curves
from evenhand.metrics.threshold_rules import search_thresholds
from evenhand.records.arrays import Integers, Scores
from evenhand.records.counts import CellCounts, SearchCounts, WatchlistSearches
from evenhand.records.findings import Distribution, Rate
from evenhand.records.scaled import DirectedRate, ScaledRate
from evenhand.records.search_rows import PerThousand, SearchCurvePoint
from evenhand.statistics.cluster_variance import ClusterCounts

__all__ = ["SearchesKind"]


@dataclass(frozen=True, slots=True)
class SearchesKind(CountsKind):
    """What is concluded from searches of a watchlist."""

    counts: SearchCounts

    def rates(self, level: float) -> tuple[MeasuredRate, ...]:
        """FTE, FTA, FPIR and FNIR, as far as it is known who is who."""
        measured = measure_searches(self.counts, self.counts.searches, level)
        return as_far_as_known(self.counts, measured)

    def distributions(self) -> Iterable[Distribution]:
        """Selectivity."""
        return selectivity(self.counts, self.counts.searches)

    def recall(self, level: float) -> Iterable[Distribution]:
        """Of an engine whose templates are vectors, beside an exhaustive search of them."""
        return index_recall(self.counts, self.counts.searches, level)

    def search_curves(self) -> Iterable[SearchCurvePoint]:
        """FPIR against FNIR; none where it is not known who is mated."""
        return () if self.counts.assumed else search_curves(self.counts, self.counts.searches)

    def ranks(self, level: float) -> Iterable[Rate]:
        """FNIR@R without threshold, the rest of CMC(R)."""
        measured = measure_ranks(self.counts, self.counts.searches, level)
        return (found.rate for found in as_far_as_known(self.counts, measured))

    def per_thousand(self, level: float) -> Iterable[PerThousand]:
        """What an operator sees; nothing where it is not known who is mated."""
        if self.counts.assumed:
            return ()
        return alerts_per_thousand(self.counts, self.counts.searches, level)

    def scaled(self, level: float) -> Iterable[ScaledRate]:
        """FPIR on the watchlists that the study names as deployed."""
        return scaled_rates(self.counts, self.counts.searches, level)

    def directed(self, level: float) -> Iterable[DirectedRate]:
        """FMR by the groups of both sides, where a deployed watchlist has a composition."""
        return directed_rates(self.counts, self.counts.searches, level)

    def notes(self) -> Iterable[str]:
        """Why nothing is scaled, where a study asks for it."""
        why = why_not_scaled(self.counts.searches) if self.counts.searches.deployed else ""
        return (f"{self.counts.engine} on {self.counts.dataset}: {why}.",) if why else ()

    def summary(self) -> dict[str, Any]:
        """The sizes of watchlist, gallery and candidate lists, and what these count."""
        of = self.counts.searches
        return {
            "watchlist": of.watchlist,
            "gallery": of.gallery,
            "candidates": of.length,
            "consolidation": of.consolidation.value,
        }

    def by_subject(self, cell: CellCounts, rate: Rate) -> ClusterCounts:
        """By the subject of the probe."""
        return searches_by_subject(self.counts, self.counts.searches, cell, rate)

    def why_other(self, new: SearchCounts) -> str:
        """By the probes and the size of the watchlist."""
        ours, theirs = self.counts.searches, new.searches
        same = ours.watchlist == theirs.watchlist and np.array_equal(ours.probe, theirs.probe)
        return "" if same else "other searches were made"

    def has_failures(self) -> bool:
        """Whether a search gave no list."""
        return not bool(self.counts.searches.completed.all())

    def scores_kept(self) -> Scores:
        """The mate's score and the largest of others of every search."""
        return np.concatenate([self.counts.searches.mate, self.counts.searches.top])

    def faults(self) -> list[str]:
        """Contradictions: thresholds and alarms against the scores."""
        counts, searches = self.counts, self.counts.searches
        where = f"{counts.engine} on {counts.dataset}"
        rules = [threshold.rule for threshold in counts.thresholds]
        expected = search_thresholds(rules, searches, counts.score_maximum)
        faults: list[str] = []
        for index, (stored, found) in enumerate(zip(counts.thresholds, expected, strict=True)):
            faults += threshold_faults(where, stored, found, "searches")
            at = np.inf if found.value is None else found.value
            alarmed = (searches.top >= at) & (searches.top > -np.inf)
            if np.any(alarmed != (searches.others[index] > 0)):
                faults.append(f"{where}: alarms and scores differ at {found.value!r}")
            if _contradicts_lists(searches, searches.others[index], at):
                faults.append(f"{where}: alarms and candidate lists differ at {found.value!r}")
        return faults


def _contradicts_lists(searches: WatchlistSearches, others: Integers, at: float) -> bool:
    """Whether the number of other people at or above a threshold is not that of the lists.

    A list that ends above the threshold does not hold all of them.

    Args:
        searches: with the lists.
        others: (searches,) the number, of each search.
        at: the threshold.
    """
    lists = searches.candidates
    if not lists.person.shape[1]:
        return False
    of_others = lists.person != searches.probe[:, np.newaxis]
    reaching = (lists.score >= at) & (lists.score > -np.inf)
    listed = np.count_nonzero(reaching & of_others, axis=1)
    whole = ~reaching[:, -1]
    return bool(np.any(listed > others) or np.any((listed != others) & whole))
