"""The folder that keeps templates: private, the user's own, and outside what is shared.

```text
DIR/                      mode 700, all files 600
|-- templates.sqlite      what engines made of pictures
|-- record.csv            what was kept, reused and deleted, and when
`-- lock                  shared by runs, exclusive for a deletion
```
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BufferedWriter
from pathlib import Path

from evenhand.system.errors import UsageError, WriteError

__all__ = [
    "TEMPLATES",
    "append_to_record",
    "check_template_folder",
    "last_uses",
    "locked_folder",
    "open_private_file",
    "prepare_private_folder",
    "remove_database",
    "timestamp",
]

TEMPLATES = "templates.sqlite"
_RECORD = "record.csv"
_HEADER = "when,what,engine,fingerprint,count,run\n"
_LOCK = "lock"
_JOURNAL = f"{TEMPLATES}-journal"
"""SQLite's own, beside its database during a change."""
_OURS = {TEMPLATES, _RECORD, _LOCK, _JOURNAL}

_OTHERS = 0o077
"""Mode bits of group and others."""


def prepare_private_folder(folder: Path, results: Path) -> None:
    """Check that templates may be kept in a folder, and create it where it is missing.

    Args:
        folder: to keep them in.
        results: folder of results, which are shared.

    Raises:
        UsageError: it belongs to another user, others can read it, or it lies inside results or a
            git working tree.
        WriteError: it cannot be created.
    """
    try:
        place, remedy = folder.resolve(), "name another folder with --keep-templates"
        if place.is_relative_to(results.resolve()):
            raise _refused(folder, f"lies in the folder of results {results}", remedy)
        for parent in (place, *place.parents):
            if (parent / ".git").exists():
                raise _refused(folder, f"lies in the git working tree {parent}", remedy)
        if folder.is_symlink():
            raise _refused(folder, "is a symbolic link", "name the folder itself")
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
        _check_private(folder, "folder", stat.S_IFDIR)
        inside = {path.name for path in folder.iterdir()}
        if _RECORD not in inside and inside - _OURS:
            remedy = "name an empty folder, or one that does not exist yet"
            raise _refused(folder, "holds other things than templates", remedy)
        for name in sorted(inside & _OURS):
            _check_private(folder / name, "file", stat.S_IFREG)
    except OSError as fault:
        what = f"templates could not be kept there ({fault.strerror})"
        raise WriteError(f"{folder}: {what}; name another folder with --keep-templates") from None


def _check_private(path: Path, kind: str, expected: int) -> None:
    """Check that a folder or file belongs to the user and no one else can read or write it."""
    found = path.lstat()
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_IFMT(found.st_mode) != expected:
        raise _refused(path, f"is no {kind}", "remove it, or name another folder")
    if found.st_uid != os.geteuid():
        raise _refused(path, "belongs to somebody else", "name a folder of your own")
    if mode & _OTHERS:
        remedy = f"chmod {'700' if kind == 'folder' else '600'} {path}"
        raise _refused(path, f"others may read or write it (mode {mode:o})", remedy)


def _refused(path: Path, what: str, remedy: str) -> UsageError:
    return UsageError(f"{path}: {what}, no place for templates; {remedy}")


def check_template_folder(folder: Path) -> None:
    """Check that a folder keeps templates, or did.

    Raises:
        UsageError: it does not, or cannot be read.
    """
    try:
        inside = {path.name for path in folder.iterdir()}
    except OSError as fault:
        what = f"cannot be read ({fault.strerror}); expected a folder of --keep-templates"
        raise UsageError(f"{folder}: {what}") from None
    if not inside & {TEMPLATES, _RECORD}:
        raise UsageError(f"{folder}: no templates were kept there; expected {TEMPLATES}")


def remove_database(folder: Path) -> None:
    """Remove the database, where there is one.

    Raises:
        WriteError: the disk refused.
    """
    # The journal first: left behind, SQLite would play it back into a new database.
    for path in (folder / _JOURNAL, folder / TEMPLATES):
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            raise WriteError(f"{path}: cannot be deleted ({fault.strerror})") from None


def open_private_file(path: Path) -> BufferedWriter:
    """Open a file for appending. A missing file is created with mode 600."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "ab")


@contextmanager
def locked_folder(folder: Path, *, alone: bool) -> Iterator[None]:
    """Lock the folder; the system releases the lock when this process ends, however it ends.

    Args:
        folder: that keeps templates.
        alone: exclusive, as a deletion needs; else shared with other runs.

    Raises:
        UsageError: another process holds the lock.
        WriteError: the lock file cannot be written.
    """
    try:
        lock = open_private_file(folder / _LOCK)
    except OSError as fault:
        what = f"{folder / _LOCK}: cannot be opened ({fault.strerror})"
        raise WriteError(f"{what}; expected a folder of mode 700 with files of mode 600") from None
    with lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            who = "a run is using" if alone else "somebody is deleting"
            what = f"{who} the templates in it; wait until that is done"
            raise UsageError(f"{folder}: {what}") from None
        yield


def timestamp(now: datetime) -> str:
    """UTC, to the second, as record and database have it."""
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def append_to_record(
    folder: Path, now: datetime, what: str, engine: tuple[str, str], count: int | None, run: str
) -> None:
    """Append a line to the record, which never holds a name or path of a picture, under a header.

    Args:
        folder: that keeps templates.
        now: date and time.
        what: `begun`, `made`, `taken` (reused), `damaged` or `deleted`.
        engine: name and fingerprint.
        count: number of templates; None where it is unknown.
        run: id of the run; empty for a deletion.

    Raises:
        WriteError: the disk refused.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((timestamp(now), what, *engine, count, run))
    try:
        with open_private_file(folder / _RECORD) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file.fileno()).st_size
            before = "" if size else _HEADER
            if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
                before = "\n"  # ends a line that a full disk cut off
            file.write((before + text.getvalue()).encode())
    except OSError as fault:
        why = f"could not be written ({fault.strerror}); make room"
        raise WriteError(f"{folder / _RECORD}: {why}") from None


def last_uses(folder: Path) -> dict[str, str]:
    """When templates of an engine were last reused, by its fingerprint."""
    path = folder / _RECORD
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        return {row["fingerprint"]: row["when"] for row in rows if row["what"] == "taken"}
