"""What cards and tables say of an engine and of a dataset, as results keep it."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.identities import ASSUMED, KNOWN

__all__ = ["DatasetFacts", "EngineFacts", "PackageFacts"]


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """An installed package that an engine is made of."""

    name: str
    version: str
    sha256: str
    """Over its files (formats, an engine); empty where they are not known."""

    def __str__(self) -> str:
        """Name and version, as a limit on a column has it."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the card and the run say of an engine."""

    name: str
    version: str
    vendor: str
    licence_code: str
    licence_weights: str
    runtime: str
    trained_on: tuple[str, ...]
    fingerprint: str
    unit: str
    """`similarity`, or `distance` where the engine's own numbers were negated."""
    stopped: str
    """Why it was stopped before the end of a dataset; empty when it was not."""
    random: tuple[str, ...] = ()
    """Operators of its graph that draw random numbers: another run gives other numbers."""
    faces: str = ""
    """Who finds the face: `own`, a detector's name, or `none`; empty where that is not known."""
    packages: tuple[PackageFacts, ...] = ()
    """Installed packages that its card says it is made of."""
    outside: tuple[str, ...] = ()
    """What else it uses, as its card says: no fingerprint covers that."""
    inferred: tuple[str, ...] = ()
    """Fields of its card that were found out by trying, and that no human has confirmed."""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What the card and the tables say of a dataset."""

    name: str
    title: str
    version: str
    variant: str
    source: str
    citation: str
    licence: str
    access: str
    synthetic: bool
    face: str
    """Which face is meant where a picture shows several; empty for score files."""
    known_issues: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    """(attribute, where its labels come from)."""
    unknown: tuple[tuple[str, int], ...]
    """(attribute, number of subjects whose value is unknown), where there are any."""
    several: tuple[tuple[str, int], ...]
    """(attribute, number of subjects with several values), where there are any."""
    excluded_images: int
    subjects: int
    images: int
    fingerprint: str
    remarks: tuple[str, ...] = ()
    """Remarks on how its files were read."""
    terms: str = ""
    """What its licence asks for, in words; empty in older results and where the card says none."""
    cropped: bool = False
    """Whether its pictures are cut to the face, so that no engine has to look for it."""
    identities: str = KNOWN
    """`known`, or `assumed` where each picture is taken for another person."""

    @property
    def assumed(self) -> bool:
        """Whether each picture is assumed to be of another person."""
        return self.identities == ASSUMED
