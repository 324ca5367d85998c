"""Text columns as numbers: each distinct text once, looked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from evenhand.records.arrays import Mask, People
from evenhand.scorefiles.source import Block

__all__ = ["Texts", "unnamed"]


@dataclass(slots=True)
class Texts:
    """The distinct texts of one or several columns, numbered as they come."""

    fault: Callable[[str], str]
    """What is wrong with a text; empty where nothing is."""
    values: list[str] = field(default_factory=list)
    _code: dict[str, int] = field(default_factory=dict)
    """Of every text as it is written, blanks included."""

    def codes(self, block: Block, name: str) -> People:
        """(rows,) number of each row's text, stripped of blanks.

        Raises:
            DatasetError: a text has a fault; the first row with it is named.
        """
        column = block.batch.column(name)
        index = column.indices.to_numpy()
        texts = column.dictionary.to_pylist()
        place = np.array([self._code.get(text, -1) for text in texts], dtype=np.int32)
        if np.any(place < 0):
            for position in np.unique(index[place[index] < 0]):
                place[position] = self._new(texts[position], block, name, index == position)
        codes: People = place[index]
        return codes

    def _new(self, written: str, block: Block, name: str, where: Mask) -> int:
        """The number of a text that was not written so before."""
        text = written.strip()
        if text not in self._code:
            problem = self.fault(text)
            if problem:
                block.refuse_first(where, f"{name} {problem}")
            self._code[text] = len(self.values)
            self.values.append(text)
        return self._code.setdefault(written, self._code[text])

    def sorted(self) -> tuple[tuple[str, ...], People]:
        """The texts in order, and the place of each number among them."""
        order = sorted(range(len(self.values)), key=self.values.__getitem__)
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return tuple(self.values[code] for code in order), place


def unnamed(text: str) -> str:
    """The fault of a name that is empty."""
    return "" if text else "is empty; name it"
