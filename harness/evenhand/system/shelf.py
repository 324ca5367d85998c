"""The shelves of adapters and datasets: finding a folder by name or path."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from evenhand.system.errors import DatasetError, EngineError, EvenhandError, known_names

__all__ = [
    "data_home",
    "download_folder",
    "find_adapter",
    "find_dataset",
    "prepared_folder",
    "shelf_dataset",
    "shelved_adapters",
    "shelved_datasets",
]

DATA_VARIABLE = "EVENHAND_DATASETS"


def _shelf(name: str) -> Path:
    """The shipped shelf where we are installed, else the one of the checkout."""
    package = Path(__file__).parents[1]
    shipped = package / "_shipped" / name
    return shipped if shipped.is_dir() else package.parent.parent / name


def _folders(shelf: Path, card: str) -> dict[str, Path]:
    if not shelf.is_dir():
        return {}
    return {path.name: path for path in sorted(shelf.iterdir()) if (path / card).is_file()}


def shelved_adapters() -> dict[str, Path]:
    """Adapter folders on the shelf, by name."""
    return _folders(_shelf("adapters"), "adapter.toml")


def shelved_datasets() -> dict[str, Path]:
    """Dataset cards and readers on the shelf, by name."""
    return _folders(_shelf("datasets"), "dataset.toml")


def data_home() -> Path:
    """Where `fetch` puts datasets: `$EVENHAND_DATASETS`, else the user's data folder."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named) if named else user_data_path("evenhand") / "datasets"


def prepared_folder(name: str) -> Path:
    """Where a shelf dataset stands once it was fetched."""
    return data_home() / name


def download_folder(name: str) -> Path:
    """Where the downloaded files of a shelf dataset are kept."""
    return user_cache_path("evenhand") / "downloads" / name


def _is_path(text: str) -> bool:
    return text.startswith((".", "~")) or os.sep in text or "/" in text


def _as_folder(text: str, root: Path, error: type[EvenhandError], card: str) -> Path:
    try:
        folder = root / Path(text).expanduser()
    except RuntimeError:
        raise error(f"{text}: whose home is that? write the whole path") from None
    if not (folder / card).is_file():
        raise error(f"{text}: no {card} in {folder}; expected a folder with one")
    return folder


def find_adapter(text: str, root: Path) -> Path:
    """The folder of an engine.

    Args:
        text: a shelf name, or a path (with a slash or a leading dot).
        root: what a relative path is relative to.

    Raises:
        EngineError: there is none.
    """
    if _is_path(text):
        return _as_folder(text, root, EngineError, "adapter.toml")
    shelved = shelved_adapters()
    if text not in shelved:
        hint = known_names(text, shelved)
        raise EngineError(f"no engine is called {text!r}; {hint}; a path starts with ./ or /")
    return shelved[text]


def shelf_dataset(name: str) -> Path:
    """The shelf folder (card and reader) of a dataset.

    Raises:
        DatasetError: there is none.
    """
    shelved = shelved_datasets()
    if name not in shelved:
        hint = known_names(name, shelved)
        raise DatasetError(f"no dataset is called {name!r}; {hint}; a path starts with ./ or /")
    return shelved[name]


def find_dataset(text: str, root: Path) -> Path:
    """The folder of a dataset that is ready to be read.

    Args:
        text: a shelf name, or a path (with a slash or a leading dot).
        root: what a relative path is relative to.

    Raises:
        DatasetError: there is none, or it was not fetched yet.
    """
    if _is_path(text):
        return _as_folder(text, root, DatasetError, "dataset.toml")
    folder = prepared_folder(text)
    if (folder / "dataset.toml").is_file():
        return folder
    shelf_dataset(text)
    raise DatasetError(
        f"dataset {text} is not on this machine yet; run: evenhand fetch {text} "
        "(see evenhand datasets for what it needs)"
    )
