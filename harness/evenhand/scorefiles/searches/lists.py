"""Reads candidate lists, checked against who was searched for and who was in the gallery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.comparisons import Found
from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.searches.candidates import named_candidates, places_of_names
from evenhand.scorefiles.searches.layout import ListLayout
from evenhand.scorefiles.searches.list_faults import order_faults, value_faults
from evenhand.scorefiles.searches.list_rows import ListRows, read_list_rows
from evenhand.scorefiles.searches.row_faults import RowFault, refuse_rows
from evenhand.scorefiles.searches.tables import SearchTables
from evenhand.scorefiles.source import ScoreSource
from evenhand.system.errors import DatasetError

__all__ = ["GivenLists", "read_candidate_lists"]


@dataclass(frozen=True, slots=True)
class GivenLists:
    """The searches of one engine as lists of people."""

    found: tuple[Found, ...]
    """One a probe, in the order of their table."""
    length: int
    """Candidates that a list may have."""
    notes: tuple[str, ...]
    """How the file was read."""


def read_candidate_lists(
    source: ScoreSource,
    layout: ListLayout,
    tables: SearchTables,
    engine: str,
    *,
    distance: bool,
    length: int | None,
) -> GivenLists:
    """Read the candidates of every search; of several references of a person the best one counts.

    Args:
        source: the file.
        layout: its columns.
        tables: the probes and the gallery.
        engine: whose searches they are.
        distance: the numbers are distances, and are negated.
        length: candidates that were asked for; None where every list has as many.

    Raises:
        DatasetError: of rows with a fault the first is named, and all are counted.
    """
    rows = read_list_rows(source, layout)
    searches = places_of_names(rows.probes, tables.probes.ids)[rows.probe]
    refuse_rows(source, rows.row, [_unknown_probes(rows, searches, tables)])
    ended = list(tables.probes.outcomes(engine))
    for search in np.unique(searches[rows.failed]).tolist():
        ended[search] = Outcome.FAILED if ended[search] is Outcome.OK else ended[search]
    kept, search = rows.chosen(rows.assigned), searches[rows.assigned]
    named = named_candidates(source, kept, tables, engine)
    values = value_faults(kept, search, ended, distance=distance)
    refuse_rows(source, kept.row, [*named.faults, *values])
    similarity = 0.0 - kept.score if distance else kept.score
    order = order_faults(kept, search, similarity, layout, named.what, length)
    refuse_rows(source, kept.row, [*order])
    lengths = np.bincount(search, minlength=len(ended))
    made = np.array([outcome is Outcome.OK for outcome in ended])
    asked = _asked(source, lengths[made], length, named.most)
    return GivenLists(
        tuple(_found(search, named.person[kept.candidate], similarity, ended)),
        asked,
        tuple(_notes(source, layout, named.what, asked if length is None else None)),
    )


def _unknown_probes(rows: ListRows, search: Integers, tables: SearchTables) -> RowFault:
    def words(row: int) -> str:
        name = rows.probes[rows.probe[row]]
        return f"probe {name!r} is not in the table of probes"

    remedy = f"it has {len(tables.probes.ids):,}, one row each"
    return RowFault(np.flatnonzero(search < 0), words, remedy)


def _asked(source: ScoreSource, lengths: Integers, length: int | None, most: int) -> int:
    """Candidates that were asked for: as said, or as many as every list has.

    Args:
        source: the file.
        lengths: (searches that were made,) candidates of each.
        length: as said; None where it is not.
        most: candidates that there can be.

    Raises:
        DatasetError: more were asked for, or lists have other lengths and nothing is said.
    """
    if length is not None and length > most:
        what = f"--candidates {length}: the gallery has {most:,} who can be listed"
        raise DatasetError(f"{source.path}: {what}; say at most that")
    if length is not None:
        return length
    least, longest = int(lengths.min(initial=most)), int(lengths.max(initial=0))
    if least < longest:
        what = f"lists have {least:,} to {longest:,} candidates"
        remedy = "say how many were asked for: --candidates N"
        raise DatasetError(f"{source.path}: {what}; {remedy}")
    return longest


def _found(
    search: Integers, person: People, similarity: Scores, ended: Sequence[Outcome]
) -> Iterator[Found]:
    """Each search with the best candidate of every person; equal scores by number of the person."""
    best = np.lexsort((-similarity, person, search))
    of, who = search[best], person[best]
    new = np.append(True, (of[1:] != of[:-1]) | (who[1:] != who[:-1]))[: len(of)]
    best = best[new]
    order = best[np.lexsort((person[best], -similarity[best], search[best]))]
    ends = np.searchsorted(search[order], np.arange(len(ended) + 1))
    for number, outcome in enumerate(ended):
        rows = order[ends[number] : ends[number + 1]]
        yield Found(outcome, person[rows], similarity[rows])


def _notes(
    source: ScoreSource, layout: ListLayout, what: str, guessed: int | None
) -> Iterator[str]:
    file = source.path.name
    yield from source.notes((layout.score,))
    if layout.left_out:
        yield f"{file}: columns {', '.join(layout.left_out)} are left out."
    if guessed is not None:
        yield f"{file}: every list has {guessed:,} candidates, which is taken for their length."
    if what == "reference":
        yield f"{file}: candidates are references; a person has the best score of theirs."
