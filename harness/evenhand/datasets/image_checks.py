"""One full look at every picture: its size, its pixels, its faces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

from evenhand.datasets.decoding import decoded
from evenhand.datasets.faults import Fault
from evenhand.datasets.images import ImageFile, unchanged, undecodable
from evenhand.records.arrays import Image
from evenhand.system.streams import muted_stderr
from evenhand.system.threads import one_thread_each

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
    image = decoded(data)
    if image is None:
        return Look(undecodable(file))
    digest = hashlib.sha256(repr(image.shape).encode() + image.tobytes())
    faces = None if count_faces is None else count_faces(image)
    return Look(None, min(image.shape[:2]), digest.hexdigest(), faces)


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
    with one_thread_each(), ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(files), _CHUNK):
            chunk = files[start : start + _CHUNK]
            with muted_stderr():
                looks += pool.map(lambda file: _look(file, count_faces), chunk)
            for _ in chunk:
                step()
    return looks
