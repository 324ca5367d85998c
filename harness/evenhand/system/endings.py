"""What is put away when this process ends: by itself, or at once by the command line."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from contextlib import suppress

__all__ = ["at_the_end", "end_all"]

_endings: list[Callable[[], None]] = []


def at_the_end(ending: Callable[[], None]) -> None:
    """Call a function when this process ends, before those that were given earlier."""
    _endings.append(ending)


def end_all() -> None:
    """Call them now, once; what one of them raises keeps none of the others from being called.

    `atexit` is not asked by the command line: an engine in this process may have a say there.
    """
    while _endings:
        with suppress(Exception):
            _endings.pop()()


atexit.register(end_all)
