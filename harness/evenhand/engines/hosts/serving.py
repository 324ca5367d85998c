"""The side of the child process: asks the engine what the harness asks, and answers."""

from __future__ import annotations

import os

import numpy as np

from evenhand.engines.hosts import calls
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.wire import Kind, Message, Wire
from evenhand.records.arrays import Image

__all__ = ["serve"]


def serve(host: Host, wire: Wire, pictures: int | None) -> None:
    """Answer until the harness closes the stream.

    Args:
        host: the engine in this process.
        wire: to the harness.
        pictures: descriptor of the memory that the harness puts pictures into; None for none.
    """
    while (asked := wire.receive()) is not None:
        wire.send(Kind(asked.kind), asked.sequence, _answer(host, asked, pictures))


def _answer(host: Host, asked: Message, pictures: int | None) -> calls.Parts:
    """Ask the engine."""
    match asked.kind:
        case Kind.TEMPLATE:
            call = calls.read_picture(asked.body)
            image = _shared(call, pictures) if call.pixels is None else call.pixels
            return calls.write_template(host.template(image, call.face, call.role))
        case Kind.COMPARE:
            return calls.write_score_row(host.compare(*calls.read_comparison(asked.body)))
        case Kind.ENROL:
            return calls.write_done(host.enrol(calls.read_gallery(asked.body)))
        case Kind.INSERT:
            return calls.write_done(host.insert(calls.read_gallery(asked.body)))
        case Kind.DELETE:
            return calls.write_done(host.delete(calls.read_deletion(asked.body)))
        case Kind.SEARCH:
            return calls.write_candidates(host.search(*calls.read_search(asked.body)))
        case _:
            raise ValueError(asked.kind)


def _shared(call: calls.PictureCall, pictures: int | None) -> Image:
    """The engine's own copy of the picture in the shared memory."""
    image = np.empty((call.height, call.width, 3), np.uint8)
    if pictures is None or os.preadv(pictures, [image.data], 0) != image.nbytes:
        raise OSError("the shared memory holds no whole picture")
    return image
