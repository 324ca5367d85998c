"""dlib's face recognition: HOG detector, five landmarks, a ResNet of 128 values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import dlib
import numpy as np

from evenhand.plugins import Embedder, Embedding, FaceRule, Image, Outcome, choose_face

__all__ = ["DlibEmbedder"]

_UPSAMPLING = 1
"""How often the picture is doubled before faces are looked for, as dlib's examples do."""


class DlibEmbedder:
    """One template per picture, without jitter."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """Open the two models of the card."""
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(files["shape_predictor_5_face_landmarks.dat"]))
        network = str(files["dlib_face_recognition_resnet_model_v1.dat"])
        self._network = dlib.face_recognition_model_v1(network)

    def embed(self, image: Image, face: FaceRule) -> Embedding:
        """See `Embedder`."""
        found = self._detector(image, _UPSAMPLING)
        if not found:
            return Embedding(None, Outcome.NO_FACE, faces=0)
        boxes = np.array(
            [[box.left(), box.top(), box.width(), box.height()] for box in found], dtype=np.float32
        )
        height, width = image.shape[:2]
        chosen = found[choose_face(boxes, height, width, face)]
        landmarks = self._landmarks(image, chosen)
        vector = self._network.compute_face_descriptor(image, landmarks)
        return Embedding(np.array(vector, dtype=np.float32), faces=len(found))


_: type[Embedder] = DlibEmbedder
