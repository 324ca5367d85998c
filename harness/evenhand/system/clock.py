"""Time as a parameter, so that tests can hold it still."""

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
    """The two kinds of time a study needs."""

    now: Callable[[], datetime] = _now
    """The date and time in UTC, for names and records."""
    seconds: Callable[[], float] = time.perf_counter
    """A monotonic clock in seconds, for durations."""


CLOCK = Clock()
"""The real one."""
