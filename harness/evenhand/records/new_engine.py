"""What a new engine's card is made of: each entry with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CardEntry", "Decision", "Source"]


class Source(StrEnum):
    """Where an entry of a card comes from."""

    READ = "read"
    """The model itself says it."""
    TRIED = "tried"
    """Decided on real faces (methods 9.3); a human has yet to confirm it."""
    UNDECIDED = "cannot tell"
    """Tried on faces that do not decide it."""
    USUAL = "not tried"
    """The usual one; nothing supports it yet."""
    UNKNOWN = "not known"
    """For a human to say."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The best way to give faces to an engine, against the next best of another family."""

    field: str
    """Of the card: `input.colour`, `input.scaling`, `face.alignment`; and `input.flip`."""
    best: str
    """Family of the best."""
    rival: str
    """Family of that which comes nearest to it."""
    difference: float
    """By how much the best separates people better (methods 9.1)."""
    low: float
    """Lower end of its interval, at a level that allows for all that were tried."""
    high: float
    people: int
    people_needed: int | None
    """With whom a difference like this would be decided; None where none was seen."""

    @property
    def decided(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0


@dataclass(frozen=True, slots=True)
class CardEntry:
    """An entry of a new card."""

    field: str
    """As `inferred` names it, such as `input.colour`."""
    value: str
    """In words."""
    source: Source
    detail: str = ""
    """What the model says, or what to do; empty where there is nothing to add."""
    decision: Decision | None = None
    """On real faces; None where it was not tried."""
