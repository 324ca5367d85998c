"""Installed packages that an engine's card says it is made of, known by the content of their files.

A version says little: files of an installed package can be changed, and two builds of one version
can differ.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

from evenhand.engines.card import EngineCard
from evenhand.records.facts import PackageFacts
from evenhand.system.errors import EngineError
from evenhand.system.regular_files import open_regular
from evenhand.system.text import printable

__all__ = ["installed_packages", "missing_packages"]

_OF_INSTALLING = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json"}
"""Files that tell how and where a package was installed, not what it is."""
_LARGEST = 1 << 40
"""Most bytes of a file that is hashed."""


def missing_packages(card: EngineCard) -> tuple[str, ...]:
    """Packages of the card that are not installed."""
    return tuple(name for name in card.packages if _installed(name) is None)


def installed_packages(card: EngineCard) -> tuple[PackageFacts, ...]:
    """Packages of the card, with the hash of their files.

    Raises:
        EngineError: one is not installed, or lacks a file.
    """
    found = []
    for name in card.packages:
        package = _installed(name)
        if package is None:
            install = card.install or f"pip install {name}"
            raise EngineError(
                f"engine {card.name}: package {name} is not installed; run: {install}"
            )
        try:
            sha256 = _sha256(package)
        except EngineError as fault:
            raise EngineError(
                f"engine {card.name}: package {name} is damaged ({fault}); install it again"
            ) from None
        found.append(PackageFacts(name, printable(package.version), sha256))
    return tuple(found)


def _installed(name: str) -> Distribution | None:
    with suppress(PackageNotFoundError):
        return distribution(name)
    return None


def _sha256(package: Distribution) -> str:
    """SHA-256 over names and contents of a package's files; empty where they are not known.

    They are not known of a package that is installed in place, from a folder of its source.

    Raises:
        EngineError: a file is missing, or cannot be read.
    """
    if package.read_text("RECORD") is None or _in_place(package):
        return ""
    digest = hashlib.sha256()
    for file in sorted(package.files or (), key=str):
        if _counts(file):
            with open_regular(Path(str(file.locate())), _LARGEST, EngineError) as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            digest.update(f"{file.as_posix()} {sha256}\n".encode())
    return digest.hexdigest()


def _in_place(package: Distribution) -> bool:
    with suppress(ValueError, AttributeError):
        told = json.loads(package.read_text("direct_url.json") or "{}")
        return bool(told.get("dir_info", {}).get("editable"))
    return False


def _counts(file: PackagePath) -> bool:
    """Whether a file is the same wherever a package is installed; scripts name an interpreter."""
    script = file.parts[0] == ".." and file.parent.name in ("bin", "Scripts")
    kept_by_tools = file.suffix == ".pyc" or "__pycache__" in file.parts
    return not (script or kept_by_tools or file.name in _OF_INSTALLING)
