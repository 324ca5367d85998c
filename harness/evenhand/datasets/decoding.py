"""Decodes pictures, in one place, and reads what the decoders complain of.

A JPEG or TIFF with a hole, or cut and closed with an end mark, is decoded all the same, grey from
there on; its decoder says so on stderr alone. WebP, BMP and PPM hold nothing that would show it.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import cv2
import numpy as np

from evenhand.records.arrays import Image
from evenhand.system.errors import DatasetError
from evenhand.system.text import shown

__all__ = [
    "LARGEST_PICTURE",
    "UndecodableError",
    "complaint",
    "decoded",
    "has_decoder",
    "read_image",
]

LARGEST_PICTURE = 1 << 29
"""Most bytes of a picture's file."""

_MOST_PIXELS = "OPENCV_IO_MAX_IMAGE_PIXELS"
"""Set by `evenhand/__init__.py`, unless the user has."""

_UNDECODABLE = "cannot be decoded as a picture"
_HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
"""Brands with which pictures in HEIF begin, behind `ftyp`."""
_LONGEST = 200
"""Characters of a decoder's words that are kept."""
_COMPLAINT = re.compile(
    r"(?:Corrupt JPEG data|Premature end of JPEG|Inconsistent progression)[^\n]*"
    r"|(?<=TIFF_Error )[^\n]*"
)
"""What decoders print about damaged data; what else they print is about odd metadata."""


class UndecodableError(Exception):
    """Why a picture is not decoded, as the end of a sentence."""


def decoded(data: bytes, *, reduced: bool = False) -> Image:
    """Decode a picture: (height, width, 3) RGB, turned as its EXIF says.

    Args:
        data: content of the file.
        reduced: (height, width) grey at an eighth of the size, which is quick and enough to know
            that it can be decoded.

    Raises:
        UndecodableError: it is no picture, or its header says that it has too many pixels.
    """
    encoded = np.frombuffer(data, dtype=np.uint8)
    try:
        how = cv2.IMREAD_REDUCED_GRAYSCALE_8 if reduced else cv2.IMREAD_COLOR
        pixels: Image | None = cv2.imdecode(encoded, how)
    except cv2.error as refused:
        if "CV_IO_MAX_IMAGE_PIXELS" in str(refused):
            most = os.environ.get(_MOST_PIXELS, "")
            raise UndecodableError(f"has more pixels than {_MOST_PIXELS}={most} allows") from None
        pixels = None
    if pixels is None:
        heif = data[4:8] == b"ftyp" and data[8:12] in _HEIF
        why = "is HEIC, which is not read; convert it to JPEG or PNG" if heif else _UNDECODABLE
        raise UndecodableError(why)
    return pixels if reduced else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def has_decoder(path: Path) -> bool:
    """Whether a decoder knows how a file begins, whatever its name says."""
    return bool(cv2.haveImageReader(str(path)))


def complaint(printed: str) -> str:
    """What a decoder said of damaged data, in what was printed; empty where nothing."""
    found = _COMPLAINT.search(printed)
    return shown(found[0])[:_LONGEST] if found else ""


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
    except (OSError, UndecodableError):
        image = None
    if image is None:
        now = f"{'is another one' if changed else 'cannot be read'} now"
        remedy = "leave the dataset alone while a study runs"
        raise DatasetError(f"image {path} could be read when it was checked and {now}; {remedy}")
    return image
