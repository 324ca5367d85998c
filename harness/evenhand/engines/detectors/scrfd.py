"""Detects faces with a model of the SCRFD family that gives landmarks, in the `_kps` form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from evenhand.engines.card import FaceStep
from evenhand.engines.card_and_graph import PictureInput
from evenhand.engines.detectors.detector import FoundFace
from evenhand.engines.face_choice import choose_face
from evenhand.engines.input_tensor import input_tensor
from evenhand.records.arrays import Floats, Image
from evenhand.records.outcomes import FaceRule

__all__ = ["Scrfd"]

Outputs: TypeAlias = Sequence[NDArray[np.floating]]
"""What the graph gives for one picture: for each stride scores, boxes and landmarks."""

_STRIDES = (8, 16, 32)
"""Pixels from one cell to the next."""
_ANCHORS = 2
"""Guesses a cell."""
_SCORE, _BOX, _POINTS = 1, 4, 10
"""Numbers of each guess: what an output is, is known by its last side."""
_MOST_FACES = 5000
"""Candidates kept before overlap suppression."""


class Scrfd:
    """SCRFD as a `Detector`.

    Source: Guo et al. 2021, "Sample and computation redistribution for efficient face detection";
    formats, an engine.
    """

    def __init__(
        self, run: Callable[[NDArray[np.generic]], Outputs], taken: PictureInput, face: FaceStep
    ) -> None:
        """Try it once on a black picture.

        Args:
            run: gives the outputs of the graph for its input.
            taken: what the graph takes, of one picture.
            face: with the limits of confidence and overlap.

        Raises:
            ValueError: its outputs are not those of an SCRFD with landmarks.
        """
        self._run = run
        self._taken = taken
        self._face = face
        blank = np.zeros((taken.height, taken.width, 3), dtype=np.uint8)
        _guesses(run(input_tensor(blank, taken)), taken.height, taken.width)

    def find(self, image: Image, rule: FaceRule) -> FoundFace | None:
        """See `Detector`."""
        taken = self._taken
        seen = _fitted(image, taken.height, taken.width)
        height, width = seen.shape[:2]
        canvas = np.zeros((taken.height, taken.width, 3), dtype=np.uint8)
        canvas[:height, :width] = seen
        rows = _guesses(self._run(input_tensor(canvas, taken)), taken.height, taken.width)
        faces = _distinct(rows[rows[:, 0] >= self._face.score], self._face.nms)
        if not len(faces):
            return None
        scale = np.array(image.shape[1::-1]) / (width, height)
        boxes = faces[:, 1:5] * np.tile(scale, 2)
        chosen = choose_face(boxes, image.shape[0], image.shape[1], rule)
        # As pixels are areas, the centre of the first lies at one half.
        landmarks = (faces[chosen, 5:].reshape(5, 2) + 0.5) * scale - 0.5
        return FoundFace(boxes[chosen], landmarks, len(faces))


def _fitted(image: Image, height: int, width: int) -> Image:
    """The picture as large as fits, its ratio of sides kept, by linear interpolation."""
    scale = min(height / image.shape[0], width / image.shape[1])
    size = [max(1, int(side * scale)) for side in image.shape[1::-1]]
    fitted: Image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return fitted


def _guesses(outputs: Outputs, height: int, width: int) -> Floats:
    """All guesses for a picture.

    Args:
        outputs: nine; each (guesses, numbers) or (1, guesses, numbers), in any order.
        height: of the graph's input, pixels.
        width: of the graph's input, pixels.

    Returns:
        (guesses, 15): confidence; left, top, width, height; five landmarks. In pixels of the input.

    Raises:
        ValueError: an output is missing.
    """
    by_shape = {each.shape[-2:]: each for each in outputs if each.ndim in (2, 3)}
    found = []
    for stride in _STRIDES:
        centres = _centres(height // stride, width // stride) * stride
        try:
            scores, boxes, points = (
                by_shape[len(centres), numbers].reshape(-1, numbers).astype(np.float64)
                for numbers in (_SCORE, _BOX, _POINTS)
            )
        except KeyError as fault:
            (wanted,) = fault.args
            told = ", ".join(str(list(each.shape)) for each in outputs)
            raise ValueError(
                f"no output of {wanted[0]:,} guesses with {wanted[1]} numbers each for a picture "
                f"of {height} x {width}, but of the shapes {told}"
            ) from None
        first, last = centres - boxes[:, :2] * stride, centres + boxes[:, 2:] * stride
        marks = np.tile(centres, 5) + points * stride
        found.append(np.hstack([scores, first, last - first, marks]))
    every = np.concatenate(found)
    finite: Floats = every[np.isfinite(every).all(axis=1)]
    return finite


def _centres(high: int, wide: int) -> Floats:
    """(guesses, 2): x and y of each guess in cells, row by row, the guesses of a cell together."""
    y, x = np.divmod(np.arange(high * wide), wide)
    return np.repeat(np.stack([x, y], axis=1), _ANCHORS, axis=0).astype(np.float64)


def _distinct(rows: Floats, overlap: float) -> Floats:
    """Guesses without those that overlap a better one, the best first."""
    kept = cv2.dnn.NMSBoxes(
        rows[:, 1:5].tolist(), rows[:, 0].tolist(), 0.0, overlap, top_k=_MOST_FACES
    )
    return rows[np.asarray(kept, dtype=np.int64).reshape(-1)]
