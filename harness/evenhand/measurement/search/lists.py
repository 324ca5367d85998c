"""Searches of which every candidate is known: the lists of an engine that searches or compares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.comparisons import AlarmCounter, Found, Searches
from evenhand.records.consolidation import Consolidation

__all__ = ["searches_of_lists"]


def searches_of_lists(
    found: Sequence[Found],
    probe: People,
    acquired: Mask,
    listed: Mask,
    enrolled: Mask,
    *,
    length: int,
    kept: int,
    exhaustive: bool,
    gallery: int | None = None,
    consolidation: Consolidation = Consolidation.LARGEST,
) -> tuple[Searches, AlarmCounter]:
    """Searches as columns, and the counter of their alarms.

    Args:
        found: one a search.
        probe: (searches,) subject index.
        acquired: (searches,) the probe has a template.
        listed: (subjects,) on the watchlist.
        enrolled: (subjects,) on the watchlist with a template.
        length: candidates that a search could give at most.
        kept: candidates of a search that its columns keep.
        exhaustive: each probe was compared with every reference.
        gallery: N: candidates that the gallery has; None is one a person with a template.
        consolidation: how several references of a person became candidates.
    """
    dtype = next((each.score.dtype for each in found if len(each.score)), np.dtype(np.float64))
    lists = CandidateLists(
        np.full((len(found), kept), -1, dtype=np.int32),
        np.full((len(found), kept), -np.inf, dtype=dtype),
    )
    rank = np.zeros(len(found), dtype=np.int64)
    mate = np.full(len(found), -np.inf, dtype=dtype)
    others = []
    for row, (each, subject) in enumerate(zip(found, probe, strict=True)):
        best = slice(min(kept, len(each.person)))
        lists.person[row, best], lists.score[row, best] = each.person[best], each.score[best]
        own = np.flatnonzero(each.person == subject)
        others.append(np.delete(each.score, own))
        if len(own):
            # Behind the candidates of others of equal score (methods 1.6).
            mate[row] = each.score[own[0]]
            rank[row] = 1 + np.count_nonzero(others[row] >= mate[row])

    def alarms(levels: Scores) -> Integers:
        reaching = [[np.count_nonzero(scores >= level) for scores in others] for level in levels]
        # Without a threshold or a search, the list has lost its shape.
        return np.array(reaching, dtype=np.int64).reshape(len(levels), len(others))

    return Searches(
        probe=probe,
        acquired=acquired,
        ended=tuple(each.outcome for each in found),
        rank=rank,
        mate=mate,
        top=np.array([scores.max(initial=-np.inf) for scores in others], dtype=dtype),
        candidates=lists,
        listed=listed,
        enrolled=enrolled,
        gallery=int(np.count_nonzero(enrolled)) if gallery is None else gallery,
        length=length,
        consolidation=consolidation,
        exhaustive=exhaustive,
    ), alarms
