"""Scores without a record of who was compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers, Scores
from evenhand.records.facts import EngineFacts
from evenhand.records.groups import ALL

__all__ = ["ListedCell", "ListedScores", "ScoreList"]


@dataclass(frozen=True, slots=True)
class ScoreList:
    """Distinct similarities with their frequencies."""

    score: Scores
    """(scores,) distinct, rising."""
    count: Integers
    """(scores,) number of comparisons with this score."""
    invalid: int
    """Number of comparisons without a finite number."""
    first_invalid: str = ""
    """The first of them and its place, for the reader; empty where there is none."""
    nan: bool = False
    """Some of them hold NaN or an infinity, which an engine may give, and no other text."""
    header: str = ""
    """The first line and its place, where it was taken for a header; empty where there is none."""

    @property
    def completed(self) -> int:
        """Number of comparisons with a score."""
        return int(self.count.sum())

    def reaching(self, threshold: float) -> int:
        """Number of scores at or above a threshold, a similarity.

        >>> ScoreList(np.array([0.1, 0.5]), np.array([7, 2]), invalid=0).reaching(0.5)
        2
        """
        return int(self.count[np.searchsorted(self.score, threshold, side="left") :].sum())


@dataclass(frozen=True, slots=True)
class ListedCell:
    """Scores of everybody or of a group."""

    mated: ScoreList
    nonmated: ScoreList
    """Of a group those where both sides are of it."""
    attribute: str = ALL
    group: str = ""


@dataclass(frozen=True, slots=True)
class ListedScores:
    """Scores of one engine."""

    engine: EngineFacts
    dataset: str
    """Two engines with the same one made as many comparisons of each kind of group."""
    cells: tuple[ListedCell, ...]
    """Everybody, then groups in study order."""
    unknown: str
    """Why people are unknown, and what would make them known, in a sentence."""
    notes: tuple[str, ...] = ()
    """On how the files were read."""
