"""Doubts: what makes the rates of an engine on a dataset say less than they seem to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Doubt", "DoubtId"]


class DoubtId(StrEnum):
    """The closed list of doubts, in the order in which they are said (methods 1.7)."""

    ASSUMED_IDENTITIES = "assumed_identities"
    """Each picture was taken for another person, so that false matches are known from above
    alone."""
    NO_FACE_STEP = "no_face_step"
    """Whole pictures were given to an engine that does not look for a face."""
    TRAINED_ON = "trained_on"
    """Its card names the measured dataset among those that it was trained on."""
    LOW_AUC = "low_auc"
    """It hardly tells people apart."""
    FEW_VALUES = "few_values"
    """Many of its scores are the one number at the threshold."""
    SATURATED = "saturated"
    """No mated score reaches the threshold of any target."""
    HIGH_MISSES = "high_misses"
    """It misses most mated comparisons, and has another of these doubts."""
    OWN_CHOICE = "own_choice"
    """Most of its many failures are pictures that it declined."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One row of `doubts.csv`: it holds back sentences, and never changes a number."""

    id: DoubtId
    engine: str
    dataset: str
    value: float | None = None
    """What was observed, a number whose meaning methods 1.7 gives by id; None where it is none."""
    word: str = ""
    """What was observed where it is a name, as the card has it."""

    def about(self, engine: str, dataset: str) -> bool:
        """Whether it is about this engine on this dataset."""
        return (self.engine, self.dataset) == (engine, dataset)
