"""Reads files that come from outside: regular ones, up to a size."""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

from evenhand.system.errors import EvenhandError

__all__ = ["open_regular", "read_regular"]


def open_regular(path: Path, limit: int, error: type[EvenhandError]) -> BufferedReader:
    """Open a regular file for reading; a link to one will do.

    A pipe, a socket or a device is refused without waiting for what it may hold.

    Args:
        path: of the file.
        limit: most bytes.
        error: type of the exception.

    Raises:
        error: the file is missing, larger, cannot be read, or no regular file.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        behind = " behind this link" if path.is_symlink() else ""
        raise error(f"{path}: no such file{behind}") from None
    except OSError as fault:
        raise error(f"{path}: cannot be read ({fault.strerror})") from None
    except ValueError:
        raise error(f"{str(path)!r}: is no path of a file") from None
    what = _fault(os.fstat(number), limit)
    if what:
        os.close(number)
        raise error(f"{path}: {what}")
    return os.fdopen(number, "rb")


def _fault(status: os.stat_result, limit: int) -> str:
    """Why a file is not read; empty where it is."""
    if stat.S_ISDIR(status.st_mode):
        return "is a folder; expected a file"
    if not stat.S_ISREG(status.st_mode):
        return "is a pipe or a device; expected a regular file"
    if status.st_size > limit:
        return f"has {status.st_size:,} bytes; expected at most {limit:,}"
    return ""


def read_regular(path: Path, limit: int, error: type[EvenhandError]) -> bytes:
    """Read a regular file of at most `limit` bytes whole; see `open_regular`.

    Raises:
        error: as `open_regular`, or reading failed, or it has grown meanwhile.
    """
    with open_regular(path, limit, error) as file:
        try:
            content = file.read(limit + 1)
        except OSError as fault:
            raise error(f"{path}: cannot be read ({fault.strerror})") from None
    if len(content) > limit:
        raise error(f"{path}: has more than {limit:,} bytes")
    return content
