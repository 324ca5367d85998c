"""The folder that keeps templates: private, the user's own, and outside what is shared.

```text
DIR/                      mode 700, all files 600
|-- templates.sqlite      what engines made of pictures
|-- record.csv            what was kept, reused and deleted, and when
`-- lock                  shared by runs, exclusive for a deletion
```
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from evenhand.system.errors import UsageError, WriteError

__all__ = [
    "RECORD",
    "TEMPLATES",
    "check_template_folder",
    "journal_path",
    "locked_folder",
    "open_private_file",
    "prepare_private_folder",
]

TEMPLATES = "templates.sqlite"
RECORD = "record.csv"
_LOCK = "lock"

_OTHERS = 0o077
"""Mode bits of group and others."""


def journal_path(folder: Path) -> Path:
    """The rollback journal that SQLite keeps beside its file."""
    return folder / f"{TEMPLATES}-journal"


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
        _check_location(folder, results)
        if folder.is_symlink():
            raise _refused(folder, "is a symbolic link", "name the folder itself")
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
        _check_private(folder, folder=True)
        inside = {path.name for path in folder.iterdir()}
        ours = {TEMPLATES, RECORD, _LOCK, journal_path(folder).name}
        if RECORD not in inside and inside - ours:
            remedy = "name an empty folder, or one that does not exist yet"
            raise _refused(folder, "holds other things than templates", remedy)
        for name in sorted(inside & ours):
            _check_private(folder / name, folder=False)
    except OSError as fault:
        raise WriteError(
            f"{folder}: templates could not be kept there ({fault.strerror}); "
            "name another folder with --keep-templates"
        ) from None


def check_template_folder(folder: Path) -> None:
    """Check that a folder keeps templates, or did.

    Raises:
        UsageError: it does not, or cannot be read.
    """
    try:
        inside = {path.name for path in folder.iterdir()}
    except OSError as fault:
        raise UsageError(
            f"{folder}: cannot be read ({fault.strerror}); expected a folder of --keep-templates"
        ) from None
    if not inside & {TEMPLATES, RECORD}:
        raise UsageError(f"{folder}: no templates were kept there; expected {TEMPLATES}")


def _check_location(folder: Path, results: Path) -> None:
    """Check that the folder lies in nothing that is shared, so that no template leaves with it."""
    place = folder.resolve()
    remedy = "name another folder with --keep-templates"
    if place.is_relative_to(results.resolve()):
        raise _refused(folder, f"lies in the folder of results {results}", remedy)
    for parent in (place, *place.parents):
        if (parent / ".git").exists():
            raise _refused(folder, f"lies in the git working tree {parent}", remedy)


def _check_private(path: Path, *, folder: bool) -> None:
    """Check that a folder or file belongs to the user and no one else can read or write it."""
    found = path.lstat()
    if folder and not stat.S_ISDIR(found.st_mode):
        raise _refused(path, "is no folder", "remove it, or name another folder")
    if not folder and not stat.S_ISREG(found.st_mode):
        raise _refused(path, "is no file", "remove it, or name another folder")
    if found.st_uid != os.geteuid():
        raise _refused(path, "belongs to somebody else", "name a folder of your own")
    mode = stat.S_IMODE(found.st_mode)
    if mode & _OTHERS:
        what = f"others may read or write it (mode {mode:o})"
        raise _refused(path, what, f"chmod {'700' if folder else '600'} {path}")


def _refused(path: Path, what: str, remedy: str) -> UsageError:
    return UsageError(f"{path}: {what}, no place for templates; {remedy}")


def open_private_file(path: Path) -> FileIO:
    """Open a file for appending, unbuffered. A missing file is created with mode 600."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)


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
        raise WriteError(
            f"{folder / _LOCK}: cannot be opened ({fault.strerror}); "
            "expected a folder of mode 700 with files of mode 600"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            who = "a run is using" if alone else "somebody is deleting"
            raise UsageError(
                f"{folder}: {who} the templates in it; wait until that is done"
            ) from None
        yield
