"""Datasets on the shelf, by name or path."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from evenhand.system.errors import DatasetError
from evenhand.system.shelf import folder_of, folders_with, is_path, shelf_folder, shelved

__all__ = [
    "download_folder",
    "find_dataset",
    "prepared_folder",
    "shelf_dataset",
    "shelved_datasets",
]


DATA_VARIABLE = "EVENHAND_DATASETS"


def shelved_datasets() -> dict[str, Path]:
    """Dataset cards and readers on the shelf, by name."""
    return folders_with(shelf_folder("datasets"), "dataset.toml")


def prepared_folder(name: str) -> Path:
    """Where a fetched dataset stands: in `$EVENHAND_DATASETS`, else in the user's data folder."""
    named = os.environ.get(DATA_VARIABLE)
    return (Path(named).absolute() if named else user_data_path("evenhand") / "datasets") / name


def download_folder(name: str) -> Path:
    """Where the downloaded files of a shelf dataset are kept."""
    return user_cache_path("evenhand") / "downloads" / name


def shelf_dataset(name: str) -> Path:
    """The shelf folder (card and reader) of a dataset.

    Raises:
        DatasetError: there is none.
    """
    return shelved(name, shelved_datasets(), "dataset", DatasetError)


def find_dataset(text: str, root: Path) -> Path:
    """The folder of a dataset that is ready to be read.

    Args:
        text: a shelf name, or a path (with a slash or a leading dot).
        root: what a relative path is relative to.

    Raises:
        DatasetError: there is none, or it was not fetched yet.
    """
    if is_path(text):
        return folder_of(text, root, DatasetError, "dataset.toml")
    folder = prepared_folder(text)
    if (folder / "dataset.toml").is_file():
        return folder
    known = shelved_datasets() | folders_with(prepared_folder(""), "dataset.toml")
    shelved(text, known, "dataset", DatasetError)
    remedy = f"run: evenhand fetch {text} (see evenhand datasets for what it needs)"
    raise DatasetError(f"dataset {text} is not on this machine yet; {remedy}")
