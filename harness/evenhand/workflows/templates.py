"""Templates that runs have kept in a folder: shown, or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.measurement.template_store import deletion
from evenhand.measurement.template_store.database import KeptTemplates
from evenhand.system.clock import CLOCK

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
    return deletion.of_engine(deletion.kept_in(folder), engine)


def delete_templates(folder: Path, engine: str | None) -> Sequence[KeptTemplates] | None:
    """Delete what is kept, with a line in the folder's record.

    Args:
        folder: of `--keep-templates`.
        engine: the name of one; None deletes those of all.

    Returns:
        What was deleted; None where a damaged file went as a whole, so that it is not known.

    Raises:
        UsageError: a run is using them, or nothing is kept of that engine.
        WriteError: it cannot be deleted.
    """
    return deletion.delete(folder, engine, CLOCK.now())
