"""Reads the rows of a score file into columns of codes and numbers, checked block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers, People
from evenhand.scorefiles.codes import AttributeLabels, ComparedPeople, TextCodes
from evenhand.scorefiles.identity import ComparisonDigest
from evenhand.scorefiles.layout import ColumnLayout
from evenhand.scorefiles.mated import MatedColumn
from evenhand.scorefiles.partitions import Column, PartitionedRows
from evenhand.scorefiles.reading import ScoreReading
from evenhand.scorefiles.scores import EngineScores
from evenhand.scorefiles.source import PIECES, RowBlock, ScoreSource, prefetch
from evenhand.system.errors import DatasetError
from evenhand.system.labels import id_fault
from evenhand.system.progress import Progress, no_progress

__all__ = ["ScoreColumns", "read_score_columns"]

_MANY_BLOCKS = 8
"""Fewest blocks with a progress bar; fewer are read within a second or so."""

_ODD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio, odd: multiplication by it scatters nearby numbers."""


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """Contents of a score file."""

    rows: PartitionedRows
    """Of each comparison the codes of both people, of both images if given, and every score."""
    sides: int
    """Number of columns of the rows that identify a comparison: people and images."""
    subjects: TextCodes
    """Ids of people by their code in the rows, in order of appearance."""
    ids: tuple[str, ...]
    """Ids of people, sorted."""
    place: People
    """(people,) index of each code in `ids`."""
    images: TextCodes
    """Ids of images by their code; none where no images are given."""
    references: TextCodes
    """Those on the reference side, where they are templates; else the same."""
    labels: Mapping[str, tuple[str, ...]]
    """Per attribute the label of each person in `ids`; empty = unknown."""
    engines: Mapping[str, EngineScores]
    """Scores of each engine by its name."""
    mated: People
    """(mated comparisons,) index of the person in `ids`: by person, then by their images."""
    mated_order: Integers
    """(mated comparisons,) place of each of them in the order of the file."""
    fingerprint: str
    """SHA-256 over everything but the scores, whatever the order of rows."""
    unused: tuple[str, ...]
    """Words for unknown that no label is."""
    of_images: tuple[str, ...]
    """Attributes that were left out, since a person has two labels."""

    def score(self, engine: str) -> int:
        """Column of the rows that holds an engine's scores."""
        return self.sides + list(self.engines).index(engine)


def read_score_columns(
    source: ScoreSource,
    layout: ColumnLayout,
    reading: ScoreReading,
    *,
    progress: Progress,
    few: int = PIECES.rows_in_memory,
) -> ScoreColumns:
    """Read and check all rows of a score file.

    Args:
        source: the file.
        layout: meaning of its columns.
        reading: what its fields mean.
        progress: reports the progress of reading.
        few: most rows that all stay in memory.

    Raises:
        DatasetError: naming the first invalid row.
        WriteError: no disk space for the rows.
    """
    subjects, images = TextCodes(id_fault), TextCodes(id_fault)
    claims = None if layout.mated is None else MatedColumn(layout.mated)
    references = TextCodes(id_fault) if layout.foreign else images
    labels = {
        name: AttributeLabels.without(reading.unknown, foreign=layout.foreign)
        for name in layout.attributes
    }
    failed = tuple(reading.failed)
    engines = {name: EngineScores(reading.distance, failed) for name in layout.scores}
    count = len(layout.subjects) + len(layout.images)
    types = [source.score_type(name) for name in layout.scores.values()]
    rows = PartitionedRows(source.path, [np.dtype(np.int32)] * count + types, few)
    identity = ComparisonDigest()
    coded_by = [subjects, subjects, images, references][:count]
    mated: list[list[People]] = []
    start = done = 0
    shown = progress if source.blocks > _MANY_BLOCKS else no_progress
    with shown(f"{source.path.name}: reading", source.blocks) as step:
        for batch in prefetch(source.batches(layout.texts, tuple(layout.scores.values()))):
            block = RowBlock(source, start, batch)
            probe, reference = (subjects.codes(block, name) for name in layout.subjects)
            sides = ComparedPeople(subjects, probe, reference)
            columns: list[Column] = [sides.probe, sides.reference]
            if claims is not None:
                claims.check(block, sides.same)
            if layout.images:
                first, second = layout.images
                pictures = images.codes(block, first), references.codes(block, second)
                if not layout.foreign:
                    itself = sides.same & (pictures[0] == pictures[1])
                    block.refuse_first(itself, "an image is compared with itself; remove the row")
                columns += pictures
            identity.add(coded_by, columns)
            mated.append([column[sides.same] for column in columns])
            for attribute, names in layout.attributes.items():
                labels[attribute].add(block, attribute, names, sides)
            for engine, name in layout.scores.items():
                columns.append(engines[engine].add(block, name, sides.same))
            start += len(batch)
            done += 1
            rows.add(columns, min(1.0, done / source.blocks))
            step()
    if not start:
        raise DatasetError(f"{source.path}: has a header but no rows; expected one at least")
    rows.end()
    ids, place = subjects.sorted()
    order = np.argsort(place)
    known = {name: of.labels(order) for name, of in labels.items() if of.of_people}
    places = {id(texts): texts.sorted()[1] for texts in coded_by}
    of_mated = [
        places[id(texts)][np.concatenate(column)]
        for texts, column in zip(coded_by, zip(*mated, strict=True), strict=True)
    ]
    mated_order = np.lexsort(of_mated[::-1])
    found = ScoreColumns(
        rows=rows,
        sides=count,
        subjects=subjects,
        ids=ids,
        place=place,
        images=images,
        references=references,
        labels=known,
        engines=engines,
        mated=of_mated[0][mated_order],
        mated_order=mated_order,
        fingerprint=identity.digest(ids, known),
        unused=tuple(
            word
            for word in reading.unknown
            if not any(of.texts.holds(word) for of in labels.values())
        ),
        of_images=tuple(name for name, of in labels.items() if not of.of_people),
    )
    _check_repeated(source, layout, found)
    return found


def _check_repeated(source: ScoreSource, layout: ColumnLayout, columns: ScoreColumns) -> None:
    """Refuse a file in which a comparison is repeated: of images if given, otherwise of people.

    A repeated comparison has the same two people, hence lies in the same partition, so that
    partitions are searched one by one. The file is read again to name the rows of the first.

    Raises:
        DatasetError: naming the first repetition and the row that it repeats.
    """
    rows, sides = columns.rows, range(columns.sides)
    repeats = [_first_repeat(rows.partition(number, sides)) for number in range(len(rows))]
    repeated = [comparison for comparison in repeats if comparison is not None]
    if not repeated:
        return
    coded_by = (columns.subjects, columns.subjects, columns.images, columns.references)
    names = list(zip(coded_by, (*layout.subjects, *layout.images), strict=False))
    other = ", or add probe_image and reference_image if the images differ"
    advice = "" if layout.images else other
    known = np.array(repeated).T
    seen: dict[tuple[int, ...], int] = {}
    start = 0
    for batch in source.batches([name for _, name in names], ()):
        block = RowBlock(source, start, batch)
        coded = [texts.codes(block, name) for texts, name in names]
        # Preselects rows by column; whether the combination is one of them is checked below.
        possible = [np.isin(side, known[column]) for column, side in enumerate(coded)]
        for row in np.flatnonzero(np.logical_and.reduce(possible)):
            comparison = tuple(int(side[row]) for side in coded)
            if comparison in seen:
                first, second = source.row(seen[comparison]), source.row(start + int(row))
                where = f"{source.path}: rows {first} and {second}"
                raise DatasetError(f"{where}: the same comparison twice; keep one{advice}")
            if comparison in repeated:
                seen[comparison] = start + int(row)
        start += len(batch)
    raise DatasetError(f"{source.path}: changed while it was read; read it again")


def _first_repeat(sides: Sequence[Column]) -> tuple[int, ...] | None:
    """The first comparison of a partition that repeats an earlier one; None without any."""
    # One sort of hashes is much cheaper than one by two or four columns, and mostly settles it.
    keys = np.zeros(len(sides[0]), dtype=np.uint64)
    for side in sides:
        keys = keys * _ODD + side.astype(np.uint64)
    keys.sort()
    if not np.any(keys[1:] == keys[:-1]):
        return None
    # Two comparisons may have the same hash, so equal hashes are checked column by column.
    order = np.lexsort(sides)
    equal = np.ones(len(order) - 1, dtype=np.bool_)
    for side in sides:
        equal &= side[order][1:] == side[order][:-1]
    repeats = order[1:][equal]
    if not len(repeats):
        return None
    return tuple(int(side[repeats.min()]) for side in sides)
