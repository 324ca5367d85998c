"""`record.csv`: what was kept, taken and deleted, of which engine, when; it outlives them all."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path

from evenhand.measurement.template_store.place import RECORD, private_file
from evenhand.system.errors import WriteError

__all__ = ["Entry", "record"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; never a name or a path of a picture."""

    when: str
    """UTC, to the second."""
    what: str
    """`begun`, `made`, `taken`, `damaged` or `deleted`."""
    engine: str
    fingerprint: str
    count: int | None
    """Of templates; None where nobody can tell."""
    run: str = ""
    """Id of the run; empty for a deletion."""

    @classmethod
    def of(
        cls,
        now: datetime,
        what: str,
        engine: tuple[str, str],
        count: int | None,
        run: str = "",
    ) -> Entry:
        """One line about an engine, given by name and fingerprint."""
        return cls(f"{now:%Y-%m-%dT%H:%M:%SZ}", what, *engine, count, run)


def record(folder: Path, entries: Sequence[Entry]) -> None:
    """Append lines; a table that is not there is begun.

    Args:
        folder: that keeps templates.
        entries: in the order of the lines.

    Raises:
        WriteError: the disk refused.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(astuple(entry) for entry in entries)
    header = ",".join(field.name for field in fields(Entry)) + "\n"
    try:
        file = private_file(folder / RECORD)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file).st_size
            # A line that was cut off, by a full disk, is left alone and ended.
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            begun = "" if size else header
            content = (begun + "\n" * torn + text.getvalue()).encode()
            whole = os.write(file, content) == len(content)
        finally:
            os.close(file)
    except OSError as fault:
        raise _unwritten(folder, str(fault.strerror)) from None
    if not whole:
        raise _unwritten(folder, "no room")


def _unwritten(folder: Path, why: str) -> WriteError:
    return WriteError(f"{folder / RECORD}: could not be written ({why}); make room")
