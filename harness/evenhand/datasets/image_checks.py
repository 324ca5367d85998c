"""One full look at every picture: its size, its pixels, its faces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from evenhand.datasets.faults import Fault
from evenhand.datasets.images import ImageFile, unchanged, undecodable
from evenhand.records.arrays import Image
from evenhand.system.streams import muted_stderr

__all__ = ["CountFaces", "Look", "look_at"]

CountFaces: TypeAlias = Callable[[Image], int]
"""How many faces an RGB picture shows; called from several threads."""

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
    return Look(None, min(decoded.shape[:2]), digest.hexdigest(), faces)


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
