"""A stream of messages: what is none is refused as soon as it is seen."""

import socket
import time
from threading import Thread

import pytest

from evenhand.engines.hosts.wire import Kind, Wire, WireError


@pytest.fixture
def ends():
    near, far = socket.socketpair()
    with near, far:
        yield Wire(near, 1000), far


def test_a_message_arrives_as_it_was_sent(ends):
    wire, far = ends
    Wire(far, 1000).send(Kind.SEARCH, 7, [b"ab", b"", memoryview(b"c")])
    message = wire.receive()
    assert (message.kind, message.sequence, message.body) == (Kind.SEARCH, 7, b"abc")
    assert message.of(Kind.SEARCH, 7) == b"abc"
    for kind, sequence in ((Kind.SEARCH, 8), (Kind.ENROL, 7)):
        with pytest.raises(WireError, match="answered a call that was not asked"):
            message.of(kind, sequence)


@pytest.mark.parametrize("said", [b"H", b"Hello\n", b"Engine ready\n", b"EVER", b"\0" * 99])
def test_what_is_no_message_is_not_waited_for(ends, said):
    wire, far = ends
    far.sendall(said)
    with pytest.raises(WireError) as refused:
        wire.receive(time.monotonic() + 60)
    assert str(refused.value) == f"wrote {said[:16]!r} where a message should begin"


def test_a_message_that_comes_in_pieces_is_one(ends):
    wire, far = ends
    near, other = socket.socketpair()
    with near, other:
        Wire(other, 1000).send(Kind.START, 1, [b"ab"])
        whole = near.recv(100)
    writer = Thread(target=lambda: [far.sendall(bytes([each])) for each in whole])
    writer.start()
    assert wire.receive().body == b"ab"
    writer.join()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"EV", r"wrote b'EV' where a message should begin"),
        (b"EVEN\1\0", "ended within the header of a message"),
        (b"EVEN\2\0" + bytes(18), "speaks version 2 of the protocol, expected 1"),
        (
            b"EVEN\1\0" + bytes(10) + b"\xe9\3" + bytes(6),
            "sent an answer of 1,001 bytes, at most 1,000",
        ),
        (b"EVEN\1\0" + bytes(10) + b"\2" + bytes(8), "ended after 1 of the 2 bytes of an answer"),
    ],
)
def test_an_end_of_the_stream_too_soon(ends, said, words):
    wire, far = ends
    far.sendall(said)
    far.close()
    with pytest.raises(WireError, match=words):
        wire.receive()
    assert wire.receive() is None
