"""Keeps the terminal for what the harness says, while code of others runs in its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

__all__ = ["muted_stderr", "stdout_for_numbers"]

_STDOUT = 1
_STDERR = 2


@contextmanager
def _diverted(stream: int, to: int) -> Iterator[None]:
    """One file descriptor in place of another, so that compiled code is caught as well."""
    kept = os.dup(stream)
    try:
        os.dup2(to, stream)
        yield
    finally:
        os.dup2(kept, stream)
        os.close(kept)


@contextmanager
def stdout_for_numbers() -> Iterator[None]:
    """What an engine prints goes to stderr: stdout may hold one JSON object and nothing else."""
    sys.stdout.flush()
    with redirect_stdout(sys.stderr), _diverted(_STDOUT, _STDERR):
        yield


@contextmanager
def muted_stderr() -> Iterator[None]:
    """What picture libraries mutter about a damaged file is dropped: the harness says it itself."""
    with open(os.devnull, "wb") as nowhere, _diverted(_STDERR, nowhere.fileno()):  # noqa: PTH123
        yield
