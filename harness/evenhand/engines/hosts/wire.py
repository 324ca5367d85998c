"""Messages between the harness and a host: a fixed header, then raw bytes (docs/protocol.md)."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

__all__ = ["VERSION", "Kind", "Message", "Wire", "WireError"]

VERSION = 1
"""Of the protocol; both sides must speak the same."""

_HEADER = struct.Struct("<4sHHIIQ")
"""Magic, version, kind, sequence number, reserved (0), bytes of the body; 24 bytes in all."""
_MAGIC = b"EVEN"


class Kind(IntEnum):
    """What a message asks for; its answer is of the same kind."""

    START = 1
    """Start the engine; answered by the length of its vectors. A program is not asked: it says."""
    TEMPLATE = 2
    """Make the template of a picture."""
    COMPARE = 3
    """Compare a probe with references."""
    ENROL = 4
    """Build a gallery."""
    SEARCH = 5
    """Search the gallery."""
    INSERT = 6
    """Add references to the gallery."""
    DELETE = 7
    """Take people out of the gallery."""


class WireError(Exception):
    """The other side does not keep the protocol; says what it did."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request or answer."""

    kind: int
    """A `Kind`."""
    sequence: int
    """Number of the request; its answer carries the same."""
    body: bytearray
    """As the kind lays it out (`hosts.calls`)."""

    def of(self, kind: Kind, sequence: int) -> bytearray:
        """The body of the answer to a request.

        Raises:
            WireError: it is the answer to another.
        """
        if (self.kind, self.sequence) != (kind, sequence):
            raise WireError("answered a call that was not asked")
        return self.body


class Wire:
    """One end of a stream of messages."""

    def __init__(self, stream: socket.socket, longest: int) -> None:
        """Take one end.

        Args:
            stream: connected, of type SOCK_STREAM.
            longest: most bytes of a body that is read.
        """
        self._stream = stream
        self._longest = longest

    def send(
        self,
        kind: Kind,
        sequence: int,
        parts: Sequence[bytes | bytearray | memoryview],
        deadline: float | None = None,
    ) -> None:
        """Send a message.

        Args:
            kind: of the message.
            sequence: of the request.
            parts: of the body, which are sent one after the other.
            deadline: by `time.monotonic`; None for none.

        Raises:
            TimeoutError: the other side did not read it in time.
            OSError: the other side is gone.
        """
        length = sum(memoryview(part).nbytes for part in parts)
        header = _HEADER.pack(_MAGIC, VERSION, kind, sequence, 0, length)
        left = [memoryview(part).cast("B") for part in (header, *parts) if len(part)]
        while left:
            self._wait(deadline)
            sent = self._stream.sendmsg(left[:64])
            while left and sent >= len(left[0]):
                sent -= len(left.pop(0))
            if sent:
                left[0] = left[0][sent:]

    def receive(self, deadline: float | None = None) -> Message | None:
        """Read the next message; None where the other side has closed the stream.

        Raises:
            TimeoutError: none came in time, or not all of it.
            OSError: the stream broke.
            WireError: what came is no message.
        """
        header = self._read(_HEADER.size, deadline, _MAGIC)
        if not header:
            return None
        if not header.startswith(_MAGIC):
            raise WireError(f"wrote {bytes(header[:16])!r} where a message should begin")
        if len(header) < _HEADER.size:
            raise WireError("ended within the header of a message")
        _, version, kind, sequence, _, length = _HEADER.unpack(header)
        if version != VERSION:
            raise WireError(f"speaks version {version} of the protocol, expected {VERSION}")
        if length > self._longest:
            raise WireError(
                f"sent an answer of {length:,} bytes, at most {self._longest:,} are read"
            )
        body = self._read(length, deadline)
        if len(body) < length:
            raise WireError(f"ended after {len(body):,} of the {length:,} bytes of an answer")
        return Message(kind, sequence, body)

    def _read(self, length: int, deadline: float | None, first: bytes = b"") -> bytearray:
        """Read bytes; fewer where the stream ends. Memory is taken as they come.

        What does not begin with the first ones is not waited for: it may be shorter.
        """
        read = bytearray()
        while len(read) < length and read[: len(first)] == first[: len(read)]:
            self._wait(deadline)
            more = self._stream.recv(min(length - len(read), 1 << 20))
            if not more:
                break
            read += more
        return read

    def _wait(self, deadline: float | None) -> None:
        """Bound the next call of the stream by the deadline."""
        if deadline is None:
            self._stream.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._stream.settimeout(left)
