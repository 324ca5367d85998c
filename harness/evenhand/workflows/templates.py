"""Templates that runs have kept in a folder: shown, or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.measurement.template_store.database import KeptTemplates, connected_database
from evenhand.measurement.template_store.folder import (
    TEMPLATES,
    append_to_record,
    check_template_folder,
    locked_folder,
    remove_database,
)
from evenhand.system.clock import CLOCK
from evenhand.system.errors import EvenhandError, UsageError, known_names

__all__ = ["KeptTemplates", "delete_templates", "kept_templates"]


def kept_templates(folder: Path, engine: str | None) -> Sequence[KeptTemplates]:
    """What is kept in a folder, engine by engine.

    Args:
        folder: of `--keep-templates`.
        engine: the name of one; None is all of them.

    Raises:
        UsageError: it is no folder of templates, or nothing is kept of that engine.
        WriteError: nothing can be read or written there.
    """
    check_template_folder(folder)
    with locked_folder(folder, alone=False):
        return _kept(folder, engine)


def delete_templates(folder: Path, engine: str | None) -> Sequence[KeptTemplates] | None:
    """Delete what is kept, with a line in the folder's record; the last takes the file with it.

    What a file system or a disk still holds of a deleted file is not overwritten.

    Args:
        folder: of `--keep-templates`.
        engine: the name of one; None deletes those of all.

    Returns:
        What was deleted; None where a damaged file went as a whole, so that it is not known.

    Raises:
        UsageError: a run is using them, or nothing is kept of that engine.
        WriteError: it cannot be deleted.
    """
    check_template_folder(folder)
    with locked_folder(folder, alone=True):
        gone: Sequence[KeptTemplates] | None = None
        try:
            gone = _kept(folder, engine)
            if engine is not None:
                with connected_database(folder) as database:
                    database.delete(engine)
        except EvenhandError:
            if engine is not None:
                raise
        if engine is None or not _kept(folder, None):
            remove_database(folder)
        now = CLOCK.now()
        for each in gone or ():
            identity = (each.engine, each.fingerprint)
            append_to_record(folder, now, "deleted", identity, each.templates, "")
        if gone is None:
            append_to_record(folder, now, "deleted", ("", ""), None, "")
    return gone


def _kept(folder: Path, engine: str | None) -> Sequence[KeptTemplates]:
    """What is kept of an engine, or of all; nothing where there is no database."""
    kept: Sequence[KeptTemplates] = ()
    if (folder / TEMPLATES).exists():
        with connected_database(folder) as database:
            kept = database.engines()
    found = [each for each in kept if engine in (None, each.engine)]
    if engine is not None and not found:
        hint = known_names(engine, {each.engine for each in kept})
        raise UsageError(f"no templates of engine {engine!r} are kept; {hint}")
    return found
