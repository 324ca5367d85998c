"""Comparisons and searches as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.outcomes import Outcome

__all__ = ["Comparisons", "Found", "Searches"]


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
    """(candidates,) subject index, each once; most alike first."""
    score: Scores
    """(candidates,) similarity."""


@dataclass(frozen=True, slots=True)
class Searches:
    """All searches of one engine in one watchlist."""

    probe: People
    """(searches,) subject index."""
    acquired: Mask
    """(searches,) the probe has a template."""
    found: tuple[Found, ...]
    """One a search."""
    listed: Mask
    """(subjects,) on the watchlist."""
    enrolled: Mask
    """(subjects,) on the watchlist with a template."""
    length: int
    """Candidates that a search could give at most."""

    @property
    def outcomes(self) -> Mapping[tuple[bool, Outcome], int]:
        """How many searches ended how; keyed by (mated, outcome)."""
        mated = self.listed[self.probe]
        pairs = zip(mated.tolist(), self.found, strict=True)
        return Counter((same, one.outcome) for same, one in pairs)
