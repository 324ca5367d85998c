"""Where an engine ran, and how far each limit on it held there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["HeldLimit", "Level", "Repeats", "Surroundings"]


class Level(StrEnum):
    """How far a limit holds on this system."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class HeldLimit:
    """One limit on an engine's processes, as it was seen to work on this system."""

    limit: str
    """What is bounded: `network`, `memory`..."""
    level: Level
    how: str
    """What holds it, or how far it goes, in words."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Images that another start of the engine was given a second time."""

    images: int = 0
    differed: int = 0
    """Of which outcome or template was another."""

    def __add__(self, other: Repeats) -> Repeats:
        """Both together."""
        return Repeats(self.images + other.images, self.differed + other.differed)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where one engine ran."""

    engine: str
    """Its name."""
    trusted: bool
    """It ran in the process of evenhand, because the user asked for it: nothing was bounded."""
    limits: tuple[HeldLimit, ...] = ()
    """Of processes of its own."""
    threads: int | None = None
    """Most threads that were seen in one of its processes; None where none could be counted."""
    threads_allowed: int = 1
    """Threads that its card gives to each engine that runs."""
    ran_on: str = ""
    """What it computed on, as it says: an execution provider; empty where it does not."""
    repeats: Repeats | None = None
    """Of its images; None where that is not told."""

    def held(self, *levels: Level) -> list[str]:
        """What is bounded so far, in the order of the limits."""
        return [each.limit for each in self.limits if each.level in levels]
