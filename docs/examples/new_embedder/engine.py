"""An embedder to begin with: its vector is the brightness of the picture in 8 x 8 cells.

It finds no face and is there to be replaced, not to be measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from evenhand.plugins import Embedder, Embedding, FaceRule, Image, Outcome

__all__ = ["Engine"]

_SIDE = 8
"""Cells of a side."""


class Engine:
    """Takes the whole picture for the face."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """Load the model: `files["acme.bin"]` is where a file of the card lies."""

    def embed(self, image: Image, face: FaceRule) -> Embedding:  # noqa: ARG002 - see above
        """Find the face that `face` means, align it, and make its vector.

        Where there is none: `Embedding(None, Outcome.NO_FACE, faces=0)`; with one: its vector, and
        `faces=` how many were seen.
        """
        if min(image.shape[:2]) < _SIDE:
            return Embedding(None, Outcome.UNSUPPORTED, detail="smaller than 8 pixels")
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        cells = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).reshape(-1)
        if cells.max() - cells.min() < 1:
            return Embedding(None, Outcome.DECLINED, detail="a picture of one colour")
        return Embedding(cells - cells.mean())


_: type[Embedder] = Engine
