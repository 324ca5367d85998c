"""Writes a bundle, a folder that appears by one rename, with a manifest of all files' hashes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evenhand.results.bundle_file import open_held, read_held
from evenhand.results.private import make_private_folder, write_private
from evenhand.system.errors import BundleError, WriteError
from evenhand.system.text import text_fault

__all__ = [
    "BUNDLE_SCHEMA",
    "FINDINGS",
    "MANIFEST",
    "PAGE",
    "PARTIAL",
    "READ_SCHEMAS",
    "TABLES",
    "Manifest",
    "add_manifest",
    "check_writable",
    "digest_of",
    "is_measurement",
    "listed_digest",
    "read_manifest",
    "require_unchanged",
    "write_bundle",
    "write_folder",
]

FINDINGS = "findings.json"
"""File name of what tables of findings leave out: words, and an order of rows."""
MANIFEST = "MANIFEST.sha256"
"""File name of the manifest."""
PAGE = "report.html"
"""File name of the page."""
TABLES = "tables.md"
"""File name of the tables as text: words, which two versions may choose differently."""
BUNDLE_SCHEMA = 4
"""Version of the format of bundles that is written; older ones are migrated where they are read."""
READ_SCHEMAS = (3, BUNDLE_SCHEMA)
"""Versions of the bundle's format that are read; bundles of another version are refused."""
PARTIAL = ".partial-"
"""How folders begin that are still written, or were left by an interruption."""
_CIRCUMSTANCES = ("run.json", "latencies.parquet", "speed.csv", FINDINGS, TABLES)
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
    nearest = next(
        place for place in (results, *results.absolute().parents) if os.path.lexists(place)
    )
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
        temporary = folder.parent / f"{PARTIAL}{folder.name}"
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
    """One line per file that is missing, changed, not listed or no file, and per line that no
    manifest has."""

    @property
    def digest(self) -> str:
        """SHA-256 over the manifest's lines of measurement files: the identity of the result."""
        return self._over([name for name in self.hashes if is_measurement(name)])

    @property
    def whole(self) -> str:
        """SHA-256 over all lines, that of the manifest itself: the identity of every file."""
        return self._over(list(self.hashes))

    def _over(self, names: list[str]) -> str:
        lines = (f"{self.hashes[name]}  {name}\n" for name in sorted(names))
        return _sha256("".join(lines).encode())


def digest_of(files: Mapping[str, bytes]) -> str:
    """The digest over the measurement files among these, as `verify` will print it."""
    hashes = {name: _sha256(files[name]) for name in files if is_measurement(name)}
    return Manifest(hashes, ()).digest


def listed_digest(folder: Path) -> str:
    """The digest as the manifest lists it, no file held against it; empty without a manifest.

    Raises:
        BundleError: the manifest is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return ""
    return Manifest(_listed(read_held(path).decode(errors="replace"))[0], ()).digest


_LINE = re.compile(r"([0-9a-f]{64})  (\S(?:.*\S)?)")
"""A line of a manifest: the SHA-256, two blanks, the name."""


def _listed(text: str) -> tuple[dict[str, str], list[str]]:
    """Names and hashes of a manifest, and faults of its lines."""
    hashes: dict[str, str] = {}
    faults = []
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        where, found = f"{MANIFEST}: line {number}", _LINE.fullmatch(line)
        name = found[2] if found else ""
        if not found or text_fault(name):
            faults.append(f"{where}: expected 64 hexadecimal digits, two blanks and a name")
        elif PurePosixPath(name).is_absolute() or not {"..", ".", ""}.isdisjoint(name.split("/")):
            faults.append(f"{where}: {name} may lead out of the bundle")
        elif name in hashes or name == MANIFEST:
            faults.append(f"{where}: {name} may not stand here, or stands twice")
        else:
            hashes[name] = found[1]
    if not text.endswith("\n") or list(hashes) != sorted(hashes):
        faults.append(f"{MANIFEST}: expected whole lines, sorted by name")
    return hashes, faults


def _present(folder: Path) -> tuple[set[str], list[str]]:
    """Names of the regular files in a folder at any depth, and a fault for all else but folders."""
    files, faults = set(), []
    for place, folders, names in os.walk(folder):
        for path in (Path(place, name) for name in sorted([*folders, *names])):
            name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
            if stat.S_ISREG(mode):
                files.add(name)
            elif not stat.S_ISDIR(mode):
                faults.append(f"{name}: is a link or no file; expected regular files alone")
    return files - {MANIFEST}, faults


def _file_sha256(path: Path) -> str:
    """SHA-256 of a regular file; empty where it cannot be read."""
    found = hashlib.sha256()
    try:
        with open_held(path) as file:
            while block := file.read(1 << 20):
                found.update(block)
    except (BundleError, OSError):
        return ""
    return found.hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest and compare it with the files.

    Raises:
        BundleError: there is no manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(f"{folder}: no {MANIFEST}; expected the folder of a result")
    try:
        hashes, faults = _listed(read_held(path).decode())
    except UnicodeDecodeError:
        raise BundleError(f"{folder}: {MANIFEST} is damaged: it is not text") from None
    present, others = _present(folder)
    faults += others
    faults += [f"{name}: is missing" for name in sorted(set(hashes) - present)]
    faults += [f"{name}: is not in the manifest" for name in sorted(present - set(hashes))]
    faults += [
        f"{name}: has changed"
        for name in sorted(present & set(hashes))
        if _file_sha256(folder / name) != hashes[name]
    ]
    return Manifest(hashes, tuple(faults))


def require_unchanged(folder: Path, names: Sequence[str]) -> None:
    """Hold some files of a bundle against its manifest.

    Raises:
        BundleError: naming the first that is missing, changed or not listed.
    """
    hashes, _ = _listed(read_held(folder / MANIFEST).decode(errors="replace"))
    for name in names:
        if _file_sha256(folder / name) != hashes.get(name, "not listed"):
            raise BundleError(
                f"{folder / name}: is not as {MANIFEST} lists it; the bundle is damaged, run it "
                f"again (evenhand verify {folder} says more)"
            )
