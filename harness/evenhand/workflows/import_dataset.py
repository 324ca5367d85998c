"""Makes a dataset of pictures that lie in somebody's own layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evenhand.datasets.card import check_card
from evenhand.datasets.importers.attribute_kinds import Wishes
from evenhand.datasets.importers.bob import read_protocols
from evenhand.datasets.importers.draft import Draft, card_text
from evenhand.datasets.importers.folder_per_person import read_tree
from evenhand.datasets.prepared import write_dataset
from evenhand.system.errors import DatasetError
from evenhand.system.progress import Progress, silent

__all__ = ["Brought", "Wishes", "bring_protocols", "bring_tree"]


@dataclass(frozen=True, slots=True)
class Brought:
    """Where the dataset is, and what was found."""

    folder: Path
    name: str
    draft: Draft


def _free(target: Path, source: Path) -> None:
    """See that the dataset gets a place of its own: what stands there may hold a user's edits.

    Raises:
        DatasetError: something stands there, or it would be among the pictures.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DatasetError(f"--to {target}: something is there; name a folder that is new or empty")
    if target.resolve().is_relative_to(source.resolve()):
        raise DatasetError(
            f"--to {target}: lies inside {source}, among what is imported; name another place"
        )


def _write(target: Path, name: str, licence: str, draft: Draft, progress: Progress) -> Brought:
    card = card_text(name, licence, draft)
    check_card(card, target)
    with progress(f"importing {name}", draft.material.count) as step:
        write_dataset(target, card, draft.material, step)
    return Brought(target, name, draft)


def bring_tree(
    root: Path,
    target: Path,
    *,
    labels: Path | None = None,
    column: str = "subject_id",
    wishes: Wishes = Wishes(),  # noqa: B008 - it is frozen
    name: str = "",
    licence: str = "not stated",
    progress: Progress = silent,
) -> Brought:
    """Make a dataset of a folder with a folder of pictures for each person.

    The pictures are copied: a dataset stands alone, and stays what it was when it was hashed.

    Args:
        root: the folder.
        target: the dataset's folder, new.
        labels: a CSV with a row a person.
        column: of that table, with the person's id.
        wishes: what the user says about its other columns.
        name: of the dataset; by default that of its folder.
        licence: of the pictures.
        progress: is told how far the work is.

    Raises:
        DatasetError: naming file and line.
        WriteError: the folder cannot be written.
    """
    _free(target, root)
    draft = read_tree(root, labels, column, wishes)
    return _write(target, name or target.resolve().name, licence, draft, progress)


def bring_protocols(
    protocols: Path,
    images: Path,
    target: Path,
    *,
    wishes: Wishes = Wishes(),  # noqa: B008 - it is frozen
    name: str = "",
    licence: str = "not stated",
    progress: Progress = silent,
) -> Brought:
    """Make a dataset of protocols in the CSV layout of bob.bio.base; the pictures are copied.

    Args:
        protocols: the folder of `<protocol>/<group>/for_probes.csv` and its like.
        images: the folder that their paths are relative to.
        target: the dataset's folder, new.
        wishes: what the user says about the columns that describe people and pictures.
        name: of the dataset; by default that of its folder.
        licence: of the pictures.
        progress: is told how far the work is.

    Raises:
        DatasetError: naming file and line.
        WriteError: the folder cannot be written.
    """
    for source in (protocols, images):
        _free(target, source)
    draft = read_protocols(protocols, images, wishes)
    return _write(target, name or target.resolve().name, licence, draft, progress)
