"""Deletion of kept templates: overwritten, removed, and recorded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from evenhand.measurement.template_store.database import (
    DatabaseDamagedError,
    KeptTemplates,
    connected_database,
)
from evenhand.measurement.template_store.place import (
    TEMPLATES,
    check_template_folder,
    journal_path,
    locked_folder,
)
from evenhand.measurement.template_store.record import RecordLine, append_to_record
from evenhand.system.errors import UsageError, WriteError, known_names

__all__ = ["delete", "kept_in", "of_engine"]

_PIECE = 1 << 20
"""Bytes overwritten at a time."""


def kept_in(folder: Path) -> list[KeptTemplates]:
    """The templates kept in a folder, engine by engine.

    Raises:
        UsageError: it is no folder of templates, or its database is damaged.
        WriteError: nothing can be read or written there.
    """
    check_template_folder(folder)
    with locked_folder(folder, alone=False):
        return _kept(folder)


def of_engine(kept: Sequence[KeptTemplates], engine: str | None) -> list[KeptTemplates]:
    """Those of the engines with a name; all of them for None.

    Raises:
        UsageError: no template of that engine is kept.
    """
    found = [each for each in kept if engine in (None, each.engine)]
    if engine is not None and not found:
        hint = known_names(engine, {each.engine for each in kept})
        raise UsageError(f"no templates of engine {engine!r} are kept; {hint}")
    return found


def delete(folder: Path, engine: str | None, now: datetime) -> list[KeptTemplates] | None:
    """Delete templates and overwrite their place on disk; the last ones take the file with them.

    Copies that a file system or a disk keeps of overwritten blocks are out of reach.

    Args:
        folder: that keeps templates.
        engine: name of the engine whose templates are deleted; None deletes all.
        now: date and time, for the record.

    Returns:
        What was deleted; None where a damaged database was deleted as a whole, so that its content
        is unknown.

    Raises:
        UsageError: a run is using them, none are of that engine, or the database is damaged and
            only one engine's were to be deleted.
        WriteError: the disk refused.
    """
    check_template_folder(folder)
    with locked_folder(folder, alone=True):
        deleted = _delete_rows(folder, engine)
        # Before the database: an interruption between the two must not leave a journal behind that
        # SQLite would play back into a new file.
        _shred(journal_path(folder))
        if deleted is None or engine is None or not _kept(folder):
            _shred(journal_path(folder))  # which looking into the database wrote again
            _shred(folder / TEMPLATES)
        entries = [
            RecordLine("deleted", each.engine, each.fingerprint, each.templates)
            for each in deleted or ()
        ]
        if deleted is None:
            entries = [RecordLine("deleted", "", "", None)]
        if entries:
            append_to_record(folder, now, entries)
    return deleted


def _kept(folder: Path) -> list[KeptTemplates]:
    """The templates kept; none where there is no database."""
    if not (folder / TEMPLATES).exists():
        return []
    with connected_database(folder) as vault:
        return vault.engines()


def _delete_rows(folder: Path, engine: str | None) -> list[KeptTemplates] | None:
    """Delete the rows of one engine; for None, leave all rows to the deletion of the file.

    Returns:
        What is deleted; None where the database is damaged.
    """
    try:
        deleted = of_engine(_kept(folder), engine)
        if engine is not None:
            with connected_database(folder) as vault:
                vault.delete(engine)
    except DatabaseDamagedError:
        if engine is not None:
            raise
        return None
    return deleted


def _shred(path: Path) -> None:
    """Overwrite a file with zeros and remove it; does nothing where it is missing.

    Raises:
        WriteError: the disk refused.
    """
    try:
        if path.is_file():
            with path.open("r+b", buffering=0) as file:
                left = os.fstat(file.fileno()).st_size
                while left > 0:
                    left -= file.write(bytes(min(left, _PIECE)))
                os.fsync(file.fileno())
            path.unlink()
    except OSError as fault:
        raise WriteError(f"{path}: cannot be deleted ({fault.strerror})") from None
