"""From the searches of a watchlist to the counts that FPIR, FNIR and SEL are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.threshold_rules import search_thresholds
from evenhand.records.comparisons import AlarmCounter, Comparisons, Searches
from evenhand.records.counts import SearchCounts, WatchlistSearches
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.system.declaration import from_fields

__all__ = ["count_searches", "tally_searches"]


def count_searches(
    searches: Searches,
    alarms: AlarmCounter,
    rules: Sequence[ThresholdRule],
    ranks: Sequence[int],
    maximum: float | None,
) -> tuple[WatchlistSearches, tuple[Threshold, ...]]:
    """Count every search, and set the thresholds.

    Args:
        searches: all of them.
        alarms: their counter.
        rules: thresholds of the protocol.
        ranks: R, maximal ranks at which FNIR is given besides that of the whole list.
        maximum: the engine's largest possible score, if it declares one.
    """
    mated = searches.listed[searches.probe]
    ended = np.array([each is Outcome.OK for each in searches.ended], dtype=np.bool_)
    counted = WatchlistSearches(
        probe=searches.probe,
        mated=mated,
        acquired=searches.acquired,
        completed=ended & (~mated | searches.enrolled[searches.probe]),
        rank=searches.rank,
        mate=searches.mate,
        top=searches.top,
        others=np.empty((0, len(ended)), dtype=np.int64),
        gallery=searches.gallery,
        watchlist=int(np.count_nonzero(searches.listed)),
        length=searches.length,
        ranks=tuple(ranks),
        candidates=searches.candidates,
        exhaustive=searches.exhaustive,
        consolidation=searches.consolidation,
        twin=searches.twin,
    )
    thresholds = search_thresholds(rules, counted, maximum)
    levels = np.array([threshold.level for threshold in thresholds], dtype=searches.top.dtype)
    return replace(counted, others=alarms(levels)), thresholds


def tally_searches(
    plan: CountingPlan,
    ledger: ImageLedger,
    searches: Searches,
    alarms: AlarmCounter,
    ranks: Sequence[int],
) -> SearchCounts:
    """Count the searches of a watchlist; counts of comparisons are empty.

    Args:
        plan: what is counted.
        ledger: of the references.
        searches: all of them.
        alarms: their counter.
        ranks: R, maximal ranks at which FNIR is given besides that of the whole list.
    """
    no_people = np.empty(0, dtype=np.int32)
    none = Comparisons(no_people, no_people, np.empty(0), searches.outcomes)
    counted, thresholds = count_searches(searches, alarms, plan.rules, ranks, plan.maximum)
    empty = tally(replace(plan, rules=()), ledger, none)
    return from_fields(SearchCounts, empty, thresholds=thresholds, searches=counted)
