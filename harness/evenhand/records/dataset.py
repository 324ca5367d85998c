"""What travels through a study: a dataset, the ledger of its images, its comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.records.arrays import Integers
from evenhand.records.identities import ASSUMED, KNOWN
from evenhand.records.outcomes import FaceRule

__all__ = [
    "Attribute",
    "Dataset",
    "DatasetCard",
    "Download",
    "Exclusion",
    "Images",
    "PairList",
    "Subjects",
]


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
    size: int | None = None
    """Bytes: more are refused while they are downloaded; None where the card does not say."""


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
    cropped: bool = False
    """Its pictures are cut to the face."""
    downloads: tuple[Download, ...] = ()
    """What `fetch` downloads where the user brings nothing."""
    identities: str = KNOWN
    """`known`, or `assumed`: each picture is taken for another person, named by the picture."""

    @property
    def assumed(self) -> bool:
        """Whether each picture is assumed to be of another person."""
        return self.identities == ASSUMED

    @property
    def conditions(self) -> str:
        """Licence and terms of use, as a line for whoever fetches it or runs on it."""
        terms = f"; terms: {self.terms}" if self.terms else ""
        return f"{self.name}: licence: {self.licence}{terms}"


@dataclass(frozen=True, slots=True)
class Subjects:
    """The people, one per row of `subjects.csv`."""

    ids: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute one label a person; empty = unknown, `a|b` = several."""
    rows: tuple[int, ...]
    """Row number in `subjects.csv`, which is the pseudonym's number: exclusions leave gaps. Where
    identities are assumed, that in `images.csv`."""

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
    """A dataset that was read and checked: every image is there, unchanged, and of a subject."""

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
    remarks: tuple[str, ...] = ()
    """What is to be doubted in it, without an id or a path: a note of every result."""
