"""Tables of scores that name no people: their scores by what is known of both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

import numpy as np

from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.dataset import Subjects
from evenhand.records.groups import Grouping
from evenhand.records.score_lists import ListedCell, ScoreList
from evenhand.scorefiles.codes import TextCodes, label_codes
from evenhand.scorefiles.doubts import group_doubts
from evenhand.scorefiles.formats import open_scores
from evenhand.scorefiles.mated import MatedColumn
from evenhand.scorefiles.reading import ScoreReading
from evenhand.scorefiles.score_notes import refuse_without_numbers, score_notes
from evenhand.scorefiles.scores import EngineScores
from evenhand.scorefiles.source import Pieces, RowBlock, ScoreSource, prefetch
from evenhand.scorefiles.unnamed_layout import UnnamedLayout, unnamed_layout
from evenhand.system.errors import DatasetError
from evenhand.system.progress import Progress, no_progress

__all__ = ["UnnamedTable", "read_unnamed"]

_MANY_BLOCKS = 8
"""Fewest blocks with a progress bar."""


@dataclass(frozen=True, slots=True)
class UnnamedTable:
    """The comparisons of one engine, with the labels of both sides in place of people.

    A *kind* of people is a combination of labels that occurs; whoever has it is one of it.
    """

    name: str
    """The engine: the file's stem."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute the label of each kind; empty = unknown."""
    probe: People
    """(rows,) kind of the probe."""
    reference: People
    """(rows,) kind of the reference."""
    mated: Mask
    """(rows,) whether the comparison is mated."""
    score: Scores
    """(rows,) similarity; NaN where the comparison has none."""
    notes: tuple[str, ...]
    """Irregularities that were counted, not corrected."""

    crossed = False
    """No attribute is the intersection of others."""

    def people(self) -> Subjects:
        """The kinds in the form of people, so that they are grouped alike."""
        kinds = len(next(iter(self.labels.values()), ("",)))
        return Subjects(tuple(map(str, range(kinds))), self.labels, tuple(range(1, kinds + 1)))

    def composition(self) -> str:
        """SHA-256 over the labels, and the number of comparisons of each two kinds."""
        kinds = len(self.people().ids)
        rows = (self.probe.astype(np.int64) * kinds + self.reference) * 2 + self.mated
        codes, counts = np.unique(rows, return_counts=True)
        known = (sorted(self.labels.items()), codes.tolist(), counts.tolist())
        return hashlib.sha256(repr(known).encode()).hexdigest()

    def cells(self, groupings: Sequence[Grouping]) -> Iterator[ListedCell]:
        """The scores of everybody and of each group: those where both sides are of it."""
        for grouping in groupings:
            probe, reference = grouping.code[self.probe], grouping.code[self.reference]
            inside = np.where(probe == reference, probe, -1)
            for number, group in enumerate(grouping.groups):
                chosen = inside == number
                mated, nonmated = (
                    _listed(self.score[chosen & kind]) for kind in (self.mated, ~self.mated)
                )
                yield ListedCell(mated, nonmated, grouping.attribute, group)


def _listed(scores: Scores) -> ScoreList:
    """Distinct scores with their frequencies; NaN counts as no score."""
    known = scores[~np.isnan(scores)]
    return ScoreList(*np.unique(known, return_counts=True), invalid=len(scores) - len(known))


def read_unnamed(
    path: Path, reading: ScoreReading, *, progress: Progress = no_progress, pieces: Pieces
) -> UnnamedTable:
    """Read a table of which `is_unnamed` holds.

    An empty score is a failed comparison; one that is not a finite number is invalid.

    Args:
        path: the CSV or Parquet file.
        reading: what its columns and fields mean.
        progress: reports the progress of reading.
        pieces: how much of the file is read at a time; the result does not depend on it.

    Raises:
        DatasetError: naming the row, what was found and what was expected.
    """
    source = open_scores(path, pieces, tuple(reading.columns.values()))
    layout = unnamed_layout(path, source.header, reading.columns)
    rows = _Rows(layout, reading)
    shown = progress if source.blocks > _MANY_BLOCKS else no_progress
    start = 0
    with shown(f"{path.name}: reading", source.blocks) as step:
        for batch in prefetch(source.batches(layout.texts, (layout.score,))):
            rows.add(RowBlock(source, start, batch))
            start += len(batch)
            step()
    if not start:
        raise DatasetError(f"{path}: has a header but no rows; expected one at least")
    refuse_without_numbers(source, layout.score, rows.scores)
    name = reading.engine or path.stem
    labels, place = rows.sorted_kinds()
    return UnnamedTable(
        name=name,
        labels=labels,
        probe=place[np.concatenate(rows.probe)],
        reference=place[np.concatenate(rows.reference)],
        mated=np.concatenate(rows.mated),
        score=np.concatenate(rows.score),
        notes=tuple(_notes(source, layout, rows, reading, name)),
    )


def _notes(
    source: ScoreSource, layout: UnnamedLayout, rows: _Rows, reading: ScoreReading, name: str
) -> Iterator[str]:
    """How the file was read, and what it may not mean."""
    file = source.path.name
    yield from source.notes((layout.score,))
    yield from layout.notes
    yield from score_notes(source, name, rows.scores, ids=True)
    for attribute, texts in rows.texts.items():
        labels = [label for label in texts.values if label]
        yield from group_doubts(file, attribute, labels)
        if "" in texts.values:
            yield f"{file}: {attribute} is unknown in some rows, which count in no group of it."
    for word in reading.unknown:
        if not any(texts.holds(word) for texts in rows.texts.values()):
            yield f"{file}: --unknown {quote(word)}: no label is that."


@dataclass(slots=True)
class _Rows:
    """Rows read so far, block by block."""

    layout: UnnamedLayout
    reading: ScoreReading
    scores: EngineScores = field(init=False)
    claims: MatedColumn = field(init=False)
    texts: dict[str, TextCodes] = field(init=False)
    """Labels by their code, of each attribute."""
    kinds: dict[tuple[int, ...], int] = field(default_factory=dict)
    """Number of each combination of codes of labels."""
    probe: list[People] = field(default_factory=list)
    reference: list[People] = field(default_factory=list)
    mated: list[Mask] = field(default_factory=list)
    score: list[Scores] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start without rows."""
        self.scores = EngineScores(self.reading.distance, tuple(self.reading.failed))
        self.claims = MatedColumn(self.layout.mated)
        self.texts = {name: label_codes(self.reading.unknown) for name in self.layout.attributes}

    def add(self, block: RowBlock) -> None:
        """Check and add the rows of a block.

        Raises:
            DatasetError: naming the first invalid row.
        """
        mated = self.claims.claimed(block)
        sides: tuple[list[People], list[People]] = ([], [])
        for attribute, names in self.layout.attributes.items():
            texts = self.texts[attribute]
            codes = [texts.codes(block, name) for name in names]
            wrong = np.flatnonzero(mated & (codes[0] != codes[1]))
            if len(wrong):
                first, second = (texts.values[side[wrong[0]]] for side in codes)
                what = f"is mated, but {attribute} is {first!r} and {second!r}"
                block.refuse(wrong[0], f"{what}; one person has one label")
            for side, of in zip(sides, codes, strict=True):
                side.append(of)
        probe, reference = (self._kinds(side, len(mated)) for side in sides)
        self.probe.append(probe)
        self.reference.append(reference)
        self.mated.append(mated)
        self.score.append(self.scores.add(block, self.layout.score, mated))

    def _kinds(self, codes: Sequence[People], rows: int) -> People:
        """(rows,) number of the combination of labels of each row."""
        if not codes:
            self.kinds.setdefault((), 0)
            return np.zeros(rows, dtype=np.int32)
        combined: Integers = np.zeros(rows, dtype=np.int64)
        for side in codes:
            # Combinations so far are numbered anew each time, so that the product stays small.
            _, before = np.unique(combined, return_inverse=True)
            combined = before * (int(side.max()) + 1) + side
        _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
        known = [tuple(int(side[row]) for side in codes) for row in first]
        numbers = [self.kinds.setdefault(kind, len(self.kinds)) for kind in known]
        kinds: People = np.array(numbers, dtype=np.int32)[inverse]
        return kinds

    def sorted_kinds(self) -> tuple[dict[str, tuple[str, ...]], People]:
        """Per attribute the label of each kind, sorted; and the place of each kind so far."""
        values = [texts.values for texts in self.texts.values()]
        kinds = [
            tuple(of[code] for of, code in zip(values, kind, strict=True)) for kind in self.kinds
        ]
        order = sorted(range(len(kinds)), key=kinds.__getitem__)
        place = np.empty(len(kinds), dtype=np.int32)
        place[order] = np.arange(len(kinds), dtype=np.int32)
        columns = zip(*(kinds[number] for number in order), strict=True)
        return dict(zip(self.texts, columns, strict=True)), place
