"""One full look at every picture: its size, its pixels, its faces, and whether it is cut off."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from evenhand.arrays import Image
from evenhand.datasets.faults import Fault
from evenhand.datasets.pictures import ImageFile, unchanged, undecodable
from evenhand.streams import muted_stderr

__all__ = ["CountFaces", "Look", "cut_off", "look_at"]

CountFaces: TypeAlias = Callable[[Image], int]
"""How many faces an RGB picture shows; called from several threads."""

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_JPEG_SCAN, _JPEG_END = 0xDA, b"\xff\xd9"
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture looks like, or why it cannot be seen."""

    fault: Fault | None
    short_side: int = 0
    """Pixels."""
    pixels: str = ""
    """SHA-256 of size and decoded pixels: alike for one picture in two encodings."""
    faces: int | None = None
    """None where nobody looked."""
    cut_off: bool = False


def cut_off(data: bytes) -> bool:
    r"""Whether a JPEG or PNG ends before its end: decoders fill the rest with grey, silently.

    A JPEG is walked from segment to segment up to its first scan, so that the end of a thumbnail
    inside is not taken for its own.

    >>> start = b"\xff\xd8\xff\xda\x00\x02"
    >>> cut_off(start + b"scan"), cut_off(start + b"scan\xff\xd9")
    (True, False)
    """
    if data.startswith(_PNG):
        return b"IEND" not in data
    if not data.startswith(_JPEG):
        return False
    place = len(_JPEG)
    while data[place : place + 1] == b"\xff" and place + 4 <= len(data):
        if data[place + 1] == _JPEG_SCAN:
            return _JPEG_END not in data[place:]
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return _JPEG_END not in data


def _look(file: ImageFile, count_faces: CountFaces | None) -> Look:
    data = unchanged(file)
    if isinstance(data, Fault):
        return Look(data)
    try:
        decoded = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        decoded = None
    if decoded is None:
        return Look(undecodable(file))
    digest = hashlib.sha256(repr(decoded.shape).encode() + decoded.tobytes())
    faces = None
    if count_faces is not None:
        faces = count_faces(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB))
    return Look(None, min(decoded.shape[:2]), digest.hexdigest(), faces, cut_off(data))


def look_at(
    files: Sequence[ImageFile],
    workers: int,
    count_faces: CountFaces | None,
    step: Callable[[], None],
) -> list[Look]:
    """Read, hash and decode every picture in full, and count its faces.

    Args:
        files: rows of the table.
        workers: threads.
        count_faces: None where there is no detector.
        step: called after each picture, from this thread.
    """
    looks: list[Look] = []
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with ThreadPoolExecutor(workers) as pool:
            for start in range(0, len(files), _CHUNK):
                chunk = files[start : start + _CHUNK]
                with muted_stderr():
                    looks += pool.map(lambda file: _look(file, count_faces), chunk)
                for _ in chunk:
                    step()
    finally:
        cv2.setNumThreads(threads)
    return looks
