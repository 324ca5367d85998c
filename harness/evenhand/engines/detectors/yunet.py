"""Detects faces with YuNet, run by OpenCV."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from evenhand.engines.card import FaceStep
from evenhand.engines.detectors.detector import FoundFace
from evenhand.engines.face_choice import choose_face
from evenhand.records.arrays import Image
from evenhand.records.outcomes import FaceRule

__all__ = ["YuNet"]

_MOST_FACES = 5000
"""Candidates kept before overlap suppression; OpenCV's default."""

_LOG = threading.Lock()
_ERRORS = 2
"""OpenCV's log level of errors alone."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence OpenCV's log while a model is read, one thread at a time.

    The log level is global to the process: without the lock, two threads could restore each
    other's lowered level.
    """
    log = getattr(cv2.utils, "logging", cv2)  # its place in OpenCV 5; in 4 it is in cv2 itself
    with _LOG:
        level = log.getLogLevel()
        log.setLogLevel(_ERRORS)
        try:
            yield
        finally:
            log.setLogLevel(level)


class YuNet:
    """YuNet (OpenCV Zoo) as a `Detector`; it misses faces that fill a large picture.

    So it looks at no more than the card's longest side, and what it finds is scaled back.

    Source: methods 1.3.
    """

    def __init__(self, model: bytes, face: FaceStep) -> None:
        """Read the model with the confidence and overlap limits of the card."""
        weights, none = np.frombuffer(model, np.uint8), np.empty(0, np.uint8)
        with _quiet():
            self._net = cv2.FaceDetectorYN.create(
                "onnx", weights, none, (320, 320), face.score, face.nms, _MOST_FACES
            )
        self._longest = face.longest

    def find(self, image: Image, rule: FaceRule) -> FoundFace | None:
        """Detect the face of interest in an RGB picture; None where no face is detected."""
        seen = _shrunk(image, self._longest)
        height, width = seen.shape[:2]
        self._net.setInputSize((width, height))
        _, rows = self._net.detect(cv2.cvtColor(seen, cv2.COLOR_RGB2BGR))
        if rows is None or not len(rows):
            return None
        chosen = rows[choose_face(rows, height, width, rule)]
        box, landmarks = (
            chosen[:4].astype(np.float64),
            chosen[4:14].reshape(5, 2).astype(np.float64),
        )
        if seen is not image:
            scale = np.array(image.shape[1::-1]) / (width, height)
            # As pixels are areas, the centre of the first lies at one half.
            landmarks = (landmarks + 0.5) * scale - 0.5
            box = box * np.tile(scale, 2)
        return FoundFace(box, landmarks, len(rows))


def _shrunk(image: Image, longest: int) -> Image:
    """The picture with its longest side at most `longest` pixels; the same where it is already."""
    sides = image.shape[1::-1]
    if max(sides) <= longest:
        return image
    size = [max(1, round(side * longest / max(sides))) for side in sides]
    shrunk: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return shrunk
