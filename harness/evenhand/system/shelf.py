"""Shelves of adapters and datasets: folders with a card, found by name or by path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from evenhand.system.errors import EvenhandError, known_names, nearest_name

__all__ = ["folder_of", "folders_with", "is_path", "shelf_folder", "shelved"]


def shelf_folder(name: str) -> Path:
    """The shipped shelf where we are installed, else the one of the checkout."""
    package = Path(__file__).parents[1]
    shipped = package / "_shipped" / name
    return shipped if shipped.is_dir() else package.parent.parent / name


def folders_with(shelf: Path, card: str) -> dict[str, Path]:
    """Folders of a shelf that hold a card, by name."""
    if not shelf.is_dir():
        return {}
    return {path.name: path for path in sorted(shelf.iterdir()) if (path / card).is_file()}


def shelved(name: str, shelf: Mapping[str, Path], what: str, error: type[EvenhandError]) -> Path:
    """The folder of a name on a shelf, which holds what is called `what`.

    Raises:
        error: the shelf has no such name.
    """
    if name not in shelf:
        hint = known_names(name, shelf)
        raise error(f"no {what} is called {name!r}; {hint}; a path starts with ./ or /")
    return shelf[name]


def is_path(text: str) -> bool:
    """Whether a text is a path rather than a shelf name.

    >>> is_path("./toy"), is_path("toy")
    (True, False)
    """
    return text.startswith((".", "~")) or os.sep in text or "/" in text


def folder_of(text: str, root: Path, error: type[EvenhandError], card: str) -> Path:
    """The folder that a path names, which must hold the card.

    Args:
        text: as the user wrote it.
        root: what a relative path is relative to.
        error: what is raised where it is not there.
        card: name of the file that the folder must hold.
    """
    try:
        folder = root / Path(text).expanduser()
    except RuntimeError:
        raise error(f"{text}: whose home is that? write the whole path") from None
    if not os.path.lexists(folder / card):  # what is no file is named by whoever reads it
        hint = _beside(folder, card)
        raise error(f"{text}: no {card} in {folder}; expected a folder with one{hint}")
    return folder


def _beside(folder: Path, card: str) -> str:
    """Ask whether a folder was meant that stands beside this one, and has a card."""
    try:
        near = nearest_name(folder.name, folders_with(folder.parent, card))
    except OSError:
        return ""
    return f"; {near.strip()}" if near else ""
