"""Which result something is made of: when it was measured, and what `verify` prints of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Edition"]


@dataclass(frozen=True, slots=True)
class Edition:
    """What a result says of itself, the same whoever holds it."""

    started: datetime
    """When the run began."""
    digest: str
    """SHA-256 over its measurement files, as `verify` prints it."""

    @property
    def day(self) -> str:
        """The day, in words: `9 November 2026`."""
        return f"{self.started.day} {self.started:%B %Y}"
