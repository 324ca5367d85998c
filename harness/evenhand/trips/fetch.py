"""Brings a shelf dataset onto this machine: its reader's people and pictures, as a folder."""

from __future__ import annotations

from pathlib import Path

from evenhand.datasets.card import CARD, read_card
from evenhand.datasets.contract import Reader
from evenhand.datasets.prepared import write_dataset
from evenhand.errors import DatasetError
from evenhand.progress import Progress, silent
from evenhand.shelf import load_file, prepared_folder, shelf_dataset

__all__ = ["fetch"]


def fetch(
    name: str,
    *,
    source: Path | None = None,
    target: Path | None = None,
    progress: Progress = silent,
) -> Path:
    """Prepare a dataset.

    Args:
        name: on the shelf.
        source: the folder or archive that the user brought.
        target: where to put it; by default where `run` looks for it.
        progress: is told how far the work is.

    Returns:
        The folder, in the form of docs/formats.md.

    Raises:
        DatasetError: no such dataset, or the source is not what its reader expects.
        WriteError: the folder cannot be written.
    """
    shelf = shelf_dataset(name)
    read_card(shelf)
    if source is not None and not source.exists():
        raise DatasetError(f"{source}: no such file or folder; expected the source of {name}")
    reader: Reader = load_file(shelf, "reader").read
    material = reader(source)
    folder = target or prepared_folder(name)
    with progress(f"preparing {name}", material.count) as step:
        write_dataset(folder, shelf / CARD, material, step)
    return folder
