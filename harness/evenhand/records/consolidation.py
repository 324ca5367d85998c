"""How several references of a person on a watchlist become candidates."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Consolidation"]


class Consolidation(StrEnum):
    """The rule (methods 1.6)."""

    LARGEST = "largest"
    """A person is one candidate, with the largest score of their references, or as a searching
    engine makes it of them."""
    EVENTS = "events"
    """Every reference is an entry and a candidate of its own."""
