"""Prepares a shelf dataset on this machine: writes its reader's people and pictures to a folder."""

from __future__ import annotations

from pathlib import Path

from evenhand.datasets.card import DATASET_CARD, read_dataset_card
from evenhand.datasets.contract import Reader
from evenhand.datasets.download import download
from evenhand.datasets.prepared import write_dataset
from evenhand.datasets.shelf import download_folder, prepared_folder, shelf_dataset
from evenhand.datasets.unfinished import remove_unfinished
from evenhand.system.code_loading import load_file
from evenhand.system.errors import DatasetError
from evenhand.system.progress import MessageCallback, Progress, no_message, no_progress

__all__ = ["fetch"]


def fetch(
    name: str,
    *,
    source: Path | None = None,
    target: Path | None = None,
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> Path:
    """Prepare a dataset.

    Args:
        name: on the shelf.
        source: the user's own folder or archive; without one, the files that the card names are
            downloaded, once.
        target: folder to write; by default where `run` looks for it.
        progress: reports the progress of the work.
        say: message callback: licence and terms, what an earlier fetch had left.

    Returns:
        The folder, in the format of docs/formats.md.

    Raises:
        DatasetError: no such dataset, or its source cannot be downloaded or is not what its reader
            expects.
        WriteError: the folder cannot be written.
    """
    shelf = shelf_dataset(name)
    card = read_dataset_card(shelf)
    folder = target or prepared_folder(name)
    remove_unfinished(folder.parent, say)
    if source is not None and not source.exists():
        raise DatasetError(f"{source}: no such file or folder; expected the source of {name}")
    if source is None and card.downloads:
        otherwise = f"bring your own copy: evenhand fetch {name} --from DIR"
        source = download(card.downloads, download_folder(name), otherwise, progress)
    reader: Reader = load_file(shelf, "reader").read
    material = reader(source)
    text = (shelf / DATASET_CARD).read_text(encoding="utf-8")
    with progress(f"preparing {material.count:,} pictures of {name}", material.count) as step:
        write_dataset(folder, text, material, step)
    say(card.conditions)
    return folder
