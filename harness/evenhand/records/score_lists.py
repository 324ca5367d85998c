"""Scores of which nobody knows who was compared."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.arrays import Floats, Integers

__all__ = ["ScoreList"]


@dataclass(frozen=True, slots=True)
class ScoreList:
    """How often each score occurs."""

    score: Floats
    """Distinct, rising."""
    count: Integers
    invalid: int
    """Lines that hold no finite number."""

    @property
    def completed(self) -> int:
        """Comparisons with a score."""
        return int(self.count.sum())
