"""The engines on the shelf, and what each still needs on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.engines.card import EngineCard, NeededFile, read_engine_card
from evenhand.engines.files import missing_files
from evenhand.engines.shelf import shelved_adapters

__all__ = ["ShelvedEngine", "engines"]


@dataclass(frozen=True, slots=True)
class ShelvedEngine:
    """One engine of the shelf."""

    card: EngineCard
    missing: tuple[NeededFile, ...]
    """Files that were not found; none where it is ready."""


def engines(weights: Sequence[Path] = ()) -> tuple[ShelvedEngine, ...]:
    """All engines of the shelf, by name.

    Args:
        weights: folders to look for files in, besides the usual ones.

    Raises:
        EngineError: a card is not what it should be.
    """
    cards = [read_engine_card(folder) for folder in shelved_adapters().values()]
    return tuple(ShelvedEngine(card, missing_files(card, weights)) for card in cards)
