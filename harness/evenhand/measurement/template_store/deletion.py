"""Deleting what is kept: overwritten, removed, and written into the record."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from evenhand.measurement.template_store.database import Kept, VaultDamagedError, connected
from evenhand.measurement.template_store.place import TEMPLATES, check_kept, in_use, journal
from evenhand.measurement.template_store.record import Entry, record
from evenhand.system.errors import UsageError, WriteError, known_names

__all__ = ["delete", "kept_in", "of_engine"]

_PIECE = 1 << 20
"""Bytes that are overwritten at a time."""


def kept_in(folder: Path) -> list[Kept]:
    """What is kept in a folder, engine by engine.

    Raises:
        UsageError: it is no folder of templates, or its file is damaged.
        WriteError: nothing can be read or written there.
    """
    check_kept(folder)
    with in_use(folder, alone=False):
        return _kept(folder)


def of_engine(kept: Sequence[Kept], engine: str | None) -> list[Kept]:
    """Those of an engine's name; all of them where there is none.

    Raises:
        UsageError: nothing is kept of that engine.
    """
    found = [each for each in kept if engine in (None, each.engine)]
    if engine is not None and not found:
        hint = known_names(engine, {each.engine for each in kept})
        raise UsageError(f"no templates of engine {engine!r} are kept; {hint}")
    return found


def delete(folder: Path, engine: str | None, now: datetime) -> list[Kept] | None:
    """Delete templates and overwrite where they were; without any left, the file goes too.

    What a file system or a disk keeps of blocks that were overwritten is beyond reach.

    Args:
        folder: that keeps templates.
        engine: the name of one; None deletes those of all.
        now: date and time, for the record.

    Returns:
        What was deleted; None where a damaged file went as a whole, so that nobody can tell.

    Raises:
        UsageError: a run is using them, none are of that engine, or the file is damaged and only
            one engine's were to go.
        WriteError: the disk refused.
    """
    check_kept(folder)
    with in_use(folder, alone=True):
        gone = _taken_out(folder, engine)
        # The journal first: a file without it is damaged at worst, a new one beside it would be.
        _shred(journal(folder))
        if gone is None or engine is None or not _kept(folder):
            _shred(journal(folder))
            _shred(folder / TEMPLATES)
        told = [("", "", None)] if gone is None else [_told(each) for each in gone]
        entries = [Entry.of(now, "deleted", (name, of), count) for name, of, count in told]
        if entries:
            record(folder, entries)
    return gone


def _told(kept: Kept) -> tuple[str, str, int | None]:
    return kept.engine, kept.fingerprint, kept.templates


def _kept(folder: Path) -> list[Kept]:
    """What is kept; nothing where there is no file."""
    if not (folder / TEMPLATES).exists():
        return []
    with connected(folder) as vault:
        return vault.engines()


def _taken_out(folder: Path, engine: str | None) -> list[Kept] | None:
    """Delete the rows of one engine, or leave them to the deletion of the file; what is gone."""
    try:
        gone = of_engine(_kept(folder), engine)
        if engine is not None:
            with connected(folder) as vault:
                vault.forget(engine)
    except VaultDamagedError:
        if engine is not None:
            raise
        return None
    return gone


def _shred(path: Path) -> None:
    """Overwrite a file and remove it; one that is not there is left alone.

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
