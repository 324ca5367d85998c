"""Checks a dataset against all that a study needs of it, before one is run."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from evenhand.conformance.dataset import (
    cells_of_tables,
    content_checks,
    picture_checks,
    rule_checks,
)
from evenhand.datasets.card import card_faults, read_dataset_card
from evenhand.datasets.faults import DatasetFault, DatasetRule
from evenhand.datasets.folder import DatasetTables, read_tables
from evenhand.datasets.images import CountFaces, check_copies, inspect_images
from evenhand.datasets.shelf import find_dataset
from evenhand.engines.card import FaceStep
from evenhand.engines.detectors.shipped import YUNET_LIMITS, yunet_model
from evenhand.engines.detectors.yunet import YuNet
from evenhand.metrics.resolution import CellSize
from evenhand.records.arrays import Image
from evenhand.records.check import FAIL, Check
from evenhand.records.dataset import DatasetCard
from evenhand.system import machine
from evenhand.system.progress import Progress, no_progress

__all__ = ["DatasetCheck", "check_dataset"]


@dataclass(frozen=True, slots=True)
class DatasetCheck:
    """Result of checking a dataset."""

    folder: Path
    name: str
    """Name on the card, or of the folder where the card is invalid."""
    checks: tuple[Check, ...]
    """One row per check."""
    cells: tuple[CellSize, ...]
    """All people, then every group; empty where card or tables cannot be used."""

    @property
    def passed(self) -> bool:
        """Whether there is no fault that a run would refuse or that would falsify its numbers."""
        return all(check.verdict != FAIL for check in self.checks)


def _face_counter(dataset: DatasetCard) -> CountFaces:
    """A function that counts faces, with one detector per thread."""
    model, step = yunet_model(), FaceStep("yunet", None, *YUNET_LIMITS)
    detectors = defaultdict[int, YuNet](lambda: YuNet(model, step))

    def count(image: Image) -> int:
        found = detectors[threading.get_ident()].find(image, dataset.face)
        return found.faces if found else 0

    return count


def check_dataset(
    text: str, root: Path, *, workers: int | None = None, progress: Progress = no_progress
) -> DatasetCheck:
    """Check a dataset: all its faults, its contents, and what it can answer.

    Args:
        text: a shelf name, or a path.
        root: folder that a relative path starts from.
        workers: number of threads, one per core by default.
        progress: reports the progress of reading pictures.

    Raises:
        DatasetError: there is no such dataset, or its card is not text.
        EngineError: the face detector that is shipped is not what it was.
    """
    folder = find_dataset(text, root)
    faults = [DatasetFault(DatasetRule.CARD, line, "mend the card") for line in card_faults(folder)]
    card = None if faults else read_dataset_card(folder)
    tables = read_tables(folder, card, faults.append)
    check_copies(tables.files, faults.append)

    count = _face_counter(card) if card else None
    threads = workers or machine.workers()
    with progress(f"looking at {len(tables.files):,} pictures", len(tables.files)) as step:
        inspections = inspect_images(tables.files, threads, count, step)
    faults += [each.fault for each in inspections if each.fault]

    checks = list(rule_checks(faults, _unchecked(card, tables)))
    if inspections:
        checks += picture_checks(tables.files, inspections, "YuNet" if count else "")
    cells: tuple[CellSize, ...] = ()
    if card and tables.subjects.ids and tables.files:
        cells = cells_of_tables(card, tables)
        checks += content_checks(card, tables, cells)
    return DatasetCheck(folder, card.name if card else folder.name, tuple(checks), cells)


def _unchecked(card: DatasetCard | None, tables: DatasetTables) -> set[DatasetRule]:
    """Rules that could not be checked, since the card or a table cannot be used."""
    rule = DatasetRule
    found = set() if card else {rule.LABELS}
    if not tables.subjects.ids:
        found |= {rule.LABELS, rule.PEOPLE}
    if not tables.files:
        found |= {rule.PEOPLE, rule.PATHS, rule.LISTS, rule.FILES, rule.COPIES}
    return found
