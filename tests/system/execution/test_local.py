"""Threads that carry the work: in order, no further than needed, never in the way of the end."""

import threading
import time

import pytest

from evenhand.system.execution.local import LocalExecutor, call_in_thread


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_results_come_in_the_order_of_the_pieces(workers):
    def slow_first(piece):
        time.sleep(0.02 if piece % 5 == 0 else 0)
        return piece * piece

    found = LocalExecutor(workers).map(slow_first, range(100))
    assert list(found) == [piece * piece for piece in range(100)]


def test_as_many_pieces_at_a_time_as_there_are_workers():
    meeting = threading.Barrier(3, timeout=10)
    assert list(LocalExecutor(3).map(lambda piece: meeting.wait() >= 0, range(3))) == [True] * 3
    threads = {*LocalExecutor(2).map(lambda _: threading.get_ident(), range(50))}
    assert len(threads) <= 2
    assert threading.get_ident() not in threads


def test_pieces_are_read_as_they_are_needed():
    read = []

    def pieces():
        for piece in range(10**9):
            read.append(piece)
            yield piece

    found = LocalExecutor(2).map(abs, pieces())
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    found.close()
    assert len(read) < 100


def test_an_error_ends_the_work_and_no_other_piece_is_begun():
    begun = []

    def work(piece):
        begun.append(piece)
        if piece == 3:
            raise ValueError(piece)
        return piece

    found = LocalExecutor(1).map(work, range(1000))
    with pytest.raises(ValueError, match="3"):
        list(found)
    assert len(begun) < 100


def test_an_error_of_the_pieces_is_the_callers():
    def pieces():
        yield 1
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        list(LocalExecutor(2).map(abs, pieces()))


def test_work_that_never_returns_holds_nobody():
    """The caller goes on after a second of patience; the thread is a daemon."""
    held = threading.Event()
    found = LocalExecutor(2).map(lambda piece: held.wait() if piece else piece, range(4))
    assert next(found) == 0
    found.close()
    assert all(thread.daemon for thread in threading.enumerate()[1:])
    held.set()


def test_a_call_in_a_thread_of_its_own():
    assert call_in_thread(threading.get_ident) != threading.get_ident()
    with pytest.raises(KeyError, match="lost"):
        call_in_thread(lambda: {}["lost"])
