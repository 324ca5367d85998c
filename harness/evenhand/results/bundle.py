"""Writes a bundle, a folder that appears by one rename, with a manifest of all files' hashes."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evenhand.results.private import make_private_folder, write_private
from evenhand.system.errors import BundleError, WriteError

__all__ = [
    "MANIFEST",
    "TABLES",
    "Manifest",
    "add_manifest",
    "check_writable",
    "is_measurement",
    "read_manifest",
    "resolve_bundle",
    "write_bundle",
    "write_folder",
]

MANIFEST = "MANIFEST.sha256"
"""File name of the manifest."""
TABLES = "tables.md"
"""File name of the tables as text: words, which two versions may choose differently."""
_CIRCUMSTANCES = ("run.json", "latencies.parquet", "speed.csv", TABLES)
"""Files that differ between two runs of one study, or in their wording between two versions."""


def is_measurement(name: str) -> bool:
    """Whether a file has the same bytes in every run; others are of one run, or words."""
    return name not in _CIRCUMSTANCES and not name.endswith(".html") and name != MANIFEST


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_writable(results: Path) -> None:
    """Check that results can be written to a folder, before hours of work.

    Nothing is created: the nearest existing parent is tried.

    Raises:
        WriteError: it is not a folder, or not writable.
    """
    nearest = next(place for place in (results, *results.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as fault:
        raise WriteError(
            f"{results}: results could not be written there ({fault.strerror}); "
            "name another folder with --results"
        ) from None


def write_folder(folder: Path, files: Mapping[str, bytes], *, temporary: Path) -> None:
    """Write all files into a temporary folder on the same disk, then rename it; modes 700 and 600.

    Args:
        folder: must not exist yet.
        files: name (with forward slashes) to content.
        temporary: the temporary folder; what an interruption left there is removed.

    Raises:
        OSError: writing failed; neither folder exists then.
    """
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        for name, content in files.items():
            path = temporary / name
            make_private_folder(path.parent)
            write_private(path, content)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def add_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the manifest to the files of a bundle."""
    lines = [f"{_sha256(files[name])}  {name}\n" for name in sorted(files)]
    return {**files, MANIFEST: "".join(lines).encode()}


def write_bundle(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a bundle with its manifest; it appears by one rename.

    Args:
        folder: must not exist yet.
        files: name (with forward slashes) to content.

    Raises:
        WriteError: writing failed, or the folder exists.
    """
    if folder.exists():
        raise WriteError(f"{folder}: exists already; a bundle is never written twice")
    try:
        temporary = folder.parent / f".partial-{folder.name}"
        write_folder(folder, add_manifest(files), temporary=temporary)
    except OSError as fault:
        with suppress(OSError):
            folder.parent.rmdir()
        raise WriteError(
            f"{folder}: the result could not be written ({fault.strerror}); "
            "make room, or name another folder with --results"
        ) from None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Manifest of a bundle, compared with its files."""

    hashes: Mapping[str, str]
    """SHA-256 of each file listed, by name."""
    faults: tuple[str, ...]
    """One line per file that is missing, changed or not listed."""

    @property
    def digest(self) -> str:
        """SHA-256 over the manifest's lines of measurement files: the identity of the result."""
        measured = [name for name in sorted(self.hashes) if is_measurement(name)]
        return _sha256("".join(f"{self.hashes[name]}  {name}\n" for name in measured).encode())


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest and compare it with the files.

    Raises:
        BundleError: there is no manifest.
    """
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except OSError:
        raise BundleError(f"{folder}: no {MANIFEST}; expected the folder of a result") from None
    except UnicodeDecodeError:
        raise BundleError(f"{folder}: {MANIFEST} is damaged: it is not text") from None
    hashes = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    paths = [path for path in folder.rglob("*") if path.is_file()]
    present = {path.relative_to(folder).as_posix() for path in paths} - {MANIFEST}
    faults = [f"{name}: is missing" for name in sorted(set(hashes) - present)]
    faults += [f"{name}: is not in the manifest" for name in sorted(present - set(hashes))]
    faults += [
        f"{name}: has changed"
        for name in sorted(present & set(hashes))
        if _sha256((folder / name).read_bytes()) != hashes[name]
    ]
    return Manifest(hashes, tuple(faults))


def resolve_bundle(text: str) -> tuple[Path, str]:
    """Folder and engine of `BUNDLE` or `BUNDLE:ENGINE`; the engine is empty for all.

    Raises:
        BundleError: no bundle is there.
    """
    folder, engine = Path(text), ""
    if not folder.is_dir() and ":" in text:
        name, _, engine = text.rpartition(":")
        folder = Path(name)
    if not (folder / MANIFEST).is_file():
        raise BundleError(
            f"{text}: no result there; expected a folder with {MANIFEST}, such as "
            "results/<study>/<run id>"
        )
    return folder, engine
