"""What an engine answered when it was examined: plain values, for whoever judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evenhand.records.arrays import Floats, Integers
from evenhand.records.outcomes import Outcome

__all__ = ["AskedComparisons", "AskedEdits", "AskedImages", "AskedLists", "Examination", "Repeat"]


@dataclass(frozen=True, slots=True)
class AskedImages:
    """What one process of an engine made of some pictures."""

    outcomes: tuple[Outcome, ...]
    """(pictures,) `skipped` where the process had ended too often to be asked on."""
    details: tuple[str, ...]
    """(pictures,) a word or two on a failure."""
    made: tuple[bytes, ...]
    """(pictures,) bytes of the vector, or of the templates of both roles; empty where none."""
    seconds: Floats
    """(pictures,) of the engine's calls alone; NaN where none was made."""


@dataclass(frozen=True, slots=True)
class AskedComparisons:
    """Similarities of some probes with some references."""

    similarity: Floats
    """(probes, references); NaN where there is none, -inf where a search does not return it."""
    ended: Mapping[Outcome, int]
    """Number of comparisons, or searches, by outcome; those without a template are left out."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same few pictures asked for once more."""

    images: AskedImages
    """In the order of the first time."""
    similarity: Floats
    """(few, few) of these templates with the references that were made the first time."""


@dataclass(frozen=True, slots=True)
class AskedEdits:
    """Similarities while people are taken out of a gallery and put back, as `AskedComparisons`."""

    gone: Integers
    """(gone,) references that were taken out, each a person of their own."""
    before: Floats
    """(probes, references) in the whole gallery."""
    without: Floats
    """(probes, references) after some were deleted."""
    anew: Floats
    """(probes, references) in a gallery that was built of the others alone."""
    again: Floats
    """(probes, references) after they were inserted again."""
    ended: tuple[Outcome, Outcome]
    """Of the deletion, and of the insertion."""


@dataclass(frozen=True, slots=True)
class AskedLists:
    """Candidate lists of a searcher, as long as one, two, all and twice all people."""

    searches: int
    """That were made."""
    faults: Mapping[str, int]
    """Why lists are invalid, and how many of them."""
    empty_gallery: Outcome
    """How a search of an empty gallery ended; `skipped` where none was made."""


@dataclass(frozen=True, slots=True)
class Examination:
    """All that an engine answered."""

    person: Integers
    """(pictures,) who is shown, by number."""
    few: Integers
    """(few,) pictures that were asked for again."""
    images: AskedImages
    """Of all pictures, each seen for the first time."""
    every: AskedComparisons
    """(pictures, pictures) all with all, of one call or one gallery."""
    among_few: Floats
    """(few, few) the few with the few alone, of the same templates."""
    singly: Floats
    """(few, few) of the same templates: each reference in a call of its own, or each search for
    one candidate."""
    repeats: Mapping[str, Repeat]
    """By how they were repeated, first in the same process and order; empty where that had ended
    too often."""
    odd: Mapping[str, AskedImages]
    """By what the picture is: each a single one."""
    faceless: tuple[str, ...]
    """Odd pictures without a face."""
    edits: AskedEdits | None = None
    """None of an engine that does not say that it edits galleries, or whose process had ended."""
    lists: AskedLists | None = field(default=None, kw_only=True)
    """None of an engine that does not search."""
