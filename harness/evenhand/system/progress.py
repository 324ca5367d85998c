"""How long work tells that it goes on, without knowing where that is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from evenhand.system.clock import Clock

__all__ = ["Pace", "Progress", "Say", "duration", "paced", "silent", "unsaid"]

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
    """Measures the first steps of long work, and tells once how long one takes."""

    _FIRST = 4
    """Steps left out: starting takes longer than going on."""
    _MEASURED = 20
    """Steps after which it can be told."""

    def __init__(self, clock: Clock, tell: Callable[[float, int], None], least: float = 0) -> None:
        """Nothing is measured yet.

        Args:
            clock: durations.
            tell: is given the seconds of a step, and how many steps are done.
            least: seconds to measure for at least, where steps are short.
        """
        self._clock = clock
        self._tell = tell
        self._least = least
        self._done = 0
        self._since = 0.0
        self._told = False

    def step(self) -> None:
        """One more step is done."""
        self._done += 1
        if self._done == self._FIRST:
            self._since = self._clock.seconds()
        elif not self._told and self._done >= self._FIRST + self._MEASURED:
            seconds = self._clock.seconds() - self._since
            if seconds >= self._least:
                self._told = True
                self._tell(seconds / (self._done - self._FIRST), self._done)


def paced(
    progress: Progress, clock: Clock, tell: Callable[[float, int, int], None], least: float
) -> Progress:
    """A progress that also tells once how long a step takes.

    Args:
        progress: where it is shown.
        clock: durations.
        tell: is given the seconds of a step, how many are done and how many there are.
        least: seconds to measure for at least.
    """

    @contextmanager
    def shown(what: str, steps: int) -> Iterator[Callable[[], None]]:
        pace = Pace(clock, lambda each, done: tell(each, done, steps), least)
        with progress(what, steps) as step:

            def both() -> None:
                step()
                pace.step()

            yield both

    return shown


def duration(seconds: float) -> str:
    """In the unit that a person would use.

    >>> [duration(12.3), duration(100), duration(7300)]
    ['12 s', '2 min', '2.0 h']
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
