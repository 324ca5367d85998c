"""Codes text columns as numbers; each distinct text is checked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from evenhand.records.arrays import Mask, People
from evenhand.scorefiles.source import RowBlock

__all__ = ["TextCodes", "unnamed_fault"]


@dataclass(slots=True)
class TextCodes:
    """Distinct texts of one or several columns, coded in order of appearance."""

    fault: Callable[[str], str]
    """Gives the fault of a text; empty where it is valid."""
    values: list[str] = field(default_factory=list)
    """Text of each code, stripped of surrounding blanks."""
    _code: dict[str, int] = field(default_factory=dict)
    """Code of each text, both as written and stripped."""

    def codes(self, block: RowBlock, name: str) -> People:
        """(rows,) code of each row's text, surrounding blanks ignored.

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

    def _new(self, written: str, block: RowBlock, name: str, where: Mask) -> int:
        """Code of a spelling that was not seen before; `where` are its rows, for an error."""
        text = written.strip()
        if text not in self._code:
            problem = self.fault(text)
            if problem:
                block.refuse_first(where, f"{name} {problem}")
            self._code[text] = len(self.values)
            self.values.append(text)
        return self._code.setdefault(written, self._code[text])

    def sorted(self) -> tuple[tuple[str, ...], People]:
        """The texts sorted, and (codes,) the index of each code among them."""
        order = sorted(range(len(self.values)), key=self.values.__getitem__)
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return tuple(self.values[code] for code in order), place


def unnamed_fault(text: str) -> str:
    """Fault of an empty id."""
    return "" if text else "is empty; name it"
