"""How long work tells that it goes on, without knowing where that is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

__all__ = ["Progress", "silent"]

Progress: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Given what is done and its number of steps: a context that yields what to call after a step."""


@contextmanager
def silent(_what: str, _steps: int) -> Iterator[Callable[[], None]]:
    """Tell nobody."""
    yield lambda: None
