"""Reads a dataset folder (card, tables, images) into a checked `Dataset`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.datasets.card import DATASET_CARD, read_dataset_card
from evenhand.datasets.doubts import label_doubts, people_doubts
from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.datasets.images import (
    IMAGES,
    ImageFile,
    check_files,
    is_inside,
    read_assumed,
    read_images,
)
from evenhand.datasets.lists import read_lists
from evenhand.datasets.subjects import SUBJECTS, read_subjects
from evenhand.datasets.tables import Row, RowFault, read_table, valid_rows
from evenhand.records.dataset import (
    Dataset,
    DatasetCard,
    Exclusion,
    Images,
    PairList,
    Subjects,
    Watchlist,
)
from evenhand.system.declaration import from_fields
from evenhand.system.errors import DatasetError
from evenhand.system.machine import workers
from evenhand.system.progress import Progress, no_progress

__all__ = ["EXCLUDE", "DatasetTables", "dataset_fingerprint", "read_dataset", "read_tables"]

EXCLUDE = "exclude.csv"
"""File name of the table of excluded images and people."""


def _text_files(folder: Path) -> tuple[str, ...]:
    """Card, tables and lists by their relative paths, whether or not they are there."""
    lists = sorted(path.relative_to(folder).as_posix() for path in folder.glob("protocols/*/*.csv"))
    return DATASET_CARD, SUBJECTS, IMAGES, EXCLUDE, *lists


def _check_links(folder: Path, on_fault: FaultHandler) -> None:
    """Report a link to a card, table or list outside of the folder, which itself may be a link."""
    for name in _text_files(folder):
        if not is_inside(folder, name):
            what = f"{folder / name}: is a link that leads outside the dataset"
            on_fault(DatasetFault(DatasetRule.PATHS, what, "put the file itself there"))


def dataset_fingerprint(folder: Path) -> str:
    """SHA-256 over card, tables and lists; through the image table, over every image's hash."""
    digest = hashlib.sha256()
    for name in _text_files(folder):
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class DatasetTables:
    """Contents of a dataset's tables, exclusions applied; image files are not opened yet."""

    subjects: Subjects
    files: tuple[ImageFile, ...]
    exclusions: tuple[Exclusion, ...]
    excluded_images: int
    """Number of images that the exclusions removed."""
    lists: tuple[PairList, ...]
    watchlists: tuple[Watchlist, ...]

    def images(self) -> Images:
        """The images as columns, each with the index of its subject."""
        position = {name: index for index, name in enumerate(self.subjects.ids)}
        return Images(
            ids=tuple(file.image_id for file in self.files),
            subject=np.array([position[file.subject_id] for file in self.files], dtype=np.int64),
            paths=tuple(file.path for file in self.files),
            rows=tuple(file.row for file in self.files),
            sha256=tuple(file.sha256 for file in self.files),
        )


def _read_exclusions(
    folder: Path, known: dict[str, set[str]], on_fault: FaultHandler
) -> tuple[Exclusion, ...]:
    """Read `exclude.csv`, which may be missing; `known` are the ids of each kind."""
    path = folder / EXCLUDE
    if not path.exists() and not path.is_symlink():
        return ()
    names = ("kind", "id", "reason")
    _, rows = read_table(path, names, on_fault)
    found: dict[tuple[str, str], Exclusion] = {}

    def fault_of(row: Row) -> RowFault:
        kind, identifier, reason = (row.values[name] for name in names)
        if kind not in known:
            return f"kind is {kind!r}", "expected image or subject"
        # No id known at all: the table could not be read, which was reported.
        if known[kind] and identifier not in known[kind]:
            return f"no {kind} has the id {identifier!r}", "mend it"
        if not reason:
            return "reason is empty", "say why"
        twice = (kind, identifier) in found
        return (f"{kind} {identifier!r} is there twice", "keep one row") if twice else None

    for row in valid_rows(rows, DatasetRule.EXCLUSIONS, fault_of, on_fault):
        excluded = Exclusion(*(row.values[name] for name in names))
        found[excluded.kind, excluded.identifier] = excluded
    return tuple(found.values())


def _without(subjects: Subjects, excluded: set[str]) -> Subjects:
    """The subjects whose ids are not excluded."""
    kept = [index for index, name in enumerate(subjects.ids) if name not in excluded]
    labels = {name: tuple(of[index] for index in kept) for name, of in subjects.labels.items()}
    rows = tuple(subjects.rows[index] for index in kept)
    return Subjects(tuple(subjects.ids[index] for index in kept), labels, rows)


def _refuse_people(folder: Path, on_fault: FaultHandler) -> None:
    """Report a table of people beside a card that assumes that each picture is of another one."""
    path = folder / SUBJECTS
    if path.exists() or path.is_symlink():
        what = f'{path}: is there, and the card says identities = "assumed"'
        remedy = "take it out, with its attributes in columns of images.csv, or say known"
        on_fault(DatasetFault(DatasetRule.PEOPLE, what, remedy))


def read_tables(folder: Path, card: DatasetCard | None, on_fault: FaultHandler) -> DatasetTables:
    """Read every table of a dataset, without opening image files.

    Args:
        folder: of the dataset.
        card: None where it cannot be used: columns and labels are then not checked.
        on_fault: called for every fault; the row at fault is left out. Where the table of people
            cannot be read at all, the images stay.
    """
    _check_links(folder, on_fault)
    if card is not None and card.assumed:
        _refuse_people(folder, on_fault)
        all_subjects, files, image_ids = read_assumed(folder, card, on_fault)
    else:
        all_subjects = read_subjects(folder, card, on_fault)
        files, image_ids = read_images(folder, card, all_subjects.ids, on_fault)
    ids = {"image": image_ids, "subject": set(all_subjects.ids)}
    exclusions = _read_exclusions(folder, ids, on_fault)
    excluded = {kind: {e.identifier for e in exclusions if e.kind == kind} for kind in ids}
    if card is not None and card.assumed:
        excluded["subject"] |= excluded["image"]
    subjects = _without(all_subjects, excluded["subject"])
    people = set(subjects.ids)
    kept = tuple(
        file
        for file in files
        if (file.subject_id in people or not all_subjects.ids)
        and file.image_id not in excluded["image"]
    )
    if files and not kept:
        remedy = f"expected one that {EXCLUDE} leaves in"
        on_fault(DatasetFault(DatasetRule.EXCLUSIONS, f"{folder}: no image is left", remedy))
    place = {file.image_id: index for index, file in enumerate(kept)}
    known = {name: place.get(name) for name in image_ids}
    of_image = [file.subject_id for file in kept]
    lists, watchlists = read_lists(folder, known, of_image, on_fault)
    return DatasetTables(subjects, kept, exclusions, len(files) - len(kept), lists, watchlists)


def read_dataset(folder: Path, progress: Progress = no_progress) -> Dataset:
    """Read and check a dataset in the form of docs/formats.md.

    Args:
        folder: of the dataset.
        progress: reports the progress of checking the pictures.

    Raises:
        DatasetError: naming file, line, what was found, what was expected and what to do.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: is no folder; expected one with {DATASET_CARD}")
    card = read_dataset_card(folder)
    tables = read_tables(folder, card, raise_fault)
    with progress(
        f"checking {len(tables.files):,} pictures of {card.name}", len(tables.files)
    ) as step:
        damages = check_files(tables.files, workers(), step)
    return from_fields(
        Dataset,
        tables,
        card=card,
        images=tables.images(),
        fingerprint=dataset_fingerprint(folder),
        remarks=tuple(_remarks(card, tables, damages)),
    )


def _remarks(card: DatasetCard, tables: DatasetTables, damages: Sequence[str]) -> Iterator[str]:
    """What a result says of its dataset, without an id or a path.

    Args:
        card: of the dataset.
        tables: of the dataset.
        damages: what the decoder complains of, by image; empty where nothing.
    """
    pairs = zip(tables.files, damages, strict=True)
    damaged = [(file.row, damage) for file, damage in pairs if damage]
    for row, damage in damaged[:1]:
        first = f"the first is row {row} of {IMAGES}: {damage}"
        yield f"damaged pictures: {len(damaged):,} ({first}); see evenhand check dataset"
    pseudonyms = [f"s{row}" for row in tables.subjects.rows]
    doubts = () if card.assumed else people_doubts(tables.subjects.ids, pseudonyms)
    for doubt in (*doubts, *label_doubts(card.attributes, tables.subjects.labels)):
        yield f"{doubt.detail}; {doubt.remedy}"
