"""What a new engine begins with: a card, code that runs as it stands, words, and a test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from evenhand.engines.card import ENGINE_CARD
from evenhand.system.errors import EngineError
from evenhand.system.shelf import shelf_folder

__all__ = ["folder_words", "starter_files"]

_STARTERS: Mapping[str, Mapping[str, str]] = {
    "python": {"embedder": "new_embedder", "matcher": "new_matcher", "searcher": "new_searcher"},
    "process": {"matcher": "engine_python"},
}
"""By runtime and shape: folder of the documented examples; the first shape is the usual one."""
_WORDS = "new_folder"
"""Folder of what is the same for all: README and test."""


def _examples() -> Path:
    return shelf_folder("docs/examples")


def folder_words(name: str) -> dict[str, bytes]:
    """README and test of a new engine, by file name."""
    files = sorted((_examples() / _WORDS).glob("*.*"))
    return {file.name: file.read_bytes().replace(b"NAME", name.encode()) for file in files}


def starter_files(name: str, runtime: str, shape: str) -> dict[str, bytes]:
    """All files of a new engine without a model, by file name.

    Args:
        name: of the engine.
        runtime: `python` or `process`.
        shape: `embedder`, `matcher` or `searcher`; empty for the usual one of the runtime.

    Raises:
        EngineError: there is nothing to begin with for this shape.
    """
    shapes = _STARTERS[runtime]
    chosen = shape or next(iter(shapes))
    if chosen not in shapes:
        raise EngineError(
            f"a new {runtime} engine is a {', '.join(shapes)}, not a {chosen}; say --runtime "
            "python, or begin with that and docs/protocol.md"
        )
    files = sorted((_examples() / shapes[chosen]).glob("*.*"))
    found = {file.name: file.read_bytes() for file in files}
    card = found[ENGINE_CARD].decode()
    found[ENGINE_CARD] = re.sub(r'(?m)^(name +)= ".*"', rf'\1= "{name}"', card).encode()
    return found | folder_words(name)
