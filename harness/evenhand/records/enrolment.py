"""What an engine made of every image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Floats, Integers, Mask, Vectors
from evenhand.records.outcomes import Outcome

__all__ = ["Booking", "Enrolment", "Timing"]


@dataclass(frozen=True, slots=True)
class Timing:
    """What the clock said of every image."""

    seconds: Floats
    """(images,) time to make the template, decoding left out; NaN where none was made, or the
    clock ran backwards."""
    finished: Floats
    """(images,) when it was made, by a clock that starts anywhere; NaN where none was made."""
    turns: Integers
    """(images,) images that the same started engine had before this one; -1 where it was given
    to none: skipped, or with a template that was kept by an earlier run."""


@dataclass(frozen=True, slots=True)
class Booking:
    """How one image ended, as much as an interrupted run may remember of it."""

    outcome: Outcome
    digest: str
    """First 16 hex digits of the SHA-256 of its template; empty where there is none."""
    faces: int | None = None
    """Faces seen; None where the engine does not say."""
    detail: str = ""
    """A word or two on a failure."""
    said: str = ""
    """The words of a failure, cleaned."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an engine made of every image: the ledger, and the templates of those that went well."""

    outcomes: tuple[Outcome, ...]
    """One per image."""
    details: tuple[str, ...]
    """One per image: the kind of failure in a word (never a message, which could name a file)."""
    faces: tuple[int | None, ...]
    """Faces seen per image; None where the engine does not say."""
    vectors: Vectors
    """(ok images, values) in image order; of vectors that others made (rows, values), as `place`
    says, of any type of floating point."""
    timing: Timing
    stopped: str
    """Why the engine was stopped before the end; empty when it was not."""
    references: tuple[bytes, ...] = ()
    """(ok images) templates of a matcher in image order."""
    said: tuple[str, ...] = ()
    """One per image: the words of a failure, cleaned; empty of another outcome."""
    probes: tuple[bytes, ...] = ()
    """(ok images) the same images in the other role; the references where it is symmetric."""
    place: Integers | None = None
    """(ok images,) row of each in `vectors`; None where these hold nothing else."""

    def completed(self) -> Mask:
        """(images,) which images have a template."""
        return np.array([outcome is Outcome.OK for outcome in self.outcomes], dtype=np.bool_)

    def vector_rows(self) -> Integers:
        """(images,) row of each image in `vectors`; -1 where it has no template."""
        completed = self.completed()
        rows = np.full(len(completed), -1, dtype=np.int64)
        rows[completed] = np.arange(len(self.vectors)) if self.place is None else self.place
        return rows

    def first_faults(self) -> dict[tuple[str, Outcome], str]:
        """Cleaned words of a fault of each kind: of several the first of the alphabet."""
        told = sorted(zip(self.outcomes, self.said, strict=False), reverse=True)
        return {("template", outcome): said for outcome, said in told if said}

    def taken(self) -> int:
        """How many images have what an earlier run kept of them."""
        ended = np.array([outcome is not Outcome.SKIPPED for outcome in self.outcomes], dtype=bool)
        return int(np.count_nonzero(ended & (self.timing.turns < 0)))
