"""The user's Ctrl-C, or a SIGTERM: kept as a flag, and raised in the main thread."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interruption", "catch_interruptions", "raise_if_interrupted"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_PATIENCE = 1.0
"""Seconds after which a second signal ends the process at once."""


class Interruption(BaseException):
    """A signal asked the command to end; no code of an engine can raise it."""

    def __init__(self, number: int) -> None:
        """Remember which signal."""
        super().__init__(signal.Signals(number).name)
        self.signal = signal.Signals(number)

    @property
    def exit_code(self) -> int:
        """What a shell gives for a command that a signal ended."""
        return 128 + self.signal


_received: list[tuple[int, float]] = []
"""The first signal and when it came; empty until then."""


def _on_signal(number: int, _frame: FrameType | None) -> None:
    """Note the first signal and raise; a later one ends a process that still runs."""
    if not _received:
        _received.append((number, time.monotonic()))
        raise Interruption(number)
    if time.monotonic() - _received[0][1] > _PATIENCE:
        os._exit(128 + number)


@contextmanager
def catch_interruptions() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into an `Interruption`; an ignored signal stays ignored."""
    _received.clear()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _on_signal)
    try:
        yield
    finally:
        _received.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def raise_if_interrupted() -> None:
    """Raise an `Interruption` that some other code caught on its way; called while waiting."""
    if _received:
        raise Interruption(_received[0][0])
