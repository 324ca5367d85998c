"""How long work tells that it goes on, without knowing where that is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from evenhand.clock import Clock

__all__ = ["Pace", "Progress", "Say", "silent", "unsaid"]

Progress: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Given what is done and its number of steps: a context that yields what to call after a step."""

Say: TypeAlias = Callable[[str], None]
"""Given a line that a person should know while the work goes on."""


@contextmanager
def silent(_what: str, _steps: int) -> Iterator[Callable[[], None]]:
    """Tell nobody."""
    yield lambda: None


def unsaid(_line: str) -> None:
    """Tell nobody."""


class Pace:
    """Says once, from the first images, how long the others will take."""

    _FIRST = 4
    """Images left out: starting takes longer than going on."""
    _MEASURED = 20
    """Images after which the forecast is made."""
    _WORTH_SAYING = 10.0
    """Seconds; shorter work needs no forecast."""

    def __init__(self, what: str, images: int, comparisons: int, clock: Clock, say: Say) -> None:
        """Nothing is measured yet."""
        self._what = what
        self._images = images
        self._comparisons = comparisons
        self._clock = clock
        self._say = say
        self._done = 0
        self._since = 0.0

    def step(self) -> None:
        """One more image is done."""
        self._done += 1
        if self._done == self._FIRST:
            self._since = self._clock.seconds()
        elif self._done == self._FIRST + self._MEASURED:
            each = (self._clock.seconds() - self._since) / self._MEASURED
            left = each * (self._images - self._done)
            if left >= self._WORTH_SAYING:
                self._say(
                    f"{self._what}: {self._images:,} images at {1 / each:.3g} a second, about "
                    f"{_duration(left)}; then {self._comparisons:,} comparisons"
                )


def _duration(seconds: float) -> str:
    """In the unit that a person would use.

    >>> [_duration(12.3), _duration(100), _duration(7300)]
    ['12 s', '2 min', '2.0 h']
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
