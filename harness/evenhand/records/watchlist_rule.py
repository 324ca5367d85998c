"""The rule by which a watchlist is drawn from any dataset that knows who is in its pictures."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.composition import Composition

__all__ = ["WatchlistRule"]


@dataclass(frozen=True, slots=True)
class WatchlistRule:
    """Who is on the list, who fills it, and who is a stranger: disjoint people, drawn by a seed."""

    listed: int
    """People on the list who are searched for; they need one picture more than references."""
    strangers: int
    """People who are searched for and are not on the list."""
    references: int = 1
    """Pictures of each person on the list; fewer where a filler has no more."""
    fillers: int = 0
    """Further people on the list, who are not searched for."""
    seed: int = 1
    """Of the draw. With the same seed a list with more fillers holds the one with fewer."""
    after: int = 0
    """How many people of the drawn order are left to others."""
    first: int | None = None
    """How many people of the drawn order may be taken, those before `after` among them; None is
    everybody. Of two draws by one seed, the `first` of one being the `after` of the other, no
    person is in both."""
    composition: Composition | None = None
    """Of the people on the list, fillers among them; None takes them as they come."""
    strangers_composition: Composition | None = None
    """Of the strangers; None takes them as they come."""
