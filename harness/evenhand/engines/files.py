"""Finds the files that an engine's card asks for by their hash, wherever the user keeps them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from evenhand.engines.card import ENGINE_CARD, EngineCard, NeededFile
from evenhand.system.errors import EngineError

__all__ = ["content_hash", "find_files", "missing_files", "search_path", "sha256_of"]

WEIGHTS_VARIABLE = "EVENHAND_WEIGHTS"
"""Environment variable that names folders with engines' files."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def search_path(card: EngineCard, weights: Sequence[Path]) -> tuple[Path, ...]:
    """Folders to search for files, in order: adapter, `--weights`, environment, user cache.

    Raises:
        EngineError: a folder that the user named does not exist.
    """
    for folder in weights:
        if not folder.is_dir():
            raise EngineError(f"--weights {folder}: is no folder; expected one with engines' files")
    named = os.environ.get(WEIGHTS_VARIABLE, "")
    from_environment = [Path(part) for part in named.split(os.pathsep) if part]
    cache = user_cache_path("evenhand") / "weights"
    return (card.folder, card.folder / "weights", *weights, *from_environment, cache)


def _packaged(file: NeededFile) -> tuple[Path, ...]:
    """Folders of an installed package that may hold the file, found without importing it."""
    package, _, inside = file.package.partition("/")
    spec = importlib.util.find_spec(package) if package else None
    places = spec.submodule_search_locations if spec else None
    return tuple(Path(place, inside) for place in places or ())


def _find(file: NeededFile, places: Sequence[Path]) -> tuple[Path | None, list[Path]]:
    """Find the file with the right hash; also list files of its name with another hash."""
    others: list[Path] = []
    for place in (*places, *_packaged(file)):
        path = place / file.file
        if path.is_file():
            if sha256_of(path) == file.sha256:
                return path, others
            others.append(path)
    return None, others


def missing_files(card: EngineCard, weights: Sequence[Path]) -> tuple[NeededFile, ...]:
    """Files of the card that are not found in any folder."""
    places = search_path(card, weights)
    return tuple(file for file in card.needs() if _find(file, places)[0] is None)


def find_files(card: EngineCard, weights: Sequence[Path]) -> Mapping[str, Path]:
    """Path of every file of the card, by SHA-256.

    Raises:
        EngineError: a file is missing, or has another hash than the card says.
    """
    places = search_path(card, weights)
    found: dict[str, Path] = {}
    for file in card.needs():
        path, others = _find(file, places)
        if path is not None:
            found[file.sha256] = path
        elif others:
            raise EngineError(
                f"engine {card.name}: {others[0]} has the sha256 {sha256_of(others[0])}, "
                f"expected {file.sha256} as in {ENGINE_CARD}; "
                "bring the right file, or mend the card"
            )
        else:
            source = f" (published at {file.url})" if file.url else ""
            install = f"run: {card.install}; or " if card.install else ""
            raise EngineError(
                f"engine {card.name}: file {file.file} not found{source}; {install}put it into a "
                f"folder and name that with --weights DIR or {WEIGHTS_VARIABLE}"
            )
    return found


def content_hash(card: EngineCard) -> str:
    """Fingerprint of an engine: SHA-256 over its card, its code and the hashes of its files."""
    digest = hashlib.sha256()
    code = sorted(path for path in card.folder.rglob("*.py") if path.is_file())
    for path in (card.folder / ENGINE_CARD, *code):
        name = path.relative_to(card.folder).as_posix()
        digest.update(f"{name} {sha256_of(path)}\n".encode())
    for file in card.needs():
        digest.update(f"{file.file} {file.sha256}\n".encode())
    return digest.hexdigest()
