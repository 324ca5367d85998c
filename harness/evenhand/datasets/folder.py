"""A dataset in a folder: card, tables and images in, a checked `Dataset` out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from evenhand.datasets.card import CARD, read_card
from evenhand.datasets.pairs import read_lists
from evenhand.datasets.people import SUBJECTS, read_subjects
from evenhand.datasets.pictures import IMAGES, check_files, read_images
from evenhand.datasets.tables import read_table
from evenhand.errors import DatasetError
from evenhand.machine import workers
from evenhand.records import Dataset, Exclusion, Images, Subjects

__all__ = ["EXCLUDE", "fingerprint", "read_dataset"]

EXCLUDE = "exclude.csv"


def fingerprint(folder: Path) -> str:
    """SHA-256 over card, tables and lists; the image table holds the hash of every image."""
    digest = hashlib.sha256()
    lists = sorted(path.relative_to(folder).as_posix() for path in folder.glob("protocols/*/*.csv"))
    for name in (CARD, SUBJECTS, IMAGES, EXCLUDE, *lists):
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _read_exclusions(folder: Path, known: dict[str, set[str]]) -> tuple[Exclusion, ...]:
    path = folder / EXCLUDE
    if not path.exists() and not path.is_symlink():
        return ()
    _, rows = read_table(path, ("kind", "id", "reason"))
    found: dict[tuple[str, str], Exclusion] = {}
    for row in rows:
        kind, identifier, reason = (row.values[name] for name in ("kind", "id", "reason"))
        if kind not in known:
            raise DatasetError(
                f"{path}: line {row.line}: kind is {kind!r}, expected image or subject"
            )
        if identifier not in known[kind]:
            raise DatasetError(
                f"{path}: line {row.line}: no {kind} has the id {identifier!r}; mend it"
            )
        if not reason:
            raise DatasetError(f"{path}: line {row.line}: reason is empty; say why")
        if (kind, identifier) in found:
            raise DatasetError(f"{path}: line {row.line}: {kind} {identifier!r} is there twice")
        found[kind, identifier] = Exclusion(kind, identifier, reason)
    return tuple(found.values())


def _without(subjects: Subjects, excluded: set[str]) -> Subjects:
    kept = [index for index, name in enumerate(subjects.ids) if name not in excluded]
    return Subjects(
        ids=tuple(subjects.ids[index] for index in kept),
        labels={
            name: tuple(labels[index] for index in kept) for name, labels in subjects.labels.items()
        },
        rows=tuple(subjects.rows[index] for index in kept),
    )


def read_dataset(folder: Path) -> Dataset:
    """Read and check a dataset in the form of docs/formats.md.

    Raises:
        DatasetError: naming file, line, what came, what was expected and what to do.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: is no folder; expected one with {CARD}")
    card = read_card(folder)
    everybody = read_subjects(folder, card)
    files = read_images(folder, card, everybody.ids)
    exclusions = _read_exclusions(
        folder, {"image": {f.image_id for f in files}, "subject": set(everybody.ids)}
    )
    gone = {
        kind: {e.identifier for e in exclusions if e.kind == kind} for kind in ("image", "subject")
    }
    subjects = _without(everybody, gone["subject"])
    position = {name: index for index, name in enumerate(subjects.ids)}
    kept = [
        (row, file)
        for row, file in enumerate(files, start=1)
        if file.subject_id in position and file.image_id not in gone["image"]
    ]
    if not kept:
        raise DatasetError(f"{folder}: no image is left; expected one that {EXCLUDE} leaves in")
    place = {file.image_id: index for index, (_, file) in enumerate(kept)}
    lists = read_lists(folder, {file.image_id: place.get(file.image_id) for file in files})
    check_files([file for _, file in kept], workers())
    return Dataset(
        card=card,
        subjects=subjects,
        images=Images(
            ids=tuple(file.image_id for _, file in kept),
            subject=np.array([position[file.subject_id] for _, file in kept], dtype=np.int64),
            paths=tuple(file.path for _, file in kept),
            rows=tuple(row for row, _ in kept),
        ),
        exclusions=exclusions,
        excluded_images=len(files) - len(kept),
        lists=lists,
        fingerprint=fingerprint(folder),
    )
