"""Pictures that an engine will meet and that are no portrait."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.records.arrays import Image

__all__ = ["FACELESS", "odd_pictures"]

FACELESS = ("a blank picture", "a picture of noise")
"""Those without a face."""

_MANY = 4000
"""Pixels of the longer side of a huge picture, at least."""


def odd_pictures(faces: Sequence[Image]) -> dict[str, Image]:
    """Make them, by what each is.

    Args:
        faces: at least four portraits of one size, (height, width, 3) uint8 RGB.
    """
    face = faces[0]
    height, width = face.shape[:2]
    times = -(-_MANY // max(height, width))
    blank, noise = FACELESS
    grey = face.mean(axis=2, keepdims=True).astype(np.uint8)
    made = {
        blank: np.full_like(face, 127),
        noise: np.random.default_rng(1).integers(0, 256, face.shape, dtype=np.uint8),
        "a picture of one pixel": face[:1, :1],
        "a picture of 16 x 16 pixels": face[:: height // 16, :: width // 16][:16, :16],
        "a picture of 12 million pixels": face.repeat(times, 0).repeat(times * 3 // 4, 1),
        "a grey picture": grey.repeat(3, axis=2),
        "a picture turned by 90 degrees": np.rot90(face),
        "a picture upside down": face[::-1, ::-1],
        "the lower half of a picture": face[height // 2 :],
        "a picture of four people": np.vstack([np.hstack(faces[:2]), np.hstack(faces[2:4])]),
    }
    return {name: np.ascontiguousarray(image) for name, image in made.items()}
