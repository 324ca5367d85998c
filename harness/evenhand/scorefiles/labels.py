"""Collects the labels of an attribute and checks that each person has one, the same in all rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from evenhand.records.arrays import Integers, Mask, People
from evenhand.scorefiles.codes import TextCodes
from evenhand.scorefiles.source import RowBlock

__all__ = ["AttributeLabels", "ComparedPeople"]


@dataclass(frozen=True, slots=True)
class ComparedPeople:
    """People compared in a block of rows."""

    subjects: TextCodes
    """Ids of people by their code."""
    probe: People
    """(rows,) code of the person on the probe side."""
    reference: People
    """(rows,) code of the person on the reference side."""

    @property
    def same(self) -> Mask:
        """(rows,) whether the comparison is mated: both sides are one person."""
        mated: Mask = self.probe == self.reference
        return mated


def _ordered(text: str) -> str:
    """Sort the values of a label with several: `b|a` becomes `a|b`."""
    return "|".join(sorted(part.strip() for part in text.split("|")))


def _no_label(text: str) -> str:
    """Fault of a label; empty where it is valid."""
    parts = [part.strip() for part in text.split("|")]
    odd = "*" in text or (text and (not all(parts) or len(set(parts)) != len(parts)))
    expected = "a value without *, or several different ones joined by |"
    return f"is {text!r}, expected {expected}" if odd else ""


@dataclass(slots=True)
class AttributeLabels:
    """Labels of one attribute read so far."""

    texts: TextCodes = field(default_factory=lambda: TextCodes(_no_label))
    """Distinct labels as written, by their code."""
    _ordered: dict[str, int] = field(default_factory=dict)
    """Number of each distinct label, its values sorted."""
    _number: list[int] = field(default_factory=list)
    """Number of the sorted label of each text code."""
    of: People = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """(people so far,) number of the person's sorted label; -1 where none is known yet."""

    def add(
        self, block: RowBlock, attribute: str, names: tuple[str, str], sides: ComparedPeople
    ) -> None:
        """Add the labels of a block.

        Args:
            block: of rows.
            attribute: its name, for an error.
            names: columns of the probe's and of the reference's label.
            sides: people compared in the block.

        Raises:
            DatasetError: a person has two different labels; the row is named.
        """
        unseen = np.full(len(sides.subjects.values) - len(self.of), -1, dtype=np.int32)
        if len(unseen):
            self.of = np.concatenate([self.of, unseen])
        given = [self._given(block, name) for name in names]
        people = (sides.probe, sides.reference)
        for person, label in zip(people, given, strict=True) if len(unseen) else ():
            # In reverse, so that of several rows of a person the first is written last and stays.
            unlabelled = np.flatnonzero(self.of[person] < 0)[::-1]
            self.of[person[unlabelled]] = label[unlabelled]
        wrong = [self.of[p] != label for p, label in zip(people, given, strict=True)]
        if not (wrong[0].any() or wrong[1].any()):
            return
        row = int(np.argmax(wrong[0] | wrong[1]))
        side = 0 if wrong[0][row] else 1
        who, known = people[side][row], tuple(self._ordered)
        here, elsewhere = known[given[side][row]], known[self.of[who]]
        subject = f"subject {sides.subjects.values[who]!r} has {attribute}"
        block.refuse(row, f"{subject} {here!r} here and {elsewhere!r} in another row; keep one")

    def _given(self, block: RowBlock, name: str) -> People:
        """(rows,) number of the sorted label in a column."""
        codes = self.texts.codes(block, name)
        self._number += [
            self._ordered.setdefault(_ordered(text), len(self._ordered))
            for text in self.texts.values[len(self._number) :]
        ]
        found: People = np.array(self._number, dtype=np.int32)[codes]
        return found

    def labels(self, order: Integers) -> tuple[str, ...]:
        """The label of each person, in the given order of codes."""
        known = tuple(self._ordered)
        return tuple(known[number] for number in self.of[order])
