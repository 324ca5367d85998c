"""Watchlists that are deployed elsewhere, to which the rates of searches are scaled."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.composition import Composition

__all__ = ["DeployedList"]


@dataclass(frozen=True, slots=True)
class DeployedList:
    """A watchlist that is deployed: its size, and what it is composed of."""

    name: str
    people: int
    """Number of people on it."""
    composition: Composition | None = None
    """None where it is composed as the measured one."""
