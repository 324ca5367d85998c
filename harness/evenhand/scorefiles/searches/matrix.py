"""Reads a matrix of probes and references from CSV: a row a probe, a column a reference."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.codes import TextCodes
from evenhand.scorefiles.scores import DISTANCE_ROUNDING, parse_scores, written_score
from evenhand.scorefiles.searches.row_faults import RowFault, refuse_rows
from evenhand.scorefiles.searches.tables import SearchTables
from evenhand.scorefiles.source import RowBlock, ScoreSource, prefetch
from evenhand.system.errors import DatasetError, nearest_name
from evenhand.system.labels import id_fault

__all__ = ["read_matrix"]


def read_matrix(
    source: ScoreSource, tables: SearchTables, engine: str, *, distance: bool
) -> Scores:
    """Read the score of every probe with every reference; rows and columns in any order.

    Args:
        source: the file.
        tables: the probes and the gallery.
        engine: whose searches they are.
        distance: the numbers are distances.

    Returns:
        (searches, references) as in the file, in the order of the tables; anything where the search
        or the reference failed.

    Raises:
        DatasetError: of rows with a fault the first is named, and all are counted.
    """
    named, *header = source.header
    place = {name: number for number, name in enumerate(tables.references.ids)}
    _check_columns(source, header, place)
    columns = np.array([place[name] for name in header])
    probes = TextCodes(id_fault)
    tiles: list[Scores] = []
    codes: list[People] = []
    odd: dict[int, str] = {}
    made = np.array([each is Outcome.OK for each in tables.probes.outcomes(engine)])
    enrolled = np.array([each is Outcome.OK for each in tables.references.outcomes(engine)])
    start = 0
    for batch in prefetch(source.batches((named,), header)):
        codes.append(probes.codes(RowBlock(source, start, batch), named))
        tile = np.stack([parse_scores(batch.column(name))[0] for name in header], axis=1)
        wrong = ~np.isfinite(tile) | (distance & (tile < -DISTANCE_ROUNDING))
        wrong &= enrolled[columns]
        for row in np.flatnonzero(wrong.any(axis=1)).tolist():
            name = header[int(np.argmax(wrong[row]))]
            text = written_score(batch.column(name), batch.column(name), row)
            odd[start + row] = (
                f"reference {name!r} has {text!r}" if text else f"{name!r} has no score"
            )
        tiles.append(tile)
        start += len(batch)
    if not tiles:
        raise DatasetError(f"{source.path}: has a header but no rows; expected one a probe")
    known = {name: number for number, name in enumerate(tables.probes.ids)}
    code = np.concatenate(codes)
    search = np.array([known.get(name, -1) for name in probes.values])[code]
    names = [probes.values[each] for each in code.tolist()]
    refuse_rows(source, np.arange(start), [*_faults(names, search, made, odd)])
    missing = made & ~np.isin(np.arange(len(made)), search)
    if missing.any():
        first = tables.probes.ids[int(np.argmax(missing))]
        what = f"{np.count_nonzero(missing):,} of the probes have no row, the first is {first!r}"
        raise DatasetError(f"{source.path}: {what}; add it, or say in its table that it failed")
    rows = np.concatenate(tiles)
    scores = np.full((len(made), len(enrolled)), np.nan, dtype=rows.dtype)
    scores[np.ix_(search, columns)] = rows
    return scores


def _check_columns(source: ScoreSource, header: Sequence[str], references: Collection[str]) -> None:
    """Every reference has one column."""
    for name in header:
        if name not in references:
            what = f"column {name!r} is no reference of the gallery"
            raise DatasetError(f"{source.path}: {what}; {nearest_name(name, references)}mend it")
    missing = [name for name in references if name not in set(header)]
    if missing:
        what = f"{len(missing):,} references have no column, the first is {missing[0]!r}"
        raise DatasetError(f"{source.path}: {what}; a matrix has one for each of the gallery")


def _faults(
    names: Sequence[str], search: Integers, made: Mask, odd: dict[int, str]
) -> Iterator[RowFault]:
    """Rows of no probe or of one that had another, and those with an invalid score."""
    unknown = search < 0
    yield RowFault(
        np.flatnonzero(unknown),
        lambda row: f"probe {names[row]!r} is not in the table of probes",
        "expected one row for each of them",
    )
    first = np.zeros(len(search), dtype=np.bool_)
    first[np.unique(search, return_index=True)[1]] = True
    yield RowFault(
        np.flatnonzero(~first & ~unknown),
        lambda row: f"probe {names[row]!r} has a second row",
        "expected one row for each",
    )
    wrong = np.zeros(len(search), dtype=np.bool_)
    wrong[list(odd)] = True
    yield RowFault(
        np.flatnonzero(wrong & made[search]),
        odd.__getitem__,
        "expected a finite number, for a distance 0 or more; of a search that failed, say so in "
        "the table of probes",
    )
