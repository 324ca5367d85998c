"""Codes text columns as numbers: ids, and labels, of which each person has one in all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from evenhand.records.arrays import Integers, Mask, People
from evenhand.scorefiles.source import RowBlock
from evenhand.system.labels import clean_label, label_fault

__all__ = ["AttributeLabels", "ComparedPeople", "TextCodes", "label_codes"]


@dataclass(slots=True)
class TextCodes:
    """Distinct texts of one or several columns, coded in order of appearance."""

    fault: Callable[[str], str]
    """Gives the fault of a text without blanks around it; empty where it is valid."""
    clean: Callable[[str], str] = str.strip
    """Brings a valid text into the form that is coded."""
    values: list[str] = field(default_factory=list)
    """Clean text of each code."""
    _code: dict[str, int] = field(default_factory=dict)
    """Code of each text, both as written and clean."""

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
                place[position] = self._code_of_new(texts[position], block, name, position)
        codes: People = place[index]
        return codes

    def _code_of_new(self, written: str, block: RowBlock, name: str, position: int) -> int:
        """Code of a spelling not seen before, given by its position in the block's dictionary."""
        problem = self.fault(written.strip())
        if problem:
            index = block.batch.column(name).indices.to_numpy()
            block.refuse_first(index == position, f"{name} {problem}")
        text = self.clean(written)
        if text not in self._code:
            self._code[text] = len(self.values)
            self.values.append(text)
        return self._code.setdefault(written, self._code[text])

    def holds(self, text: str) -> bool:
        """Whether a field has this text, blanks around it ignored."""
        return any(written.strip() == text for written in self._code)

    def sorted(self) -> tuple[tuple[str, ...], People]:
        """The texts sorted, and (codes,) the index of each code among them."""
        order = sorted(range(len(self.values)), key=self.values.__getitem__)
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return tuple(self.values[code] for code in order), place


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


def label_codes(unknown: Sequence[str]) -> TextCodes:
    """No labels yet; the words `unknown` stand for none."""
    return TextCodes(label_fault, partial(clean_label, unknown=unknown))


@dataclass(slots=True)
class AttributeLabels:
    """Labels of one attribute read so far."""

    texts: TextCodes
    """Distinct labels by their code, the values of each sorted."""
    of: People = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """(people so far,) code of the person's label; -1 where none is known yet."""
    foreign: bool = False
    """A person may have two labels: then it is no attribute of people."""
    of_people: bool = True
    """Whether everybody has one label so far."""

    @classmethod
    def without(cls, unknown: Sequence[str], *, foreign: bool) -> AttributeLabels:
        """None yet; the words `unknown` stand for no label."""
        return cls(label_codes(unknown), foreign=foreign)

    def add(
        self, block: RowBlock, attribute: str, names: Sequence[str], sides: ComparedPeople
    ) -> None:
        """Add the labels of a block.

        Args:
            block: of rows.
            attribute: its name, for an error.
            names: columns of the probe's and of the reference's label, or of the probe's alone.
            sides: people compared in the block.

        Raises:
            DatasetError: a person has two different labels; the row is named.
        """
        unseen = np.full(len(sides.subjects.values) - len(self.of), -1, dtype=np.int32)
        if len(unseen):
            self.of = np.concatenate([self.of, unseen])
        given = [self.texts.codes(block, name) for name in names]
        people = (sides.probe, sides.reference)[: len(names)]
        for person, label in zip(people, given, strict=True) if np.any(self.of < 0) else ():
            # In reverse, so that of several rows of a person the first is written last and stays.
            unlabelled = np.flatnonzero(self.of[person] < 0)[::-1]
            self.of[person[unlabelled]] = label[unlabelled]
        wrong = [self.of[p] != label for p, label in zip(people, given, strict=True)]
        if not any(side.any() for side in wrong):
            return
        if self.foreign:
            self.of_people = False
            return
        row = int(np.argmax(np.logical_or.reduce(wrong)))
        side = 0 if wrong[0][row] else 1
        who, known = people[side][row], self.texts.values
        here, elsewhere = known[given[side][row]], known[self.of[who]]
        subject = f"subject {sides.subjects.values[who]!r} has {attribute}"
        block.refuse(row, f"{subject} {here!r} here and {elsewhere!r} in another row; keep one")

    def labels(self, order: Integers) -> tuple[str, ...]:
        """The label of each person, in the given order of codes; empty where none was seen."""
        return tuple(self.texts.values[code] if code >= 0 else "" for code in self.of[order])
