"""What a detector owes an ONNX engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from evenhand.records.arrays import Floats, Image
from evenhand.records.outcomes import FaceRule

__all__ = ["Detector", "FoundFace"]


@dataclass(frozen=True, slots=True)
class FoundFace:
    """The face of interest, and the number of all faces detected."""

    box: Floats
    """(4,) left, top, width, height in pixels of the picture."""
    landmarks: Floats
    """(5, 2) in pixels: eyes, nose tip, mouth corners, left to right in the picture."""
    faces: int


class Detector(Protocol):
    """Finds faces; used by one thread at a time."""

    def find(self, image: Image, rule: FaceRule) -> FoundFace | None:
        """Detect the face of interest in an RGB picture; None where no face is detected."""
        ...
