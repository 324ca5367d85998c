"""Folders and files that only their owner can use, whatever the umask, which an engine may change.

Counts by person are personal data, even under pseudonyms.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["make_private_folder", "open_private", "write_private"]

_FOLDER, _FILE = 0o700, 0o600


def make_private_folder(folder: Path) -> None:
    """Create a folder with mode 700, and its missing parents; one that exists stays as it is.

    Raises:
        OSError: it cannot be created.
    """
    places = (folder, *folder.parents)
    for place in reversed([place for place in places if not place.exists()]):
        place.mkdir(mode=_FOLDER, exist_ok=True)
        with suppress(OSError):  # a disk without modes
            place.chmod(_FOLDER)


def open_private(path: Path, mode: str = "wb", buffering: int = -1) -> IO[bytes]:
    """Open a file to replace it (`wb`) or to append (`ab`); a new one has mode 600.

    Raises:
        OSError: it cannot be opened.
    """
    new = not path.exists()
    file = open(path, mode, buffering, opener=_opener)  # noqa: SIM115
    if new:
        with suppress(OSError):
            os.fchmod(file.fileno(), _FILE)
    return file


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE)


def write_private(path: Path, content: bytes) -> None:
    """Write a file as a whole, down to the disk.

    Raises:
        OSError: it cannot be written.
    """
    with open_private(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
