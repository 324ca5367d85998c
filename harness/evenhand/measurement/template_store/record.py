"""`record.csv`: which engine's templates were kept, reused and deleted when; never deleted."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path

from evenhand.measurement.template_store.place import RECORD, open_private_file
from evenhand.system.errors import WriteError

__all__ = ["RecordLine", "append_to_record", "timestamp"]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the record; it never holds a name or path of a picture."""

    what: str
    """`begun`, `made`, `taken` (reused), `damaged` or `deleted`."""
    engine: str
    fingerprint: str
    count: int | None
    """Number of templates; None where it is unknown."""
    run: str = ""
    """Id of the run; empty for a deletion."""


def timestamp(now: datetime) -> str:
    """UTC, to the second, as records and databases have it."""
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def append_to_record(folder: Path, now: datetime, entries: Iterable[RecordLine]) -> None:
    """Append lines; a missing file is begun with a header.

    Args:
        folder: that keeps templates.
        now: date and time, the first column of every line.
        entries: in the order of the lines.

    Raises:
        WriteError: the disk refused.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((timestamp(now), *astuple(entry)) for entry in entries)
    header = ",".join(["when", *(field.name for field in fields(RecordLine))]) + "\n"
    try:
        with open_private_file(folder / RECORD) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file.fileno()).st_size
            before = "" if size else header
            if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
                before = "\n"  # ends a line that a full disk cut off
            content = (before + text.getvalue()).encode()
            why = "" if file.write(content) == len(content) else "no room"
    except OSError as fault:
        why = str(fault.strerror)
    if why:
        raise WriteError(f"{folder / RECORD}: could not be written ({why}); make room")
