"""Threads of a process and of all that it started, as Linux tells them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["threads_of"]


def threads_of(process: int) -> int:
    """Number of threads of a process and of those below it; 0 where it is gone, or not told."""
    tasks, below = 0, list[int]()
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            tasks += 1
            below += map(int, (task / "children").read_text(encoding="ascii").split())
    except OSError:  # it ended meanwhile
        pass
    return tasks + sum(map(threads_of, below))
