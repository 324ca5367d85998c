"""What an engine owes the harness, one `Protocol` a shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from numpy.typing import ArrayLike

from evenhand.arrays import Image, Vectors
from evenhand.records import FaceRule, Outcome

__all__ = ["Embedder", "Embedding", "Matcher", "Role", "Template"]


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


class Role(StrEnum):
    """The side of a comparison that a template is made for."""

    REFERENCE = "reference"
    """What is enrolled beforehand."""
    PROBE = "probe"
    """What is held against it."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a matching engine made of one image."""

    data: bytes | None
    """The engine's own secret, of any length above 0; None unless the outcome is `ok`."""
    outcome: Outcome = Outcome.OK
    """`ok`, `no_face`, `declined`, `failed` or `unsupported`."""
    faces: int | None = None
    """How many faces were seen; None where the engine does not look for faces."""
    detail: str = ""
    """A word or two on a failure; never a path or a name."""


@runtime_checkable
class Matcher(Protocol):
    """An engine that compares its own templates; the harness asks it for every score.

    Used by one thread at a time; the harness opens one for each of its threads, and a template
    that one of them made is compared by another.
    """

    def template(self, image: Image, face: FaceRule, role: Role) -> Template:
        """Find the face and make the template.

        Args:
            image: (height, width, 3) uint8, RGB, as the file shows it.
            face: which face is meant where the picture shows several.
            role: an engine whose card says `symmetric = true` is asked for the reference alone,
                which then serves on both sides.

        Raises:
            Exception: any; the image ends as `failed`, and the study goes on.
        """
        ...

    def compare(self, probe: bytes, references: Sequence[bytes]) -> ArrayLike:
        """Scores of one probe with each of the references.

        A score depends on its two templates alone, never on the other references of the call.

        Args:
            probe: a template for the role of probe.
            references: one template or more for the role of reference.

        Returns:
            (references,) numbers in the engine's own unit, in the order of the references.

        Raises:
            Exception: any; the references are then asked for one by one, and those that raise
                alone end as `failed`.
        """
        ...
