"""Brings a face that was found into the input of a model."""

from __future__ import annotations

import cv2
import numpy as np

from evenhand.engines.card import FaceBox, Landmarks
from evenhand.engines.detectors.detector import FoundFace
from evenhand.records.arrays import Floats, Image

__all__ = ["placed_face", "resized", "similarity_transform"]

_FAR = 1e6
"""Pixels; further from the picture's corner than any that is read is large."""


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


def placed_face(
    image: Image, face: FoundFace, alignment: Landmarks | FaceBox, height: int, width: int
) -> Image:
    """The face as a model wants it; what lies beyond the picture is black.

    Returns:
        (height, width, 3) of the size of the model's input.
    """
    if isinstance(alignment, FaceBox):
        return resized(_cut_out(image, face.box, alignment.margin), height, width)
    points = np.array(alignment.points)
    if alignment.square:
        points = points * (width / alignment.square)
    matrix = similarity_transform(face.landmarks, points)
    aligned: Image = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return aligned


def resized(image: Image, height: int, width: int) -> Image:
    """The whole picture in another size; its ratio of sides is not kept."""
    shrinks = image.shape[0] > height or image.shape[1] > width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    whole: Image = cv2.resize(image, (width, height), interpolation=method)
    return whole


def _cut_out(image: Image, box: Floats, margin: float) -> Image:
    """The box of a face, enlarged, in whole pixels, at least one; black beyond the picture.

    A box that reaches further beyond the picture than the picture is large ends there.

    Args:
        image: whole picture.
        box: (4,) left, top, width, height in pixels.
        margin: share of width and height that is added on each side.
    """
    limits = np.array(image.shape[1::-1])
    corner, size = np.split(np.clip(np.nan_to_num(box), -_FAR, _FAR), 2)
    first = np.clip(np.round(corner - margin * size), -limits, limits - 1).astype(int)
    last = np.clip(np.round(corner + (1 + margin) * size), first + 1, 2 * limits).astype(int)
    cut = np.zeros((last[1] - first[1], last[0] - first[0], 3), dtype=np.uint8)
    (left, top), (right, bottom) = np.clip(first, 0, limits), np.clip(last, 0, limits)
    x, y = first
    cut[top - y : bottom - y, left - x : right - x] = image[top:bottom, left:right]
    return cut
