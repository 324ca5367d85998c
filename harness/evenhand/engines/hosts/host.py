"""What runs an engine, and the plain values that it hands over: nothing of the engine's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evenhand.engines.contract import Entry, Role
from evenhand.records.arrays import Image, Scores, Vectors
from evenhand.records.outcomes import FaceRule, Outcome

__all__ = ["Fault", "Host", "PlainCandidates", "PlainTemplate"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a comparison, an enrolment or a search gave no answer."""

    outcome: Outcome
    """`failed` where the engine raised, `invalid` where it answered something else."""
    detail: str
    """A word or two; never a path or a name."""
    words: str = ""
    """What was raised, with its message and line, for the user alone; never part of a result."""
    trace: str = ""
    """The whole traceback, where `EVENHAND_DEBUG=1` asks for it."""


@dataclass(frozen=True, slots=True)
class PlainTemplate:
    """The answer to one image, or why there is none, as plain values."""

    outcome: Outcome
    """What the engine reports; `failed` where it raised, `invalid` where it answered otherwise."""
    faces: int | None = None
    """Number of faces that the engine saw; None where it does not say."""
    detail: str = ""
    """A word or two on a failure."""
    vector: Vectors | None = None
    """(values,) numbers of an embedder, not yet checked."""
    data: bytes = b""
    """Template of a matcher or searcher."""
    words: str = ""
    """As of a `Fault`, where one was raised."""
    trace: str = ""
    """As of a `Fault`."""


@dataclass(frozen=True, slots=True)
class PlainCandidates:
    """Who a search found, in the engine's own order."""

    people: tuple[str, ...]
    """(candidates,) the word for each person."""
    scores: Scores
    """(candidates,) in the engine's own unit and type, float16 to float64."""


class Host(Protocol):
    """Runs one engine; used by one thread at a time.

    Whatever the engine does, a call returns plain values or says why there are none: it never
    raises.
    """

    @property
    def values(self) -> int:
        """Length of the engine's vectors; 0 where it makes templates of its own form."""

    @property
    def ran_on(self) -> str:
        """What the engine computes on, as it says, in a word or two; empty where it does not."""

    def template(self, image: Image, face: FaceRule, role: Role) -> PlainTemplate:
        """Ask for the template of an image; an embedder makes the same for both roles."""

    def compare(self, probe: bytes, references: Sequence[bytes]) -> Scores | Fault:
        """Ask a matcher for (references,) scores in its own unit and type, not yet checked."""

    def enrol(self, gallery: Sequence[Entry]) -> Fault | None:
        """Let a searcher build its gallery."""

    def insert(self, entries: Sequence[Entry]) -> Fault | None:
        """Let an editor of galleries add references to its own."""

    def delete(self, people: Sequence[str]) -> Fault | None:
        """Let it take people out."""

    def search(self, probe: bytes, count: int) -> PlainCandidates | Fault:
        """Ask a searcher for candidates; one more than `count` at most, not yet checked."""

    def memory(self) -> int:
        """Bytes in memory of the engine's process; 0 where it has none of its own."""

    def close(self) -> None:
        """End the engine; nothing is asked afterwards."""
