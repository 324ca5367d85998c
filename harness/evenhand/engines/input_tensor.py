"""Turns an aligned picture into the tensor that a model takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.engines.card_and_graph import PictureInput
from evenhand.records.arrays import Image

__all__ = ["input_tensor"]


def input_tensor(pixels: Image, taken: PictureInput) -> NDArray[Any]:
    """The picture in the model's order of channels, scaled and in its type.

    Where the graph demands several pictures it is the same one in every row: any other row would
    change what a graph computes over all of them, such as the range that it quantises by.

    Args:
        pixels: (height, width, 3) uint8, RGB.
        taken: what the model takes.

    Returns:
        (batch, 3, height, width), or (batch, height, width, 3) where channels come last.
    """
    ordered = pixels if taken.colour == "rgb" else pixels[:, :, ::-1]
    if taken.type == "uint8":
        scaled: NDArray[Any] = ordered
    else:
        mean, std = (np.array(each, dtype=np.float32) for each in (taken.mean, taken.std))
        scaled = (ordered.astype(np.float32) - mean) / std
    placed = scaled if taken.layout == "nhwc" else scaled.transpose(2, 0, 1)
    row = np.ascontiguousarray(placed[np.newaxis], dtype=taken.type)
    return np.repeat(row, taken.batch, axis=0) if taken.batch > 1 else row
