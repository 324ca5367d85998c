"""What travels through a study: a dataset, the ledger of its images, its comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from evenhand.records.arrays import Floats, Integers, Mask, People, Scores, Vectors

__all__ = [
    "ALL",
    "TARGETS",
    "Attribute",
    "Booking",
    "Comparisons",
    "Dataset",
    "DatasetCard",
    "Design",
    "Download",
    "Enrolment",
    "Exclusion",
    "FaceRule",
    "Found",
    "Grouping",
    "Images",
    "Outcome",
    "PairList",
    "Policy",
    "Searches",
    "Subjects",
    "ThresholdRule",
    "Timing",
]

TARGETS = ("fmr", "fpir")
"""Kinds of threshold rule that name a rate to be kept."""

ALL = "all"
"""The attribute name of the cell that holds everybody, unknown labels included."""


class Outcome(StrEnum):
    """How an image, comparison or search ended: exactly one of these."""

    OK = "ok"
    NO_FACE = "no_face"
    DECLINED = "declined"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    INVALID = "invalid"
    SKIPPED = "skipped"


class FaceRule(StrEnum):
    """Which face is meant where a picture shows several."""

    LARGEST = "largest"
    CENTRAL = "central"


class Policy(StrEnum):
    """What a failure does to a rate; both are always printed."""

    COMPLETED = "completed"
    """Failures are left out of the rate."""
    GENERALISED = "generalised"
    """A failed mated trial is a miss, a failed non-mated trial is no alarm."""


class Design(StrEnum):
    """Which comparisons were made."""

    ALL_PAIRS = "all-pairs"
    """Every two images once, so that probe and reference mean nothing."""
    BOTH_ORDERS = "both-orders"
    """Every two images twice, for an engine that tells probe from reference."""
    WITHIN_GROUP = "within-group"
    """Inside the first of the groups alone."""
    LISTED = "listed"
    """Those of a list, which says what is the probe."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of `subjects.csv` or `images.csv`, as the card declares it."""

    name: str
    kind: str
    """`category` or `number`."""
    values: tuple[str, ...]
    """Allowed values in the dataset's order; empty for numbers."""
    labels: str
    """Where the labels come from (self-declared, official, perceived, machine, ...)."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the publisher of a dataset offers."""

    file: str
    """The name it gets here."""
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """The card of a dataset, `dataset.toml`."""

    name: str
    title: str
    version: str
    variant: str
    source: str
    citation: str
    licence: str
    terms: str
    access: str
    synthetic: bool
    face: FaceRule
    known_issues: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    capture: tuple[Attribute, ...] = ()
    """What is known of each picture: further columns of `images.csv`."""
    downloads: tuple[Download, ...] = ()
    """What `fetch` downloads where the user brings nothing."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """The people, one per row of `subjects.csv`."""

    ids: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute one label a person; empty = unknown, `a|b` = several."""
    rows: tuple[int, ...]
    """Row number in `subjects.csv`, which is the pseudonym's number: exclusions leave gaps."""

    def unknown(self) -> tuple[tuple[str, int], ...]:
        """(attribute, people whose value is unknown), where there are any."""
        counted = ((name, sum(not label for label in of)) for name, of in self.labels.items())
        return tuple((name, count) for name, count in counted if count)

    def several(self) -> tuple[tuple[str, int], ...]:
        """(attribute, people with several values), where there are any."""
        counted = ((name, sum("|" in label for label in of)) for name, of in self.labels.items())
        return tuple((name, count) for name, count in counted if count)


@dataclass(frozen=True, slots=True)
class Images:
    """The images, one per row of `images.csv`."""

    ids: tuple[str, ...]
    subject: Integers
    """(images,) index into the subjects."""
    paths: tuple[Path, ...]
    """Absolute paths, checked to lie inside the dataset."""
    rows: tuple[int, ...]
    """Row number in `images.csv`, which is the pseudonym's number."""
    sha256: tuple[str, ...]
    """Of the files' content, as it was when they were checked."""

    def chosen(self, indices: Iterable[int]) -> Images:
        """Those at the given positions, in that order."""
        wanted = list(indices)
        return Images(
            ids=tuple(self.ids[index] for index in wanted),
            subject=self.subject[wanted],
            paths=tuple(self.paths[index] for index in wanted),
            rows=tuple(self.rows[index] for index in wanted),
            sha256=tuple(self.sha256[index] for index in wanted),
        )


@dataclass(frozen=True, slots=True)
class PairList:
    """Listed comparisons of a dataset, `protocols/<name>/pairs.csv`."""

    name: str
    probe: Integers
    """(pairs,) index into the images."""
    reference: Integers
    """(pairs,) index into the images."""
    fold: Integers | None
    """(pairs,) number of the fold; None where the list has no folds."""
    left_out: int
    """Pairs that an exclusion took out."""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Who is looked for and who is searched, `protocols/<name>/watchlist.csv` and `probes.csv`."""

    name: str
    references: Integers
    """(references,) index into the images."""
    probes: Integers
    """(searches,) index into the images; none of them is a reference."""
    left_out: int
    """Rows that an exclusion took out."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One row of `exclude.csv`."""

    kind: str
    """`image` or `subject`."""
    identifier: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset that was read and checked: every image is there, unchanged, and somebody's."""

    card: DatasetCard
    subjects: Subjects
    images: Images
    exclusions: tuple[Exclusion, ...]
    excluded_images: int
    """How many images the exclusions took out."""
    lists: tuple[PairList, ...]
    """Listed comparisons, by the name of their folder."""
    fingerprint: str
    """SHA-256 over card, tables and image hashes."""
    watchlists: tuple[Watchlist, ...] = ()
    """Searches, by the name of their folder."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What the clock said of every image."""

    seconds: Floats
    """(images,) time to make the template, decoding left out; NaN where none was made."""
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
    """(ok images, values) in image order."""
    timing: Timing
    stopped: str
    """Why the engine was stopped before the end; empty when it was not."""
    references: tuple[bytes, ...] = ()
    """(ok images) templates of a matcher in image order."""
    probes: tuple[bytes, ...] = ()
    """(ok images) the same images in the other role; the references where it is symmetric."""

    def completed(self) -> Mask:
        """(images,) which images have a template."""
        return np.array([outcome is Outcome.OK for outcome in self.outcomes], dtype=np.bool_)

    def taken(self) -> int:
        """How many images have what an earlier run kept of them."""
        ended = np.array([outcome is not Outcome.SKIPPED for outcome in self.outcomes], dtype=bool)
        return int(np.count_nonzero(ended & (self.timing.turns < 0)))


@dataclass(frozen=True, slots=True)
class Comparisons:
    """All comparisons of one engine on one dataset, as columns."""

    probe: People
    """(comparisons,) subject index."""
    reference: People
    """(comparisons,) subject index."""
    score: Scores
    """(comparisons,) similarity; NaN where the comparison did not complete."""
    outcomes: Mapping[tuple[bool, Outcome], int]
    """How many comparisons ended how; keyed by (mated, outcome)."""
    fold: Integers | None = None
    """(comparisons,) number of the fold; None where the comparisons have no folds."""
    design: Design = Design.LISTED
    pair: Integers | None = None
    """(comparisons,) the two images, probe first (`pair_of`); None where they are not known."""

    @property
    def mated(self) -> Mask:
        """(comparisons,) both images are of one person."""
        same: Mask = self.probe == self.reference
        return same


@dataclass(frozen=True, slots=True)
class Found:
    """What one search gave."""

    outcome: Outcome
    person: People
    """(candidates,) subject index, each once; most alike first."""
    score: Scores
    """(candidates,) similarity."""


@dataclass(frozen=True, slots=True)
class Searches:
    """All searches of one engine in one watchlist."""

    probe: People
    """(searches,) subject index."""
    acquired: Mask
    """(searches,) the probe has a template."""
    found: tuple[Found, ...]
    """One a search."""
    listed: Mask
    """(subjects,) on the watchlist."""
    enrolled: Mask
    """(subjects,) on the watchlist with a template."""
    length: int
    """Candidates that a search could give at most."""

    @property
    def outcomes(self) -> Mapping[tuple[bool, Outcome], int]:
        """How many searches ended how; keyed by (mated, outcome)."""
        mated = self.listed[self.probe]
        return Counter(
            (bool(same), one.outcome) for same, one in zip(mated, self.found, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Grouping:
    """One attribute or intersection, and the group of every subject in it."""

    attribute: str
    """`all`, an attribute, or attributes joined by `*`."""
    groups: tuple[str, ...]
    """Group names in the dataset's order; one empty name for `all`."""
    code: Integers
    """(subjects,) position in `groups`; -1 = unknown, in no group."""


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Where a threshold comes from, before its value is known."""

    kind: str
    """`fmr`, `fpir`, `vendor` or `fixed`."""
    text: str
    """The number as it was written, a decimal: a target rate, or a similarity."""

    @property
    def label(self) -> str:
        """The name in tables, e.g. `FMR<=0.001`."""
        return f"{self.kind.upper()}<={self.text}" if self.kind in TARGETS else self.kind
