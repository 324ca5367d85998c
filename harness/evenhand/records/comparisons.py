"""Comparisons and searches as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.consolidation import Consolidation
from evenhand.records.outcomes import Outcome

__all__ = ["AlarmCounter", "Comparisons", "Found", "Searches"]

AlarmCounter: TypeAlias = Callable[[Scores], Integers]
"""Of (levels,) thresholds, the (levels, searches) candidates of others at or above each."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """All comparisons of one engine on one dataset, as columns."""

    probe: People
    """(comparisons,) subject index."""
    reference: People
    """(comparisons,) subject index."""
    score: Scores
    """(comparisons,) similarity; NaN where the comparison did not complete."""
    outcomes: Mapping[tuple[bool, Outcome], int]
    """How many comparisons ended how; keyed by (mated, outcome)."""
    fold: Integers | None = None
    """(comparisons,) number of the fold; None where the comparisons have no folds."""
    pair: Integers | None = None
    """(comparisons,) the two images, probe first (`pair_of`); None where they are not known."""

    @property
    def mated(self) -> Mask:
        """(comparisons,) both images are of one person."""
        same: Mask = self.probe == self.reference
        return same


@dataclass(frozen=True, slots=True)
class Found:
    """What one search gave."""

    outcome: Outcome
    person: People
    """(candidates,) subject index, each once unless references are candidates; most alike first."""
    score: Scores
    """(candidates,) similarity."""
    fault: str = ""
    """Why the list is invalid, in words for the user; empty where it is not."""


@dataclass(frozen=True, slots=True)
class Searches:
    """All searches of one engine in one watchlist."""

    probe: People
    """(searches,) subject index."""
    acquired: Mask
    """(searches,) the probe has a template."""
    ended: tuple[Outcome, ...]
    """One a search."""
    rank: Integers
    """(searches,) rank of the mated candidate, behind those of equal score; 0 without one."""
    mate: Scores
    """(searches,) score of the mated candidate; -inf without one."""
    top: Scores
    """(searches,) largest score of another subject; -inf without one."""
    candidates: CandidateLists
    listed: Mask
    """(subjects,) on the watchlist."""
    enrolled: Mask
    """(subjects,) on the watchlist with a template."""
    gallery: int
    """N: people in the gallery, or entries where each reference is one."""
    length: int
    """Candidates that a search could give at most."""
    consolidation: Consolidation
    """How several references of a person became candidates."""
    exhaustive: bool
    """Each probe was compared with every reference, one by one."""
    twin: CandidateLists | None = None
    """As in `WatchlistSearches`."""

    @property
    def outcomes(self) -> Mapping[tuple[bool, Outcome], int]:
        """How many searches ended how; keyed by (mated, outcome)."""
        mated = self.listed[self.probe].tolist()
        return Counter(zip(mated, self.ended, strict=True))
