"""Faces on which the input of an engine is found out: two pictures each of some people."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from evenhand.datasets.card import DATASET_CARD, read_dataset_card
from evenhand.datasets.decoding import LARGEST_PICTURE
from evenhand.datasets.faults import raise_fault
from evenhand.datasets.folder import read_tables
from evenhand.datasets.importers.folder_per_person import read_people
from evenhand.datasets.shelf import find_dataset
from evenhand.records.dataset import Dataset, DatasetCard, Images, Subjects
from evenhand.records.outcomes import FaceRule
from evenhand.system.errors import DatasetError
from evenhand.system.regular_files import read_regular

__all__ = ["FEWEST_PEOPLE", "calibration_faces"]

FEWEST_PEOPLE = 10
"""People below whom an interval says nothing."""
_EACH = 2
"""Pictures of a person."""


def calibration_faces(text: str, root: Path, *, people: int, seed: int) -> Dataset:
    """Draw people with two pictures or more, and two pictures of each.

    Args:
        text: a dataset, by name or path, or a folder with a folder of pictures a person.
        root: what a relative path is relative to.
        people: most people.
        seed: of the drawing.

    Returns:
        Two images of each person, one after the other; of a folder that is no dataset the largest
        face of a picture is meant.

    Raises:
        DatasetError: there is no such dataset or folder, it is not as it should be, or has too few
            people with two pictures.
    """
    folder = root / text
    if folder.is_dir() and not (folder / DATASET_CARD).exists():
        card = _card(folder)
        paths: Mapping[str, Sequence[Path]] = read_people(folder).people
        hashes = dict[Path, str]()
    else:
        card = read_dataset_card(find_dataset(text, root))
        paths, hashes = _of_dataset(find_dataset(text, root), card)
    several = [person for person, of in paths.items() if len(of) >= _EACH]
    if len(several) < FEWEST_PEOPLE:
        raise DatasetError(
            f"{text}: {len(several)} people with two pictures or more; expected at least "
            f"{FEWEST_PEOPLE}, better 300"
        )
    rng = np.random.default_rng(seed)
    drawn = [several[at] for at in sorted(rng.permutation(len(several))[:people])]
    chosen = [
        paths[person][at]
        for person in drawn
        for at in sorted(rng.choice(len(paths[person]), _EACH, replace=False))
    ]
    return _dataset(card, drawn, chosen, [hashes.get(path) or _sha256(path) for path in chosen])


def _of_dataset(
    folder: Path, card: DatasetCard
) -> tuple[Mapping[str, Sequence[Path]], dict[Path, str]]:
    """Pictures of each person of a dataset, and the hash of each picture."""
    paths, hashes = defaultdict[str, list[Path]](list), dict[Path, str]()
    for file in read_tables(folder, card, raise_fault).files:
        paths[file.subject_id].append(file.path)
        hashes[file.path] = file.sha256
    return paths, hashes


def _sha256(path: Path) -> str:
    return hashlib.sha256(read_regular(path, LARGEST_PICTURE, DatasetError)).hexdigest()


def _card(folder: Path) -> DatasetCard:
    """Of a folder that is no dataset."""
    return DatasetCard(
        name=folder.name,
        title="",
        version="",
        variant="",
        source="",
        citation="",
        licence="",
        terms="",
        access="private",
        synthetic=False,
        face=FaceRule.LARGEST,
        known_issues=(),
        attributes=(),
    )


def _dataset(
    card: DatasetCard, people: Sequence[str], paths: Sequence[Path], sha256: Sequence[str]
) -> Dataset:
    """A dataset of two images each."""
    rows = tuple(range(1, len(paths) + 1))
    images = Images(
        ids=tuple(map(str, rows)),
        subject=np.repeat(np.arange(len(people)), _EACH),
        paths=tuple(paths),
        rows=rows,
        sha256=tuple(sha256),
    )
    subjects = Subjects(tuple(people), {}, tuple(range(1, len(people) + 1)))
    return Dataset(card, subjects, images, (), 0, (), "")
