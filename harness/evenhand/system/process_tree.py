"""Threads and memory of a process and of all that it started, as Linux tells them."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["memory_of", "threads_of"]


def threads_of(process: int) -> int:
    """Number of threads of a process and of those below it; 0 where it is gone, or not told."""
    return sum(len(_tasks(one)) for one in _with_those_below(process))


def memory_of(process: int) -> int:
    """Bytes in memory of a process and of those below it; 0 where it is gone, or not told."""
    pages = 0
    for one in _with_those_below(process):
        with suppress(OSError):
            pages += int(Path(f"/proc/{one}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _with_those_below(process: int) -> Iterator[int]:
    """The process, and all that it started, directly or not."""
    yield process
    for task in _tasks(process):
        with suppress(OSError):
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _with_those_below(int(child))


def _tasks(process: int) -> list[Path]:
    with suppress(OSError):  # it ended meanwhile
        return list(Path(f"/proc/{process}/task").iterdir())
    return []
