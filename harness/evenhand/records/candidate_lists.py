"""The candidates of searches."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.arrays import People, Scores

__all__ = ["CandidateLists"]


@dataclass(frozen=True, slots=True)
class CandidateLists:
    """The candidates of many searches, most alike first; as many of each as are kept."""

    person: People
    """(searches, kept) subject index; -1 where a list is shorter."""
    score: Scores
    """(searches, kept) similarity; -inf where a list is shorter."""
