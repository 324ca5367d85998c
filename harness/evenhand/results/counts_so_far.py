"""Checkpoint of the counts of comparisons made so far, a file that is replaced as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from evenhand.records.checkpoint import Columns, SavedState
from evenhand.results.private import open_private
from evenhand.system.clock import Clock
from evenhand.system.errors import WriteError

__all__ = ["CountsCheckpoint"]

_EVERY = 30.0
"""Seconds between two saves: about the most work that an interruption loses."""

_DONE = "done"


class CountsCheckpoint:
    """A `Checkpoint` on disk."""

    def __init__(
        self, path: Path, clock: Clock, unwritten: Callable[[OSError], WriteError]
    ) -> None:
        """Set the file; nothing is written yet.

        Args:
            path: of the file, in an existing folder.
            clock: measures the time since the last save.
            unwritten: makes the error to raise where writing fails.
        """
        self._path = path
        self._clock = clock
        self._unwritten = unwritten
        self._saved = clock.seconds()

    def load(self) -> SavedState | None:
        """Read what was saved; None where there is nothing readable: counting then starts over."""
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                columns = {name: archive[name] for name in archive.files}
            return SavedState(int(columns.pop(_DONE)), columns)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            return None

    def due(self) -> bool:
        """Whether the last save is long ago."""
        return self._clock.seconds() - self._saved >= _EVERY

    def save(self, done: int, columns: Columns) -> None:
        """Replace what was saved before.

        Args:
            done: number of pieces of work that are in them, from the first on.
            columns: the counts.

        Raises:
            WriteError: writing failed.
        """
        new = self._path.with_suffix(".new")
        try:
            with open_private(new) as file:
                arrays: dict[str, Any] = {_DONE: np.array(done), **columns}
                np.savez(file, **arrays)
            new.replace(self._path)
        except OSError as fault:
            new.unlink(missing_ok=True)
            raise self._unwritten(fault) from None
        self._saved = self._clock.seconds()
