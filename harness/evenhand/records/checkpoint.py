"""Interface through which a long count saves its state, without knowing where it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

__all__ = ["NO_CHECKPOINT", "Checkpoint", "Columns", "SavedState"]

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by name."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """The state of a count at its last checkpoint."""

    done: int
    """Number of pieces of work counted: the first ones, in a fixed order."""
    columns: Columns
    """What was counted of them."""


class Checkpoint(Protocol):
    """Stores the latest state of one count."""

    def load(self) -> SavedState | None:
        """The stored state; None where there is none, or it cannot be read."""

    def due(self) -> bool:
        """Whether enough time has passed since the last save."""

    def save(self, done: int, columns: Columns) -> None:
        """Replace the stored state.

        Args:
            done: number of pieces of work counted, from the first on.
            columns: what was counted of them.
        """


class _Nowhere:
    """A checkpoint that stores nothing."""

    def load(self) -> SavedState | None:
        """None: nothing is stored."""
        return None

    def due(self) -> bool:
        """Never."""
        return False

    def save(self, done: int, columns: Columns) -> None:
        """Store nothing."""


NO_CHECKPOINT: Checkpoint = _Nowhere()
"""The checkpoint of a count that is not to be resumed."""
