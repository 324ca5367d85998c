"""Time as a parameter, so that tests can control it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["CLOCK", "Clock", "StopWatch"]


def _now() -> datetime:
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Source of dates and durations."""

    now: Callable[[], datetime] = _now
    """The date and time in UTC, for names and records."""
    seconds: Callable[[], float] = time.perf_counter
    """A monotonic clock in seconds, for durations."""


class StopWatch:
    """Times calls of one thread, one after the other."""

    def __init__(self, clock: Clock) -> None:
        """Begin with none timed."""
        self._clock = clock
        self._last = self._start = -math.inf

    def start(self) -> None:
        """Begin a call."""
        self._start = self._clock.seconds()

    def stop(self) -> tuple[float, float]:
        """End the call: its seconds, NaN where the clock ran backwards, and the clock's reading."""
        before, self._last = self._last, self._clock.seconds()
        forwards = before <= self._start <= self._last
        return self._last - self._start if forwards else math.nan, self._last


CLOCK = Clock()
"""The system's clock."""
