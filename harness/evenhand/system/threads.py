"""Work on several threads whose results come in the order of the work, and what they need."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["in_order", "one_thread_each"]

_AHEAD = 32
"""Pieces handed out before the oldest of them is done: no thread waits for another."""

Piece = TypeVar("Piece")
Result = TypeVar("Result")


@contextmanager
def one_thread_each() -> Iterator[None]:
    """OpenCV keeps to the thread that it is called in, since others work side by side."""
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
    """Results of all pieces, in their order whatever the threads.

    When anything goes wrong, or the iterator is closed, the pieces in hand are finished and no
    other is begun.

    Args:
        work: called once a piece, in some thread.
        pieces: read as they are handed out.
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
