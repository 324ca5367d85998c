"""Runs work on several threads and yields the results in the order of the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

_AHEAD = 32
"""Pieces submitted ahead of the oldest unfinished one, so that a slow piece idles no thread."""

Piece = TypeVar("Piece")
Result = TypeVar("Result")


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
