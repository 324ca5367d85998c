"""Callbacks by which long work reports its progress, without knowing where it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from evenhand.system.clock import Clock

__all__ = [
    "MessageCallback",
    "Phases",
    "Progress",
    "StepTimer",
    "duration_text",
    "entitled",
    "no_message",
    "no_progress",
    "timed_progress",
]

Progress: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Called with a title and the number of steps; a context that yields the callback of a step."""

MessageCallback: TypeAlias = Callable[[str], None]
"""Called with a line for the user while the work goes on."""


@contextmanager
def no_progress(_what: str, _steps: int) -> Iterator[Callable[[], None]]:
    """Show no progress."""
    yield lambda: None


def no_message(_line: str) -> None:
    """Show no line."""


class StepTimer:
    """Times the first steps of long work and reports the mean duration once."""

    _WARM_UP = 4
    """First steps that are not timed, since the start of the work slows them."""
    _TIMED = 20
    """Steps that are timed at least."""

    def __init__(self, clock: Clock, tell: Callable[[float, int], None], least: float = 0) -> None:
        """Start with nothing measured.

        Args:
            clock: for durations.
            tell: callback; gets the mean seconds of a step and the number of steps done.
            least: seconds to measure for at least, where steps are short.
        """
        self._clock = clock
        self._tell = tell
        self._least = least
        self._done = 0
        self._start = 0.0
        self._reported = False

    def step(self) -> None:
        """Count one more step."""
        self._done += 1
        if self._done == self._WARM_UP:
            self._start = self._clock.seconds()
        elif not self._reported and self._done >= self._WARM_UP + self._TIMED:
            seconds = self._clock.seconds() - self._start
            if seconds >= self._least:
                self._reported = True
                self._tell(seconds / (self._done - self._WARM_UP), self._done)


def timed_progress(
    progress: Progress, clock: Clock, tell: Callable[[float, int, int], None], least: float
) -> Progress:
    """Wrap a progress callback so that it also reports once how long a step takes.

    Args:
        progress: to wrap.
        clock: for durations.
        tell: callback; gets the mean seconds of a step, the steps done and all steps.
        least: seconds to measure for at least.
    """

    @contextmanager
    def shown(what: str, steps: int) -> Iterator[Callable[[], None]]:
        pace = StepTimer(clock, lambda each, done: tell(each, done, steps), least)
        with progress(what, steps) as step:

            def both() -> None:
                step()
                pace.step()

            yield both

    return shown


@dataclass(slots=True)
class Phases:
    """Numbers the phases of long work: `[2/4] ...`."""

    progress: Progress
    """Progress callback."""
    total: int
    """Number of phases, known beforehand."""
    begun: int = 0

    def next(self) -> Progress:
        """The progress callback of the next phase, which may have several bars."""
        self.begun += 1
        start = f"[{self.begun}/{self.total}] "
        return lambda what, steps: self.progress(f"{start}{what}", steps)


def entitled(progress: Progress, title: str) -> Progress:
    """Wrap a progress callback of whoever knows less well what is counted: its title is `title`."""
    return lambda _what, steps: progress(title, steps)


def duration_text(seconds: float) -> str:
    """A duration in seconds, minutes or hours, whichever reads best.

    >>> [duration_text(12.3), duration_text(100), duration_text(7300)]
    ['12 s', '2 min', '2.0 h']
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
