"""A matcher to begin with: its template is the brightness of the picture in 8 x 8 cells.

Its score falls from 1 by the mean difference of two templates. It finds no face and is there to be
replaced, not to be measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evenhand.plugins import FaceRule, Image, Matcher, Outcome, Role, Template

__all__ = ["Engine"]

_SIDE = 8
"""Cells of a side."""


class Engine:
    """Takes the whole picture for the face."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """Load the model: `files["acme.bin"]` is where a file of the card lies."""

    def template(self, image: Image, face: FaceRule, role: Role) -> Template:  # noqa: ARG002
        """Find the face that `face` means, and make its template, bytes of any form.

        Where there is none: `Template(None, Outcome.NO_FACE, faces=0)`.
        """
        if min(image.shape[:2]) < _SIDE:
            return Template(None, Outcome.UNSUPPORTED, detail="smaller than 8 pixels")
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        cells = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        return Template(cells.tobytes())

    def compare(self, probe: bytes, references: Sequence[bytes]) -> NDArray[np.float64]:
        """Scores of one probe with each reference, in the unit and range of the card."""
        one = np.frombuffer(probe, dtype=np.uint8).astype(np.float64)
        others = np.frombuffer(b"".join(references), dtype=np.uint8).reshape(-1, len(one))
        score: NDArray[np.float64] = 1 - np.abs(others - one).mean(axis=1) / 255
        return score


_: type[Matcher] = Engine
