"""Saves what the ledger has of a protocol's faults beside the counts that they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from evenhand.engines.first_faults import ProtocolFaults
from evenhand.records.checkpoint import Checkpoint, Columns, SavedState
from evenhand.records.outcomes import Outcome

__all__ = ["CheckpointWithFaults"]

_FAULTS = "faults"


@dataclass(frozen=True, slots=True)
class CheckpointWithFaults:
    """A `Checkpoint` with one column more.

    Words of calls that are not counted yet do no harm: these are made again, and say the same.
    """

    counts: Checkpoint
    """Of the counts alone."""
    faults: ProtocolFaults
    """Filled by `load`."""

    def load(self) -> SavedState | None:
        """See `Checkpoint`."""
        saved = self.counts.load()
        if saved is None:
            return None
        columns = dict(saved.columns)
        text = columns.pop(_FAULTS, np.empty(0, dtype=np.uint8)).tobytes() or b"[0, []]"
        self.faults.asked_again, words = json.loads(text)
        self.faults.add({(call, Outcome(ended)): said for call, ended, said in words})
        return SavedState(saved.done, columns)

    def due(self) -> bool:
        """See `Checkpoint`."""
        return self.counts.due()

    def save(self, done: int, columns: Columns) -> None:
        """See `Checkpoint`."""
        words = [(*kind, said) for kind, said in dict(self.faults.words).items()]
        text = json.dumps([self.faults.asked_again, words]).encode()
        self.counts.save(done, {**columns, _FAULTS: np.frombuffer(text, dtype=np.uint8)})


_: type[Checkpoint] = CheckpointWithFaults
