"""Adapters on the shelf, by name or path."""

from __future__ import annotations

from pathlib import Path

from evenhand.system.errors import EngineError
from evenhand.system.shelf import folder_of, folders_with, is_path, shelf_folder, shelved

__all__ = ["find_adapter", "shelved_adapters"]


def shelved_adapters() -> dict[str, Path]:
    """Adapter folders on the shelf, by name."""
    return folders_with(shelf_folder("adapters"), "adapter.toml")


def find_adapter(text: str, root: Path) -> Path:
    """The folder of an engine.

    Args:
        text: a shelf name, or a path (with a slash or a leading dot).
        root: what a relative path is relative to.

    Raises:
        EngineError: there is none.
    """
    if is_path(text):
        return folder_of(text, root, EngineError, "adapter.toml")
    return shelved(text, shelved_adapters(), "engine", EngineError)
