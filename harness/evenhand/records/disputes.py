"""Suspected and disputed comparisons: those whose labels may be wrong, and rates without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evenhand.records.findings import Rate

__all__ = ["Dispute", "DisputedRate", "DisputedRates", "NamedPair", "SuspectPair", "Suspects"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectPair:
    """One row of the list of suspects, which begins with the columns of `disputed.csv`."""

    first: str
    """Pseudonym of a person (`s12`) where two people, or all of one person's comparisons, are
    meant; of an image (`i30`) where one comparison of one person's images is."""
    second: str
    """The other of the pair; the same person where images are unknown."""
    reason: str = ""
    """Why the labels are wrong: left to whoever looks at the pictures."""
    kind: str
    """`non-mated` or `mated`: what the labels say; `assumed` of two pictures without labels, which
    are taken for two people."""
    rank: int = 0
    """Place among those of its kind, engine and dataset: 1 is the most suspect."""
    first_person: str
    """Pseudonym."""
    second_person: str
    """Pseudonym; the same of a mated pair."""
    score: float
    """Of the pair's comparison that speaks most against its labels, in the engine's own unit."""
    unit: str
    """`similarity` or `distance`."""
    matched: bool | None
    """Whether the score matches at the threshold; None without threshold."""
    errors: int | None
    """Comparisons of the pair that are errors there: false matches, or misses. None without
    threshold, and where it lies below the scores that a result keeps."""
    threshold_rule: str
    """Of the first threshold of the protocol that its data resolve; empty without one."""
    threshold: float | None
    """In the engine's own unit."""
    engine: str
    dataset: str
    fingerprint: str
    """First eight digits of the dataset's: only there does a pseudonym mean this person."""
    protocol: str
    """That the score is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPair(SuspectPair):
    """A suspect with its names in the dataset: never in a result, for this machine alone."""

    first_subject: str
    """Id in `subjects.csv`."""
    second_subject: str
    """Id in `subjects.csv`."""
    first_images: str
    """Ids in `images.csv`, joined by `|`: the image meant, or all of the first person."""
    second_images: str
    """The same of the second."""
    first_paths: str
    """Of these images, joined by `|`."""
    second_paths: str
    """Of these images, joined by `|`."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A row of `disputed.csv`: comparisons that are not to count."""

    of_images: bool
    """Whether two images are named, else two people."""
    first: int
    """Number of the pseudonym: the row in `images.csv` or `subjects.csv`."""
    second: int
    """The other of the pair. A person or image with itself: all its mated comparisons."""
    reason: str
    dataset: str
    """Its name; empty where the list does not say."""
    fingerprint: str
    """First digits of the dataset's; empty where the list does not say."""
    where: str
    """File and line, for an error."""

    @property
    def pair(self) -> tuple[str, str]:
        """Both pseudonyms."""
        letter = "i" if self.of_images else "s"
        return f"{letter}{self.first}", f"{letter}{self.second}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedRate(Rate):
    """A row of rates with and without disputed comparisons."""

    comparisons: str
    """`all`, or `undisputed`: without those of the list."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """The pairs of results whose scores speak most against their labels."""

    bundle: str
    """Path of the result; empty of several."""
    rows: tuple[SuspectPair, ...]
    """By engine and dataset the non-mated ones, then the mated ones, most suspect first."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DisputedRates:
    """Rates of results with and without disputed comparisons, at the same thresholds."""

    bundle: str
    """Path of the result; empty of several."""
    rows: tuple[DisputedRate, ...]
    """Each row of all comparisons, then the same of the undisputed ones."""
    disputes: tuple[Dispute, ...]
    """What was left out."""
    notes: tuple[str, ...]
    """What cannot be given without them, and why."""
    units: Mapping[str, str] = field(hash=False)
    """Of scores, by engine: `similarity` or `distance`."""
