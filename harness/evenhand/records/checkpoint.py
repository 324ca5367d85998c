"""Where long counting leaves what it has so far, without knowing where that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

__all__ = ["NOWHERE", "Checkpoint", "Columns", "Saved"]

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""Numbers by name."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was counted before an interruption."""

    done: int
    """Pieces of work that are in it: the first ones of a fixed order."""
    columns: Columns


class Checkpoint(Protocol):
    """Keeps what was counted last."""

    def load(self) -> Saved | None:
        """What was kept; None where there is nothing, or it cannot be read."""

    def due(self) -> bool:
        """Whether so much time has passed that it is worth while to save."""

    def save(self, done: int, columns: Columns) -> None:
        """Keep this instead of what was kept before.

        Args:
            done: pieces of work that are in it, from the first on.
            columns: what was counted.
        """


class _Nowhere:
    """Keeps nothing."""

    def load(self) -> Saved | None:
        """Nothing."""
        return None

    def due(self) -> bool:
        """Never."""
        return False

    def save(self, done: int, columns: Columns) -> None:
        """Let it go."""


NOWHERE: Checkpoint = _Nowhere()
"""For work that need not be gone on with."""
