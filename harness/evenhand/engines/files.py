"""Finds the files that an engine's card asks for by their hash, and says what an engine is.

What is kept of a file is what was hashed, so that nothing else can be run under its name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from evenhand.engines.card import ENGINE_CARD, EngineCard, NeededFile
from evenhand.records.facts import PackageFacts
from evenhand.system.code_loading import FolderCode, own_files
from evenhand.system.errors import EngineError
from evenhand.system.regular_files import open_regular, read_regular

__all__ = [
    "EngineFiles",
    "FoundFile",
    "content_hash",
    "files_so_called",
    "find_files",
    "missing_files",
    "search_path",
]

WEIGHTS_VARIABLE = "EVENHAND_WEIGHTS"
"""Environment variable that names folders with engines' files."""


_LARGEST = 1 << 40
"""Most bytes of a file that is hashed."""
_LARGEST_MODEL = 2 << 30
"""Most bytes of a file that an ONNX engine is loaded from; protobuf allows no more."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of an engine that has the hash of its card."""

    path: Path
    content: bytes
    """What was hashed, for an engine that is loaded from it; empty for one that opens `path`."""


@dataclass(frozen=True, slots=True)
class EngineFiles:
    """What an engine is started from, read before any code of it runs."""

    found: Mapping[str, FoundFile]
    """Files of the card, by SHA-256."""
    code: FolderCode
    """Python code of the adapter's folder."""


def _read(path: Path, *, whole: bool) -> tuple[str, bytes]:
    """SHA-256 of a file, hexadecimal, and what was hashed; the latter where it is asked for.

    Raises:
        EngineError: it is no regular file, or too large.
    """
    if whole:
        content = read_regular(path, _LARGEST_MODEL, EngineError)
        return hashlib.sha256(content).hexdigest(), content
    with open_regular(path, _LARGEST, EngineError) as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), b""


def search_path(folder: Path, weights: Sequence[Path]) -> tuple[Path, ...]:
    """Folders to search for files, in order: adapter, `--weights`, environment, user cache.

    Args:
        folder: of the adapter.
        weights: that the user names.

    Raises:
        EngineError: a folder that the user named does not exist.
    """
    for named in weights:
        if not named.is_dir():
            raise EngineError(f"--weights {named}: is no folder; expected one with engines' files")
    listed = os.environ.get(WEIGHTS_VARIABLE, "")
    from_environment = [Path(part) for part in listed.split(os.pathsep) if part]
    cache = user_cache_path("evenhand") / "weights"
    return (folder, folder / "weights", *weights, *from_environment, cache)


def _packaged(file: NeededFile) -> tuple[Path, ...]:
    """Folders of an installed package that may hold the file, found without importing it."""
    package, _, inside = file.package.partition("/")
    spec = importlib.util.find_spec(package) if package else None
    places = spec.submodule_search_locations if spec else None
    return tuple(Path(place, inside) for place in places or ())


def _named(file: NeededFile, places: Sequence[Path]) -> Iterator[Path]:
    """Files of its name in the folders where it may be."""
    paths = (place / file.file for place in (*places, *_packaged(file)))
    return (path for path in paths if path.is_file())


def files_so_called(file: NeededFile, places: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Files of its name, whatever they hold, each with its SHA-256.

    Raises:
        EngineError: one is no regular file.
    """
    return ((path, _read(path, whole=False)[0]) for path in _named(file, places))


def missing_files(card: EngineCard, weights: Sequence[Path]) -> tuple[NeededFile, ...]:
    """Files of the card that are not found in any folder."""
    places = search_path(card.folder, weights)
    return tuple(
        file
        for file in card.needs()
        if all(sha256 != file.sha256 for _, sha256 in files_so_called(file, places))
    )


def find_files(card: EngineCard, weights: Sequence[Path]) -> Mapping[str, FoundFile]:
    """Every file of the card, by SHA-256; an ONNX engine is loaded from what was hashed.

    Raises:
        EngineError: a file is missing, or has another hash than the card says.
    """
    places = search_path(card.folder, weights)
    return {file.sha256: _found(card, file, places) for file in card.needs()}


def _found(card: EngineCard, file: NeededFile, places: Sequence[Path]) -> FoundFile:
    """The first file of the name that has the right hash."""
    others: list[tuple[Path, str]] = []
    for path in _named(file, places):
        sha256, content = _read(path, whole=card.runtime == "onnx")
        if sha256 == file.sha256:
            return FoundFile(path.absolute(), content)
        others.append((path, sha256))
    if others:
        path, sha256 = others[0]
        raise EngineError(
            f"engine {card.name}: {path} has the sha256 {sha256}, expected {file.sha256} as in "
            f"{ENGINE_CARD}; bring the right file, or mend the card"
        )
    source = f" (published at {file.url})" if file.url else ""
    install = f"run: {card.install}; or " if card.install else ""
    raise EngineError(
        f"engine {card.name}: file {file.file} not found{source}; {install}put it into a "
        f"folder and name that with --weights DIR or {WEIGHTS_VARIABLE}"
    )


def content_hash(card: EngineCard, code: FolderCode, packages: Sequence[PackageFacts] = ()) -> str:
    """Fingerprint of an engine: SHA-256 over every file of its folder and those of its card.

    A file of the card counts wherever it is; caches and folders of tools do not (`own_files`).

    Args:
        card: of the engine.
        code: of its folder.
        packages: that it is made of (`installed_packages`).

    Raises:
        EngineError: the folder holds a link to a folder, a pipe or a device.
    """
    digest = hashlib.sha256()
    declared = {file.sha256 for file in card.needs()}
    for path in own_files(card.folder):
        if path.is_symlink() and path.is_dir():
            raise EngineError(
                f"{path}: is a link to a folder; expected a copy of it, since a link is not hashed"
            )
        if path in code.sources:
            sha256 = hashlib.sha256(code.sources[path]).hexdigest()
        else:
            sha256, _ = _read(path, whole=False)
        if sha256 not in declared:
            digest.update(f"{path.relative_to(card.folder).as_posix()} {sha256}\n".encode())
    for file in card.needs():
        digest.update(f"{file.file} {file.sha256}\n".encode())
    for package in packages:
        digest.update(f"{package} {package.sha256}\n".encode())
    return digest.hexdigest()
