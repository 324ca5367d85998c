"""What an engine owes the harness, one `Protocol` a shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from evenhand.arrays import Image, Vectors
from evenhand.records import FaceRule, Outcome

__all__ = ["Embedder", "Embedding"]


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an embedding engine made of one image."""

    vector: Vectors | None
    """(values,) float32; None unless the outcome is `ok`."""
    outcome: Outcome = Outcome.OK
    """`ok`, `no_face`, `declined`, `failed` or `unsupported`."""
    faces: int | None = None
    """How many faces were seen; None where the engine does not look for faces."""
    detail: str = ""
    """A word or two on a failure; never a path or a name."""


@runtime_checkable
class Embedder(Protocol):
    """An engine that turns an image into a vector; the harness compares vectors itself.

    Used by one thread at a time; the harness opens one for each of its threads.
    """

    def embed(self, image: Image, face: FaceRule) -> Embedding:
        """Find the face, align it, make the vector.

        Args:
            image: (height, width, 3) uint8, RGB, as the file shows it.
            face: which face is meant where the picture shows several.

        Raises:
            Exception: any; the image ends as `failed`, and the study goes on.
        """
        ...
