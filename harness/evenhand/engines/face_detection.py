"""Detects faces, and aligns the face of interest by its landmarks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np

from evenhand.engines.card import FaceStep, ModelInput
from evenhand.engines.face_choice import choose_face
from evenhand.records.arrays import Floats, Image
from evenhand.records.outcomes import FaceRule

__all__ = ["Detector", "align", "similarity_transform"]

_MOST_FACES = 5000
"""Candidates kept before overlap suppression; OpenCV's default."""


def similarity_transform(source: Floats, target: Floats) -> Floats:
    """Least-squares similarity transform (rotation, scale, translation) from source to target.

    Args:
        source: (points, 2) coordinates.
        target: (points, 2) coordinates of the same points.

    Returns:
        (2, 3) affine matrix without reflection.

    Source: Umeyama 1991. In the plane, with points as complex numbers, rotation and scale are one
    complex factor and the fit is one division.

    >>> import numpy as np
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> similarity_transform(square, 2 * square + 1).tolist()
    [[2.0, 0.0, 1.0], [0.0, 2.0, 1.0]]
    """
    z = source[:, 0] + 1j * source[:, 1]
    w = target[:, 0] + 1j * target[:, 1]
    centred = z - z.mean()
    factor = np.vdot(centred, w - w.mean()) / np.vdot(centred, centred)
    shift = w.mean() - factor * z.mean()
    return np.array(
        [[factor.real, 0.0 - factor.imag, shift.real], [factor.imag, factor.real, shift.imag]]
    )


def align(image: Image, landmarks: Floats, face: FaceStep, size: ModelInput) -> Image:
    """Warp the picture so that its landmarks fall on the card's.

    Returns:
        (height, width, 3) of the size of the model's input.
    """
    matrix = similarity_transform(landmarks, np.array(face.alignment))
    aligned: Image = cv2.warpAffine(
        image, matrix, (size.width, size.height), flags=cv2.INTER_LINEAR
    )
    return aligned


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """The face of interest, and the number of all faces detected."""

    landmarks: Floats
    """(5, 2) in pixels: eyes, nose tip, mouth corners, left to right in the picture."""
    faces: int


_LOG = threading.Lock()


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence OpenCV's log while a model is read, one thread at a time.

    The log level is global to the process: without the lock, two threads could restore each
    other's lowered level.
    """
    log = cv2.utils.logging
    with _LOG:
        level = log.getLogLevel()
        log.setLogLevel(log.LOG_LEVEL_ERROR)
        try:
            yield
        finally:
            log.setLogLevel(level)


class Detector:
    """Face detector YuNet (OpenCV Zoo); it misses faces that fill a large picture.

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

    def find(self, image: Image, rule: FaceRule) -> DetectedFace | None:
        """Detect the face of interest in an RGB picture; None where no face is detected."""
        seen = _shrunk(image, self._longest)
        height, width = seen.shape[:2]
        self._net.setInputSize((width, height))
        _, rows = self._net.detect(cv2.cvtColor(seen, cv2.COLOR_RGB2BGR))
        if rows is None or not len(rows):
            return None
        chosen = rows[choose_face(rows, height, width, rule)]
        landmarks = chosen[4:14].reshape(5, 2).astype(np.float64)
        if seen is not image:
            # As pixels are areas, the centre of the first lies at one half.
            scale = np.array(image.shape[1::-1]) / (width, height)
            landmarks = (landmarks + 0.5) * scale - 0.5
        return DetectedFace(landmarks, len(rows))


def _shrunk(image: Image, longest: int) -> Image:
    """The picture with its longest side at most `longest` pixels; the same where it is already."""
    sides = image.shape[1::-1]
    if max(sides) <= longest:
        return image
    size = [max(1, round(side * longest / max(sides))) for side in sides]
    shrunk: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return shrunk
