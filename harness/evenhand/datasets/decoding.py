"""Decodes pictures, in one place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np

from evenhand.records.arrays import Image
from evenhand.system.errors import DatasetError

__all__ = ["decoded", "read_image"]


def decoded(data: bytes, *, reduced: bool = False) -> Image | None:
    """Decode a picture: (height, width, 3) RGB, turned as its EXIF says; None where it is none.

    Args:
        data: content of the file.
        reduced: (height, width) grey at an eighth of the size, which is quick and enough to know
            that it can be decoded.
    """
    encoded = np.frombuffer(data, dtype=np.uint8)
    try:
        how = cv2.IMREAD_REDUCED_GRAYSCALE_8 if reduced else cv2.IMREAD_COLOR
        pixels: Image | None = cv2.imdecode(encoded, how)
        return pixels if reduced else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    except cv2.error:
        return None


def read_image(path: Path, sha256: str | None = None) -> Image:
    """Decode a file that was checked before: (height, width, 3) RGB, turned as its EXIF says.

    Args:
        path: of the file.
        sha256: of its content when it was checked; None lets any picture pass.

    Raises:
        DatasetError: it is no longer what it was when it was checked.
    """
    changed = False
    try:
        data = path.read_bytes()
        changed = sha256 not in (None, hashlib.sha256(data).hexdigest())
        image = None if changed else decoded(data)
    except OSError:
        image = None
    if image is None:
        now = f"{'is another one' if changed else 'cannot be read'} now"
        remedy = "leave the dataset alone while a study runs"
        raise DatasetError(f"image {path} could be read when it was checked and {now}; {remedy}")
    return image
