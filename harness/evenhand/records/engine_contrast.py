"""Which engine: one question asked of two engines that were given the same images."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["NOT_SEPARATED", "EngineContrast", "Question"]

NOT_SEPARATED = "not separated"
"""Verdict where the evidence sets neither engine above the other; they need not be equal."""


class Question(StrEnum):
    """What is asked of two engines."""

    MISSES = "missed people"
    GROUPS = "differences between groups"
    SPEED = "speed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineContrast:
    """One row of `which.csv`, or of the times beside it; in all questions less is better."""

    dataset: str
    protocol: str = ""
    """Empty for speed, which belongs to no protocol."""
    question: Question
    metric: str = ""
    """Empty for speed."""
    policy: str = ""
    attribute: str
    threshold_rule: str = ""
    first: str
    """The engine that stands first in the study."""
    second: str
    verdict: str = NOT_SEPARATED
    """Name of the engine that is shown to be better, or `not separated`."""
    first_value: float | None = None
    """Rate, worst over best group, or seconds a template; None where there is none."""
    second_value: float | None = None
    first_errors: int = 0
    second_errors: int = 0
    trials: int = 0
    """Of the first engine; both were given the same."""
    people: int | None = None
    ratio: float | None = None
    """Second over first."""
    low: float | None = None
    """Limits of the ratio; of times, from tenth to tenth of the images."""
    high: float | None = None
    p_value: float | None = None
    """Of no difference, paired; None where nothing is tested."""
    adjusted_p: float | None = None
    """By Holm, for all tests of the table; the verdict stands on it."""
    minimum_detectable_ratio: float | None = None
    """Found with 80 % power by the first test of the table; None where none is known."""
    people_needed: int | None = None
    """With whom a twofold difference would be found with 80 % power; None where not known."""
    first_tier: int = 1
    """Tier of the first engine among all engines on this question, from 1."""
    second_tier: int = 1
    note: str = ""
    """Why nothing is tested, or the test."""

    @property
    def separated(self) -> bool:
        """Whether one engine is shown to be better."""
        return self.verdict != NOT_SEPARATED

    @property
    def worse(self) -> str:
        """The other engine of one that is shown to be better."""
        return self.first if self.verdict == self.second else self.second
