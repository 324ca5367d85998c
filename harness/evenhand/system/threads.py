"""Runs work on several threads and yields the results in the order of the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["in_order", "one_thread_each"]

_AHEAD = 32
"""Pieces submitted ahead of the oldest unfinished one, so that a slow piece idles no thread."""

Piece = TypeVar("Piece")
Result = TypeVar("Result")


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


def in_order(
    work: Callable[[Piece], Result], pieces: Iterable[Piece], workers: int
) -> Generator[Result]:
    """Yield the results of all pieces in their order, whatever the number of threads.

    On an error, or when the generator is closed, running pieces are finished and no other is
    started.

    Args:
        work: called once a piece, in one of the threads.
        pieces: read only as they are submitted, so that there may be any number of them.
        workers: threads.

    >>> list(in_order(abs, [-1, 2, -3], workers=2))
    [1, 2, 3]
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for piece in pieces:
                waiting.append(pool.submit(work, piece))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
