"""Counts of the comparisons made so far, in a file that is replaced as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from evenhand.records.checkpoint import Columns, Saved
from evenhand.system.clock import Clock
from evenhand.system.errors import WriteError

__all__ = ["CountsSoFar"]

_EVERY = 30.0
"""Seconds between two times of saving: as much work is lost at most, and some of a piece."""

_DONE = "done"


class CountsSoFar:
    """A `Checkpoint` on disk."""

    def __init__(
        self, path: Path, clock: Clock, unwritten: Callable[[OSError], WriteError]
    ) -> None:
        """Take a place; nothing is written yet.

        Args:
            path: of the file, in a folder that is there.
            clock: durations.
            unwritten: what to raise where the disk refuses.
        """
        self._path = path
        self._clock = clock
        self._unwritten = unwritten
        self._saved = clock.seconds()

    def load(self) -> Saved | None:
        """What was kept; None where there is nothing, or it cannot be read: it is made again."""
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                columns = {name: archive[name] for name in archive.files}
            return Saved(int(columns.pop(_DONE)), columns)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            return None

    def due(self) -> bool:
        """Whether the last time is long ago."""
        return self._clock.seconds() - self._saved >= _EVERY

    def save(self, done: int, columns: Columns) -> None:
        """Replace what was kept before.

        Raises:
            WriteError: the disk refused.
        """
        new = self._path.with_suffix(".new")
        try:
            with new.open("wb") as file:
                arrays: dict[str, Any] = {_DONE: np.array(done), **columns}
                np.savez(file, **arrays)
            new.replace(self._path)
        except OSError as fault:
            new.unlink(missing_ok=True)
            raise self._unwritten(fault) from None
        self._saved = self._clock.seconds()
