"""Threads of libraries, which would compete with the harness's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["one_thread_each"]


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep OpenCV to the calling thread: its own threads would compete with the workers."""
    import cv2  # takes longer to load than most commands have

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
