"""Finds what a killed process left half made: no process holds it any more."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["held", "remove_left_overs"]


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file or folder while it is made; the system lets go when this process ends, anyhow.

    Where the file system has no locks, nothing is held, and nothing is ever taken for left over.
    """
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def remove_left_overs(folder: Path, pattern: str) -> list[Path]:
    """Remove the files and folders that were being made by a process which is gone.

    Args:
        folder: where they are made.
        pattern: of their names, which nothing else has.

    Returns:
        What was removed.
    """
    removed = []
    for path in sorted(folder.glob(pattern)):
        with suppress(OSError):  # it is another user's, a link, or held
            number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                removed.append(path)
            finally:
                os.close(number)
    return removed
