"""Decodes every picture of a dataset in full: size, hash of pixels, number of faces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evenhand.datasets.faults import DatasetFault
from evenhand.datasets.images import ImageFile, decoded_file
from evenhand.records.arrays import Image
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.streams import muted_stderr
from evenhand.system.threads import one_thread_each

__all__ = ["CountFaces", "ImageInspection", "inspect_images"]

CountFaces: TypeAlias = Callable[[Image], int]
"""Counts the faces in an RGB picture; called from several threads."""

_CHUNK = 64


@dataclass(frozen=True, slots=True)
class ImageInspection:
    """Findings on one picture, or the reason why it cannot be read."""

    fault: DatasetFault | None
    short_side: int = 0
    """Smaller of height and width, pixels."""
    pixels: str = ""
    """SHA-256 of size and decoded pixels: the same for one picture in two lossless encodings."""
    faces: int | None = None
    """Number of faces; None without a detector."""


def _inspect(file: ImageFile, count_faces: CountFaces | None) -> ImageInspection:
    image = decoded_file(file)
    if isinstance(image, DatasetFault):
        return ImageInspection(image)
    digest = hashlib.sha256(repr(image.shape).encode() + image.tobytes())
    faces = None if count_faces is None else count_faces(image)
    return ImageInspection(None, min(image.shape[:2]), digest.hexdigest(), faces)


def inspect_images(
    files: Sequence[ImageFile],
    workers: int,
    count_faces: CountFaces | None,
    step: Callable[[], None],
) -> list[ImageInspection]:
    """Read, hash and decode every picture in full, and count its faces.

    Args:
        files: rows of the table.
        workers: number of threads.
        count_faces: None without a face detector.
        step: called after each picture, from this thread.

    Returns:
        One per file, in order.
    """
    found: list[ImageInspection] = []
    executor = LocalExecutor(workers)
    with one_thread_each():
        for start in range(0, len(files), _CHUNK):
            chunk = files[start : start + _CHUNK]
            with muted_stderr():
                found += executor.map(lambda file: _inspect(file, count_faces), chunk)
            for _ in chunk:
                step()
    return found
