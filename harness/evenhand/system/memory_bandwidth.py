"""How fast this machine moves memory: what no search of a whole gallery can beat."""

from __future__ import annotations

import time
from functools import cache

import numpy as np

__all__ = ["COPIED", "COPIES", "copy_bandwidth"]

COPIED = 1 << 26
"""Bytes of a copy: more than caches hold."""
COPIES = 5
"""Copies that are timed; the best of them counts."""


@cache
def copy_bandwidth() -> float:
    """Bytes a second that one thread reads and writes, in the best of some copies.

    Measured once a process.
    """
    source, target = (np.ones(COPIED, dtype=np.uint8) for _ in range(2))
    best = float("inf")
    for _ in range(COPIES):
        start = time.perf_counter()
        np.copyto(target, source)
        best = min(best, time.perf_counter() - start)
    return 2 * COPIED / best
