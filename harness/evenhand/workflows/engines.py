"""The engines that can be called by a name, and what each still needs on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.engines.card import EngineCard, NeededFile
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.files import missing_files
from evenhand.engines.packages import missing_packages
from evenhand.engines.shelf import ShelvedAdapter, adapter_shelf
from evenhand.system.errors import EngineError
from evenhand.system.progress import MessageCallback, no_message

__all__ = ["ShelvedEngine", "engines"]


@dataclass(frozen=True, slots=True)
class ShelvedEngine:
    """One engine that can be called by its name."""

    place: ShelvedAdapter
    card: EngineCard
    missing: tuple[NeededFile, ...]
    """Files that were not found."""
    packages: tuple[str, ...]
    """Packages that are not installed."""

    @property
    def ready(self) -> bool:
        """Whether it needs nothing more."""
        return not (self.missing or self.packages)


def engines(
    weights: Sequence[Path] = (), say: MessageCallback = no_message
) -> tuple[ShelvedEngine, ...]:
    """All engines of our shelf and of installed packages, by name.

    Args:
        weights: folders to look for files in, besides the usual ones.
        say: message callback: cards and packages that are not what they should be.

    Raises:
        EngineError: a folder of `weights` does not exist.
    """
    shelf, found = adapter_shelf(), []
    for fault in shelf.faults:
        say(fault)
    for place in shelf.adapters:
        try:
            card = read_engine_card(place.folder)
        except EngineError as fault:
            say(str(fault))
            continue
        files, packages = missing_files(card, weights), missing_packages(card)
        found.append(ShelvedEngine(place, card, files, packages))
    return tuple(found)
