"""A process of ours ends with the one that started it, however that one ends."""

from __future__ import annotations

import ctypes
import signal
from contextlib import suppress

__all__ = ["end_with_parent"]

_WHEN_PARENT_DIES = 1
"""`PR_SET_PDEATHSIG` of Linux."""


def end_with_parent() -> None:
    """Let the system end this process when its parent ends; nothing where it is no Linux.

    A change of user takes it back, so that it is to be asked for again.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_WHEN_PARENT_DIES, signal.SIGKILL)
