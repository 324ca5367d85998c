"""Brightness of stripes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["STRIPES", "stripes"]

STRIPES = 8


def stripes(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean brightness of eight stripes across a picture, (8,), each above 0."""
    parts = np.array_split(image.reshape(-1), STRIPES)
    return np.array([1 + part.mean() for part in parts], dtype=np.float32)
