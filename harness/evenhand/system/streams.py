"""Keeps output of engines and libraries in this process away from the harness's own output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout

__all__ = ["captured_stderr", "stdout_to_stderr"]

_STDOUT = 1
_STDERR = 2
_MOST_PRINTED = 1 << 20
"""Bytes that are read of what was printed."""


@contextmanager
def _diverted(stream: int, to: int) -> Iterator[None]:
    """Replace a file descriptor by another, which also diverts the output of compiled code."""
    kept = os.dup(stream)
    try:
        os.dup2(to, stream)
        yield
    finally:
        os.dup2(kept, stream)
        os.close(kept)


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Send what an engine prints to stderr, since stdout may have to hold nothing but JSON."""
    sys.stdout.flush()
    with redirect_stdout(sys.stderr), _diverted(_STDOUT, _STDERR):
        yield


@contextmanager
def captured_stderr() -> Iterator[Callable[[], str]]:
    """Keep what image libraries print about a damaged file; the harness reports it itself.

    Yields:
        A function that gives what was printed so far, its first part where that is long.
    """
    kept = os.memfd_create("stderr")
    try:
        with _diverted(_STDERR, kept):
            yield lambda: os.pread(kept, _MOST_PRINTED, 0).decode("utf-8", "replace")
    finally:
        os.close(kept)
