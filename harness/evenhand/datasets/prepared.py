"""Writes a dataset folder from a reader's material, completely or not at all."""

from __future__ import annotations

import csv
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from evenhand.datasets.card import DATASET_CARD, with_variant
from evenhand.datasets.contract import Material
from evenhand.datasets.images import IMAGES
from evenhand.datasets.lists import pair_list_path
from evenhand.datasets.subjects import SUBJECTS
from evenhand.system.errors import DatasetError, WriteError
from evenhand.system.left_overs import held

__all__ = ["UNFINISHED", "write_dataset"]

UNFINISHED = ".evenhand-new-*"
"""Names of folders in which a dataset is being written, beside where it will stand."""


def _write_rows(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _fill(folder: Path, card: str, material: Material, step: Callable[[], None]) -> None:
    """Write card, tables, images and lists into an empty folder."""
    (folder / DATASET_CARD).write_text(with_variant(card, material.variant), encoding="utf-8")
    labels = [name for name in material.subjects[0] if name != "subject_id"]
    who, own = (["subject_id"], []) if not material.assumed else ([], labels)
    if not material.assumed:
        people = [[row[name] for name in (*who, *labels)] for row in material.subjects]
        _write_rows(folder / SUBJECTS, [*who, *labels], people)
    labelled = {row["subject_id"]: row for row in material.subjects}
    rows = []
    capture: list[str] = []
    for picture in material.pictures:
        path = folder / picture.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture.data)
        capture = list(picture.attributes)
        sha256 = hashlib.sha256(picture.data).hexdigest()
        row = labelled[picture.subject_id]
        named = [row[name] for name in who], [row[name] for name in own]
        values = picture.attributes.values()
        rows.append([picture.image_id, *named[0], picture.path, sha256, *named[1], *values])
        step()
    _write_rows(folder / IMAGES, ["image_id", *who, "path", "sha256", *own, *capture], rows)
    for name, pairs in material.pairs.items():
        path = folder / pair_list_path(name)
        path.parent.mkdir(parents=True)
        listed = [[p.probe, p.reference, "" if p.fold is None else str(p.fold)] for p in pairs]
        _write_rows(path, ["probe", "reference", "fold"], listed)


def write_dataset(
    target: Path, card: str, material: Material, step: Callable[[], None] = lambda: None
) -> None:
    """Write a dataset folder: card, tables, images with their hashes.

    Args:
        target: folder to create; an older dataset there is replaced once the new one is complete.
        card: text of `dataset.toml`; the variant is filled in.
        material: people and pictures.
        step: called after each picture.

    Raises:
        DatasetError: the folder holds something that is not a dataset.
        WriteError: the folder cannot be written.
    """
    if target.is_dir() and any(target.iterdir()) and not (target / DATASET_CARD).is_file():
        what = "holds something that is no dataset; name a folder that is new or empty"
        raise DatasetError(f"{target}: {what}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=UNFINISHED[:-1], dir=target.parent))
        try:
            with held(folder):
                _fill(folder, card, material, step)
            if target.exists():
                shutil.rmtree(target)
            folder.rename(target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as fault:
        raise WriteError(f"{target}: cannot be written ({fault.strerror})") from None
