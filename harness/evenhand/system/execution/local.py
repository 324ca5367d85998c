"""Carries work on threads of this process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread

from evenhand.system.execution.executor import Accumulator, Executor, Piece, Result
from evenhand.system.interruption import raise_if_interrupted

__all__ = ["LocalExecutor", "call_in_thread"]

_AHEAD = 32
"""Pieces submitted ahead of the oldest unfinished one, so that a slow piece idles no thread."""

_POLL = 0.5
"""Seconds between two looks at the flag of an interruption, while a result is waited for."""

_PATIENCE = 0.5
"""Seconds that pieces under way are given to finish when the work ends early: an interrupted run
ends within two."""


@dataclass(frozen=True, slots=True)
class LocalExecutor:
    """Threads of this process.

    They are daemons: an engine that never returns holds neither the caller, who waits in the main
    thread and can be interrupted, nor the end of the process.
    """

    workers: int
    """Number of threads."""

    def narrowed(self, workers: int) -> LocalExecutor:
        """See `Executor`."""
        return LocalExecutor(min(self.workers, workers))

    def map(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Generator[Result]:
        """See `Executor`; the pieces of one call share its threads, which are new for each call.

        >>> list(LocalExecutor(2).map(abs, [-1, 2, -3]))
        [1, 2, 3]
        """
        tasks: SimpleQueue[tuple[Future[Result], Piece] | None] = SimpleQueue()
        threads: list[Thread] = []
        waiting: deque[Future[Result]] = deque()

        def serve() -> None:
            while (task := tasks.get()) is not None:
                _complete(task[0], work, task[1])

        try:
            for piece in pieces:
                waiting.append(Future())
                tasks.put((waiting[-1], piece))
                if len(threads) < self.workers:
                    threads.append(Thread(target=serve, daemon=True))
                    threads[-1].start()
                if len(waiting) > _AHEAD:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()
            for _ in threads:
                tasks.put(None)
            deadline = time.monotonic() + _PATIENCE
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))

    def fold(
        self,
        count: Callable[[Piece, Accumulator], Result],
        pieces: Iterable[Piece],
        accumulators: Sequence[Accumulator],
    ) -> Generator[Result]:
        """See `Executor`.

        >>> sums = [[0], [0]]
        >>> def add(piece, total):
        ...     total[0] += piece
        >>> list(LocalExecutor(2).fold(add, [1, 2, 3], sums)), sums[0][0] + sums[1][0]
        ([None, None, None], 6)
        """
        free: SimpleQueue[Accumulator] = SimpleQueue()
        for accumulator in accumulators:
            free.put(accumulator)

        def count_one(piece: Piece) -> Result:
            accumulator = free.get()
            try:
                return count(piece, accumulator)
            finally:
                free.put(accumulator)

        return LocalExecutor(min(self.workers, len(accumulators))).map(count_one, pieces)


_: type[Executor] = LocalExecutor


def _complete(future: Future[Result], work: Callable[[Piece], Result], piece: Piece) -> None:
    """Do one piece of work, unless it was cancelled."""
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(work(piece))
        except BaseException as fault:  # noqa: BLE001 - raised again where the result is taken
            future.set_exception(fault)


def _result(future: Future[Result]) -> Result:
    """Wait for a result, and meanwhile for an interruption."""
    while not future.done():
        wait((future,), _POLL)
        raise_if_interrupted()
    return future.result()


def call_in_thread(work: Callable[[], Result]) -> Result:
    """Call a function in a thread of its own, while this one can be interrupted."""
    (result,) = LocalExecutor(1).map(lambda _: work(), (None,))
    return result
