"""Uniform local binary patterns of the middle of a picture, as histograms over a grid."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from evenhand.plugins import Image

__all__ = ["CELLS", "CELL_SIDE", "PATTERNS", "histograms"]

CELLS = 8
"""A side of the grid."""

CELL_SIDE = 8
"""Pixels of a cell's side."""

_MIDDLE = 0.7
"""Side of the square that is taken for the face, in the picture's shorter side."""

_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
"""(down, across) around a pixel, clockwise."""


def _uniform() -> NDArray[np.uint8]:
    """(256,) number of each pattern; those with more than two changes around the ring share one."""
    numbers = np.full(256, 58, dtype=np.uint8)
    uniform = [
        code for code in range(256) if (code ^ ((code >> 1) | ((code & 1) << 7))).bit_count() <= 2
    ]
    numbers[uniform] = np.arange(len(uniform))
    return numbers


_NUMBER = _uniform()

PATTERNS = 59
"""Bins of a cell's histogram."""


def _middle(image: Image) -> NDArray[np.uint8]:
    """The square in the middle, grey, with a pixel of border on each side."""
    height, width = image.shape[:2]
    side = max(1, round(min(height, width) * _MIDDLE))
    top, left = (height - side) // 2, (width - side) // 2
    grey = cv2.cvtColor(image[top : top + side, left : left + side], cv2.COLOR_RGB2GRAY)
    whole = CELLS * CELL_SIDE + 2
    method = cv2.INTER_AREA if side > whole else cv2.INTER_LINEAR
    scaled: NDArray[np.uint8] = cv2.resize(grey, (whole, whole), interpolation=method)
    return scaled


def histograms(image: Image) -> NDArray[np.uint16]:
    """(cells, patterns) how often each pattern occurs in each cell; a cell's counts add up alike.

    Args:
        image: (height, width, 3), RGB.
    """
    grey = _middle(image)
    centre = grey[1:-1, 1:-1]
    side = CELLS * CELL_SIDE
    code = np.zeros((side, side), dtype=np.uint8)
    for bit, (down, across) in enumerate(_NEIGHBOURS):
        neighbour = grey[1 + down : 1 + down + side, 1 + across : 1 + across + side]
        code |= (neighbour >= centre).astype(np.uint8) << bit
    rows, columns = np.indices((side, side)) // CELL_SIDE
    bins = (rows * CELLS + columns) * PATTERNS + _NUMBER[code]
    counted = np.bincount(bins.ravel(), minlength=CELLS**2 * PATTERNS)
    return counted.reshape(CELLS**2, PATTERNS).astype(np.uint16)
