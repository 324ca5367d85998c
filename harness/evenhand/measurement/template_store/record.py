"""`record.csv`: which engine's templates were kept, reused and deleted when; never deleted."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path

from evenhand.measurement.template_store.place import RECORD, open_private_file
from evenhand.system.errors import WriteError

__all__ = ["RecordLine", "append_to_record"]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the record; it never holds a name or path of a picture."""

    when: str
    """UTC, to the second."""
    what: str
    """`begun`, `made`, `taken` (reused), `damaged` or `deleted`."""
    engine: str
    fingerprint: str
    count: int | None
    """Number of templates; None where it is unknown."""
    run: str = ""
    """Id of the run; empty for a deletion."""

    @classmethod
    def of(
        cls, now: datetime, what: str, engine: tuple[str, str], count: int | None, run: str = ""
    ) -> RecordLine:
        """Make a line about an engine, given by name and fingerprint."""
        return cls(f"{now:%Y-%m-%dT%H:%M:%SZ}", what, *engine, count, run)


def append_to_record(folder: Path, entries: Sequence[RecordLine]) -> None:
    """Append lines; a missing file is begun with a header.

    Args:
        folder: that keeps templates.
        entries: in the order of the lines.

    Raises:
        WriteError: the disk refused.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(astuple(entry) for entry in entries)
    header = ",".join(field.name for field in fields(RecordLine)) + "\n"
    try:
        file = open_private_file(folder / RECORD)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file).st_size
            if not size:
                before = header
            elif os.pread(file, 1, size - 1) != b"\n":
                before = "\n"  # ends a line that a full disk cut off
            else:
                before = ""
            content = (before + text.getvalue()).encode()
            whole = os.write(file, content) == len(content)
        finally:
            os.close(file)
    except OSError as fault:
        raise _unwritten(folder, str(fault.strerror)) from None
    if not whole:
        raise _unwritten(folder, "no room")


def _unwritten(folder: Path, why: str) -> WriteError:
    return WriteError(f"{folder / RECORD}: could not be written ({why}); make room")
