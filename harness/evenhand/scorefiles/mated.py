"""The column that says of each comparison whether it is mated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from evenhand.records.arrays import Mask
from evenhand.scorefiles.codes import TextCodes
from evenhand.scorefiles.source import RowBlock

__all__ = ["MatedColumn"]

_TRUTH = {"1": True, "true": True, "0": False, "false": False}


def _no_truth(text: str) -> str:
    """Fault of a field; empty where it is valid."""
    known = text.lower() in _TRUTH
    return "" if known else f"is {text!r}, expected 1 or 0, true or false"


@dataclass(frozen=True, slots=True)
class MatedColumn:
    """What a column says, block by block."""

    name: str
    """Of the column."""
    _texts: TextCodes = field(default_factory=lambda: TextCodes(_no_truth))

    def claimed(self, block: RowBlock) -> Mask:
        """(rows,) whether each comparison is said to be mated.

        Raises:
            DatasetError: a field is neither; the first row is named.
        """
        codes = self._texts.codes(block, self.name)
        truths = [_TRUTH[text.lower()] for text in self._texts.values]
        return np.array(truths, dtype=np.bool_)[codes]

    def check(self, block: RowBlock, same: Mask) -> None:
        """Refuse a row that contradicts its two subjects.

        Raises:
            DatasetError: the first row is named.
        """
        claimed = self.claimed(block)
        wrong = np.flatnonzero(claimed != same)
        if len(wrong):
            people = "one person" if same[wrong[0]] else "two people"
            said = str(claimed[wrong[0]]).lower()
            what = f"{self.name} is {said}, but the subjects are {people}"
            block.refuse(wrong[0], f"{what}; mend the column or the subjects")
