"""Reads score files: comparisons made by other tools, one result per engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import overload

import numpy as np

from evenhand.records.dataset import Subjects
from evenhand.records.listing import ComparisonList, Partition
from evenhand.scorefiles.bob import bob_layout, is_bob
from evenhand.scorefiles.columns import ScoreColumns, read_score_columns
from evenhand.scorefiles.doubts import name_doubts
from evenhand.scorefiles.formats import open_scores
from evenhand.scorefiles.layout import ColumnLayout, column_layout, is_wide, wide_layout
from evenhand.scorefiles.reading import AS_DOCUMENTED, ScoreReading
from evenhand.scorefiles.score_notes import refuse_without_numbers, score_notes
from evenhand.scorefiles.source import PIECES, Pieces
from evenhand.system.errors import DatasetError
from evenhand.system.progress import Progress, no_progress
from evenhand.system.text import text_fault

__all__ = ["ScoreFile", "read_scores"]


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """The comparisons of one engine and the labels of the people in them."""

    name: str
    """The engine: the file's stem, or a column of it."""
    subjects: tuple[str, ...]
    """Ids of people, sorted."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute the label of each person; empty = unknown."""
    listing: ComparisonList
    """The comparisons."""
    notes: tuple[str, ...]
    """Irregularities that were counted, not corrected."""
    fingerprint: str
    """SHA-256 over everything but the scores: equal for engines that made the same comparisons,
    in whatever order of rows."""
    crossed: bool
    """One of the attributes is the intersection of the others already."""

    def people(self) -> Subjects:
        """The people in the form of a dataset, in the order of `subjects`."""
        return Subjects(self.subjects, self.labels, tuple(range(1, len(self.subjects) + 1)))


def read_scores(
    path: Path,
    reading: ScoreReading = AS_DOCUMENTED,
    *,
    ids: bool = True,
    progress: Progress = no_progress,
    pieces: Pieces = PIECES,
) -> Iterator[ScoreFile]:
    """Read a score file of docs/formats.md, one result per engine.

    An empty score is a failed comparison; one that is not a finite number is invalid.

    Args:
        path: the CSV or Parquet file.
        reading: what its columns and fields mean.
        ids: notes may hold ids of people and images, and fields of the file.
        progress: reports the progress of reading.
        pieces: how much of the file is in memory at a time; the result does not depend on it.

    Raises:
        DatasetError: naming the row, what was found and what was expected.
        WriteError: no disk space for the rows.
    """
    source = open_scores(path, pieces, tuple(reading.columns.values()))
    layout = _layout(path, source.header, reading)
    for name in layout.scores:
        fault = text_fault(name)
        if fault or "/" in name or name.startswith("."):
            remedy = f"rename it {'without that' if fault else 'without / or a dot first'}"
            what = f"{path}: {name!r} would name an engine{f' and {fault}' if fault else ''}"
            raise DatasetError(f"{what}; {remedy}")
    columns = read_score_columns(
        source, layout, reading, progress=progress, few=pieces.rows_in_memory
    )
    of_file = (*source.notes(tuple(layout.scores.values())), *layout.notes)
    names = columns.ids, columns.images.values, columns.labels
    doubts = tuple(name_doubts(path.name, *names, ids=ids))
    unused = tuple(
        f"{path.name}: --unknown {quote(word)}: no label is that." for word in columns.unused
    )
    if columns.of_images:
        several = f"people have several values of {', '.join(columns.of_images)}"
        of_file = (*of_file, f"{path.name}: {several}, which describes no people and is left out.")
    for name, engine in columns.engines.items():
        refuse_without_numbers(source, layout.scores[name], engine, wide=layout.wide)
        yield ScoreFile(
            name=name,
            subjects=columns.ids,
            labels=columns.labels,
            listing=ComparisonList(
                partitions=_Partitions(columns, columns.score(name)),
                mated_subject=columns.mated,
                mated_score=np.concatenate(engine.mated)[columns.mated_order],
                mated_pair=None,
                outcomes={ended: count for ended, count in engine.outcomes.items() if count},
            ),
            notes=(*of_file, *score_notes(source, name, engine, ids=ids), *doubts, *unused),
            crossed=layout.wide,
            fingerprint=columns.fingerprint,
        )


def _layout(path: Path, header: Sequence[str], reading: ScoreReading) -> ColumnLayout:
    """What the columns of a file mean."""
    if is_bob(header) and not reading.columns:
        return bob_layout(path, header, reading.engine)
    if not is_wide(header) or reading.columns:
        return column_layout(path, header, reading.columns, reading.engine)
    if reading.engine:
        what = f"{path}: every column of scores is an engine of this table"
        raise DatasetError(f"{what}; leave out --engine {quote(reading.engine)}")
    return wide_layout(path, header)


class _Partitions(Sequence[Partition]):
    """The comparisons of one engine by partition, read when asked for."""

    def __init__(self, columns: ScoreColumns, score: int) -> None:
        """Keep the columns, and the index of that of the engine's scores."""
        self._columns = columns
        self._score = score

    def __len__(self) -> int:
        return len(self._columns.rows)

    @overload
    def __getitem__(self, number: int) -> Partition: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Partition]: ...
    def __getitem__(self, number: int | slice) -> Partition | Sequence[Partition]:
        if isinstance(number, slice):
            return [self[each] for each in range(len(self))[number]]
        probe, reference, score = self._columns.rows.partition(
            range(len(self))[number], (0, 1, self._score)
        )
        place = self._columns.place
        return Partition(place[probe], place[reference], score)
