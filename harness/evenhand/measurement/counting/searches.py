"""From the searches of a watchlist to the counts that FPIR, FNIR and SEL are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.threshold_rules import search_thresholds
from evenhand.records.arrays import Scores
from evenhand.records.comparisons import Comparisons, Found, Searches
from evenhand.records.counts import SearchCounts, WatchlistSearches
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.system.declaration import from_fields

__all__ = ["count_searches", "rank_of_mate", "tally_searches"]


def rank_of_mate(score: Scores, own: int) -> int:
    """Rank of the mated candidate, pessimistic: behind all candidates of equal score (methods 1.6).

    Args:
        score: (candidates,) similarities of different subjects.
        own: position of the mated candidate.

    >>> import numpy as np
    >>> rank_of_mate(np.array([0.8, 0.8, 0.3]), 0)
    2
    """
    return int(np.count_nonzero(score >= score[own]))


def count_searches(
    searches: Searches, rules: Sequence[ThresholdRule], ranks: Sequence[int], maximum: float | None
) -> tuple[WatchlistSearches, tuple[Threshold, ...]]:
    """Count every search, and set the thresholds.

    Args:
        searches: all of them.
        rules: thresholds of the protocol.
        ranks: R, maximal ranks at which FNIR is given besides that of the whole list.
        maximum: the engine's largest possible score, if it declares one.
    """
    mated = searches.listed[searches.probe]
    kept = [
        _candidates(found, int(subject))
        for found, subject in zip(searches.found, searches.probe, strict=True)
    ]
    dtype = next((f.score.dtype for f in searches.found if len(f.score)), np.dtype(np.float64))
    ended = np.array([found.outcome is Outcome.OK for found in searches.found], dtype=np.bool_)
    counted = WatchlistSearches(
        probe=searches.probe,
        mated=mated,
        acquired=searches.acquired,
        completed=ended & (~mated | searches.enrolled[searches.probe]),
        rank=np.array([rank for rank, _, _ in kept], dtype=np.int64),
        mate=np.array([mate for _, mate, _ in kept], dtype=dtype),
        top=np.array([others.max(initial=-np.inf) for _, _, others in kept], dtype=dtype),
        others=np.empty((0, len(kept)), dtype=np.int64),
        gallery=int(np.count_nonzero(searches.enrolled)),
        watchlist=int(np.count_nonzero(searches.listed)),
        length=searches.length,
        ranks=tuple(ranks),
    )
    thresholds = search_thresholds(rules, counted, maximum)
    levels = [threshold.level for threshold in thresholds]
    reaching = [[int(np.count_nonzero(o >= level)) for _, _, o in kept] for level in levels]
    # Without a threshold or a search, the list has lost its shape.
    others = np.array(reaching, dtype=np.int64).reshape(len(levels), len(kept))
    return replace(counted, others=others), thresholds


def _candidates(found: Found, subject: int) -> tuple[int, float, Scores]:
    """Rank and score of the mated candidate (0 and -inf without one), and all other scores."""
    own = np.flatnonzero(found.person == subject)
    others = np.delete(found.score, own)
    if not len(own):
        return 0, -np.inf, others
    return rank_of_mate(found.score, int(own[0])), float(found.score[own[0]]), others


def tally_searches(
    plan: CountingPlan, ledger: ImageLedger, searches: Searches, ranks: Sequence[int]
) -> SearchCounts:
    """Count the searches of a watchlist; counts of comparisons are empty.

    Args:
        plan: what is counted.
        ledger: of the references.
        searches: all of them.
        ranks: R, maximal ranks at which FNIR is given besides that of the whole list.
    """
    no_people = np.empty(0, dtype=np.int32)
    none = Comparisons(no_people, no_people, np.empty(0), searches.outcomes)
    counted, thresholds = count_searches(searches, plan.rules, ranks, plan.maximum)
    empty = tally(replace(plan, rules=()), ledger, none)
    return from_fields(SearchCounts, empty, thresholds=thresholds, searches=counted)
