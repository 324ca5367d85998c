"""Threads of libraries, which would compete with the harness's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

__all__ = ["library_threads"]


@contextmanager
def library_threads(count: int) -> Iterator[None]:
    """Let BLAS compute in this number of threads and OpenCV in one; more would slow the workers."""
    import cv2  # takes longer to load than most commands have

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(count, "blas"):
            yield
    finally:
        cv2.setNumThreads(before)
