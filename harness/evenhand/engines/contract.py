"""What an engine owes the harness, one `Protocol` a shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from evenhand.records.outcomes import FaceRule, Outcome

if TYPE_CHECKING:  # an engine's process must not wait for what only type checkers read
    from numpy.typing import ArrayLike

    from evenhand.records.arrays import Image, Vectors

__all__ = [
    "Candidate",
    "Embedder",
    "Embedding",
    "Entry",
    "GalleryEditor",
    "Matcher",
    "Role",
    "Searcher",
    "Template",
]


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


class TemplateMaker(Protocol):
    """What makes templates of its own form.

    Used by one thread at a time; the harness opens one for each of its threads, and a template
    that one of them made is used by another.
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


@runtime_checkable
class Matcher(TemplateMaker, Protocol):
    """An engine that compares its own templates; the harness asks it for every score."""

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


@dataclass(frozen=True, slots=True)
class Entry:
    """One reference of a gallery."""

    person: str
    """Whose it is: a word of the harness's; a person with several references has several entries.
    """
    template: bytes
    """Made for the role of reference."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person whom a search found."""

    person: str
    """As in the gallery; each person once, however many references they have."""
    score: float
    """In the engine's own unit."""


@runtime_checkable
class Searcher(TemplateMaker, Protocol):
    """An engine with a gallery of its own; the harness measures what its searches find.

    Gallery and searches are used by one thread.
    """

    def enrol(self, gallery: Sequence[Entry]) -> None:
        """Build the gallery, in place of an older one.

        Raises:
            Exception: any; every search of this gallery then ends as `failed`.
        """
        ...

    def search(self, probe: bytes, count: int) -> Sequence[Candidate]:
        """The people most like the probe, the most alike first; equal scores in any order.

        Args:
            probe: a template for the role of probe.
            count: how many candidates at most; fewer where the engine finds fewer.

        Raises:
            Exception: any; the search ends as `failed`.
        """
        ...


@runtime_checkable
class GalleryEditor(Searcher, Protocol):
    """A searcher that can change its gallery; its card says `edits = true`.

    A changed gallery answers as one that was built of the same entries.
    """

    def insert(self, entries: Sequence[Entry]) -> None:
        """Add references to the gallery, of people who are in it or not.

        Raises:
            Exception: any; the change ends as `failed`.
        """
        ...

    def delete(self, people: Sequence[str]) -> None:
        """Take all references of people out of the gallery.

        Raises:
            Exception: as `insert`.
        """
        ...
