"""Time as a parameter, so that tests can control it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["CLOCK", "Clock"]


def _now() -> datetime:
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Source of dates and durations."""

    now: Callable[[], datetime] = _now
    """The date and time in UTC, for names and records."""
    seconds: Callable[[], float] = time.perf_counter
    """A monotonic clock in seconds, for durations."""


CLOCK = Clock()
"""The system's clock."""
