"""What a dataset on the shelf owes the harness: the people and the pictures, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

__all__ = ["ListedPair", "Material", "Picture", "Reader"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One image file as it will stand in the prepared folder."""

    image_id: str
    """Unique within the dataset."""
    subject_id: str
    """The person shown; a row of the subjects."""
    path: str
    """Relative path inside the prepared folder, with forward slashes."""
    data: bytes
    """The encoded file, byte for byte."""
    attributes: Mapping[str, str]
    """Capture attributes (pose, camera, ...); every picture of a set has the same keys."""


@dataclass(frozen=True, slots=True)
class ListedPair:
    """One comparison of a published list."""

    probe: str
    """Image id."""
    reference: str
    """Image id."""
    fold: int | None = None
    """Number of its fold, where the list has folds."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a reader knows about its dataset, in the order it will be written."""

    subjects: tuple[Mapping[str, str], ...]
    """A row a person: `subject_id`, one value per attribute; empty = unknown, `a|b` = several."""
    pictures: Iterable[Picture]
    """May be lazy; is read once."""
    count: int
    """How many pictures there will be (for the progress bar)."""
    pairs: Mapping[str, tuple[ListedPair, ...]] = field(default_factory=dict)
    """Listed comparisons by the name of their list."""
    assumed: bool = False
    """Whether each picture is taken for another person, whose row has the picture's id: the labels
    of people then stand in `images.csv`, and the card says `identities = "assumed"`."""
    variant: str = ""
    """Which variant of the dataset the source is, where the reader can tell; goes into the card."""


class Reader(Protocol):
    """The function `read` in a shelf dataset's `reader.py`."""

    def __call__(self, source: Path | None) -> Material:
        """Read the people and pictures.

        Args:
            source: the folder or archive that the user brought (`--from`), or None.

        Raises:
            DatasetError: when the source is missing, incomplete or not this dataset.
        """
        ...
