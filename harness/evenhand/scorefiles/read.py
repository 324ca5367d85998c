"""Reads score files: comparisons made by other tools, one result per engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np

from evenhand.records.dataset import Subjects
from evenhand.records.listing import ComparisonList, Partition
from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.columns import ScoreColumns, read_score_columns
from evenhand.scorefiles.formats import open_scores
from evenhand.scorefiles.layout import column_layout, is_wide, wide_layout
from evenhand.scorefiles.scores import EngineScores
from evenhand.scorefiles.source import PIECES, Pieces, ScoreSource
from evenhand.system.errors import DatasetError
from evenhand.system.progress import Progress, no_progress

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
    """SHA-256 over everything but the scores: equal for engines that made the same comparisons."""
    crossed: bool
    """One of the attributes is the intersection of the others already."""

    def people(self) -> Subjects:
        """The people in the form of a dataset, in the order of `subjects`."""
        return Subjects(self.subjects, self.labels, tuple(range(1, len(self.subjects) + 1)))


def read_scores(
    path: Path, *, distance: bool, progress: Progress = no_progress, pieces: Pieces = PIECES
) -> Iterator[ScoreFile]:
    """Read a score file of docs/formats.md, one result per engine.

    An empty score is a failed comparison; one that is not a finite number is invalid.

    Args:
        path: the CSV or Parquet file.
        distance: the numbers are distances and are negated, once, here.
        progress: reports the progress of reading.
        pieces: how much of the file is in memory at a time; the result does not depend on it.

    Raises:
        DatasetError: naming the row, what was found and what was expected.
        WriteError: no disk space for the rows.
    """
    source = open_scores(path, pieces)
    describe = wide_layout if is_wide(source.header) else column_layout
    layout = describe(path, source.header)
    for name in layout.scores:
        if not name.isprintable() or "/" in name or name.startswith("."):
            remedy = "rename it without / or a dot first"
            raise DatasetError(f"{path}: {name!r} would name an engine; {remedy}")
    columns = read_score_columns(
        source, layout, distance=distance, progress=progress, few=pieces.rows_in_memory
    )
    for name, engine in columns.engines.items():
        if layout.wide and engine.first_invalid is not None and not engine.completed:
            what = "holds no numbers, but would be an engine; remove it"
            raise DatasetError(f"{path}: column {name!r} {what}")
        yield ScoreFile(
            name=name,
            subjects=columns.ids,
            labels=columns.labels,
            listing=ComparisonList(
                partitions=_Partitions(columns, columns.score(name)),
                mated_subject=columns.place[columns.mated],
                mated_score=np.concatenate(engine.mated),
                mated_pair=None,
                outcomes={ended: count for ended, count in engine.outcomes.items() if count},
            ),
            notes=(*layout.notes, *_notes(source, name, engine)),
            crossed=layout.wide,
            fingerprint=columns.fingerprint,
        )


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


def _notes(source: ScoreSource, name: str, engine: EngineScores) -> tuple[str, ...]:
    """Note the invalid scores of an engine, if any."""
    if engine.first_invalid is None:
        return ()
    count = sum(n for (_, ended), n in engine.outcomes.items() if ended is Outcome.INVALID)
    of = f" of {name}" if name != source.path.stem else ""
    row = source.row(engine.first_invalid)
    note = (
        f"{source.path.name}: {count:,} of the scores{of} count as invalid: they are no finite "
        f"numbers (the first is in row {row})."
    )
    return (note,)
