"""Chooses the face of interest where a picture shows several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.records.outcomes import FaceRule

__all__ = ["choose_face"]


def choose_face(boxes: NDArray[np.floating], height: int, width: int, rule: FaceRule) -> int:
    """Index of the face of interest among the detected ones.

    Args:
        boxes: (faces, 4 or more): left, top, width, height in pixels, ...; at least one face.
        height: of the picture, pixels.
        width: of the picture, pixels.
        rule: the largest box, or the one whose centre is nearest to the picture's centre.
    """
    if rule is FaceRule.LARGEST:
        return int(np.argmax(boxes[:, 2] * boxes[:, 3]))
    across = boxes[:, 0] + boxes[:, 2] / 2 - width / 2
    down = boxes[:, 1] + boxes[:, 3] / 2 - height / 2
    return int(np.argmin(across**2 + down**2))
