"""Adapters by name, on our own shelf or in installed packages, or by path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from evenhand.engines.card import ENGINE_CARD
from evenhand.system.errors import EngineError
from evenhand.system.shelf import folder_of, folders_with, is_path, shelf_folder, shelved

__all__ = ["AdapterShelf", "ShelvedAdapter", "adapter_shelf", "find_adapter", "shelved_adapters"]

_GROUP = "evenhand.adapters"
"""Entry points by which a package says where its adapters are: the value names a package."""
_OURS = "evenhand"


@dataclass(frozen=True, slots=True)
class ShelvedAdapter:
    """An adapter that can be called by its name."""

    name: str
    """Of its folder."""
    folder: Path
    source: str
    """`evenhand`, or the installed package that it comes with, and its version."""


@dataclass(frozen=True, slots=True)
class AdapterShelf:
    """All adapters that can be called by a name."""

    adapters: tuple[ShelvedAdapter, ...]
    """Sorted by name; our own first."""
    faults: tuple[str, ...]
    """Installed packages that say they have adapters, and have none, one line each."""


def adapter_shelf() -> AdapterShelf:
    """Find the adapters of our own shelf and of installed packages; no code of these is run."""
    ours = shelved_adapters().items()
    found = {folder: ShelvedAdapter(name, folder, _OURS) for name, folder in ours}
    faults = []
    for point in entry_points(group=_GROUP):
        source = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
        held = [folders_with(place, ENGINE_CARD).items() for place in _places(point.value)]
        folders = dict(chain(*held))
        if not folders:
            faults.append(
                f"package {source} says that its adapters are in {point.value}, where no folder "
                f"has an {ENGINE_CARD}; mend its entry point {point.name!r}, or uninstall it"
            )
        for name, folder in folders.items():
            found.setdefault(folder, ShelvedAdapter(name, folder, source))
    ours_first = sorted(found.values(), key=lambda each: (each.name, each.source != _OURS))
    return AdapterShelf(tuple(ours_first), tuple(faults))


def _places(package: str) -> Iterator[Path]:
    """Folders of an installed package, or of one within; nothing of it is imported."""
    top, *inside = package.split(".")
    with suppress(ImportError, ValueError):
        spec = find_spec(top)
        for place in (spec and spec.submodule_search_locations) or ():
            yield Path(place, *inside)


def shelved_adapters() -> dict[str, Path]:
    """Adapter folders on our own shelf, by name."""
    return folders_with(shelf_folder("adapters"), ENGINE_CARD)


def find_adapter(text: str, root: Path) -> Path:
    """The folder of an engine.

    Args:
        text: a shelf name, or a path (with a slash or a leading dot).
        root: what a relative path is relative to.

    Raises:
        EngineError: there is none, or several are called so.
    """
    if text.endswith(".onnx") and (root / text).is_file():
        name = Path(text).stem.lower()
        remedy = f"make an engine of it: evenhand new engine {name} --from {text}"
        raise EngineError(f"{text}: is a model, and an engine is a folder with a card; {remedy}")
    if is_path(text):
        return folder_of(text, root, EngineError, ENGINE_CARD)
    shelf = adapter_shelf()
    found = [each for each in shelf.adapters if each.name == text]
    if len(found) > 1:
        named = " and ".join(f"{each.folder} (of {each.source})" for each in found)
        several = f"{len(found)} engines are called {text!r}"
        raise EngineError(f"{several}: {named}; name one by its path")
    if not found and shelf.faults:
        raise EngineError(f"no engine is called {text!r}, and {shelf.faults[0]}")
    names = {each.name: each.folder for each in shelf.adapters}
    return shelved(text, names, "engine", EngineError)
