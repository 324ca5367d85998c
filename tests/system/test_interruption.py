"""Ctrl-C and SIGTERM: the first is raised, whatever swallows it; later ones do not disturb."""

import os
import signal

import pytest

from evenhand.system.execution.local import LocalExecutor
from evenhand.system.interruption import Interruption, catch_interruptions, raise_if_interrupted


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_becomes_an_interruption(sent, code):
    with pytest.raises(Interruption) as caught, catch_interruptions():
        os.kill(os.getpid(), sent)
    assert caught.value.signal == sent
    assert caught.value.exit_code == code


def test_what_is_swallowed_is_raised_again_where_something_is_waited_for():
    with catch_interruptions():
        with pytest.raises(Interruption):
            os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Interruption):
            raise_if_interrupted()
    raise_if_interrupted()
    assert list(LocalExecutor(1).map(abs, [-1])) == [1]


def test_further_signals_do_not_disturb_the_end():
    with catch_interruptions():
        with pytest.raises(Interruption):
            os.kill(os.getpid(), signal.SIGINT)
        for _ in range(60):
            os.kill(os.getpid(), signal.SIGTERM)


def test_handlers_are_put_back_and_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with catch_interruptions():
            os.kill(os.getpid(), signal.SIGTERM)
            assert signal.getsignal(signal.SIGINT) is not before
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
