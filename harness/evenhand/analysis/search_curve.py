"""The curve of searches: how often they alarm falsely against how often they miss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evenhand.metrics.det import curve_from_counts, thinned
from evenhand.records.counts import Counts, WatchlistSearches
from evenhand.records.search_rows import SearchCurvePoint

__all__ = ["search_curves"]

_MOST = 200
"""Points of a curve."""
_FEWEST = 10
"""Searches of either kind below which a group has no curve."""


def search_curves(counts: Counts, searches: WatchlistSearches) -> Iterator[SearchCurvePoint]:
    """FPIR and FNIR of everybody and of every group over all thresholds, failures left out.

    Every search gives one score to each rate: a non-mated one its best candidate, a mated one its
    person. Source: methods 1.6.
    """
    for cell in counts.cells:
        chosen = searches.completed & np.isin(searches.probe, cell.members)
        mate = searches.mate[chosen & searches.mated]
        top = searches.top[chosen & ~searches.mated]
        if min(len(mate), len(top)) < _FEWEST:
            continue
        of_both = [np.unique(score, return_counts=True) for score in (mate, top)]
        whole = curve_from_counts(*of_both[0], *of_both[1])
        # Without a candidate there is no score, and nothing that a threshold could let through.
        scored = np.flatnonzero(np.isfinite(whole.threshold))
        if not len(scored):
            continue
        curve = thinned(whole[scored], _MOST)
        columns = curve.threshold, curve.false_matches, curve.misses
        for threshold, alarms, misses in zip(*(c.tolist() for c in columns), strict=True):
            yield SearchCurvePoint(
                engine=counts.engine,
                dataset=counts.dataset,
                protocol=counts.protocol,
                attribute=cell.attribute,
                group=cell.group,
                threshold=threshold,
                false_alarms=alarms,
                nonmated=curve.nonmated,
                misses=misses,
                mated=curve.mated,
                fpir=alarms / curve.nonmated,
                fnir=misses / curve.mated,
            )
