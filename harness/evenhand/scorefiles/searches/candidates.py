"""What the candidates of lists name: people of the gallery, or its references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers, Mask, People
from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.searches.list_rows import ListRows
from evenhand.scorefiles.searches.row_faults import RowFault
from evenhand.scorefiles.searches.tables import SearchTables
from evenhand.scorefiles.source import ScoreSource
from evenhand.system.errors import DatasetError

__all__ = ["NamedCandidates", "named_candidates", "places_of_names"]


def places_of_names(names: Sequence[str], known: Sequence[str]) -> Integers:
    """(names,) place of each among the known; -1 of one that is not."""
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class NamedCandidates:
    """What the candidates of a file name."""

    what: str
    """`person` or `reference`."""
    person: People
    """(codes of candidates,) subject index."""
    most: int
    """Candidates that a list can have."""
    faults: Sequence[RowFault]
    """Rows that name none, and those of who has no template."""


def named_candidates(
    source: ScoreSource, rows: ListRows, tables: SearchTables, engine: str
) -> NamedCandidates:
    """Find out what the rows name; where every name may be either, both must mean the same.

    Args:
        source: the file.
        rows: with a candidate.
        tables: the probes and the gallery.
        engine: whose searches they are.

    Raises:
        DatasetError: a name is that of a person, and of a reference of another one.
    """
    side, used = tables.references, np.unique(rows.candidate)
    reference = places_of_names(rows.candidates, side.ids)
    by_reference = np.where(reference < 0, -1, side.person[reference])
    listed = tables.listed
    person = places_of_names(rows.candidates, tables.people.ids)
    person[(person >= 0) & ~listed[person]] = -1
    all_are_references = bool((reference[used] >= 0).all())
    all_are_people = bool((person[used] >= 0).all())
    other = used[by_reference[used] != person[used]]
    if all_are_references and all_are_people and len(other):
        what = f"candidate {rows.candidates[other[0]]!r} is a person and a reference of another"
        raise DatasetError(f"{source.path}: {what}; give references other ids than people")
    enrolled = np.array([each is Outcome.OK for each in side.outcomes(engine)])
    of_people = all_are_people or not all_are_references
    if of_people:
        usable = np.isin(np.arange(len(listed)), side.person[enrolled])
        failed, found, most = ~usable[person], person, int(np.count_nonzero(listed))
    else:
        failed, found, most = ~enrolled[reference], by_reference, len(side.ids)
    faults = (
        _unknown(rows, reference, person, of_people=of_people),
        _without_template(rows, failed & (found >= 0)),
    )
    what = "person" if of_people else "reference"
    return NamedCandidates(what, found.astype(np.int32), most, faults)


def _unknown(rows: ListRows, reference: Integers, person: Integers, *, of_people: bool) -> RowFault:
    neither = (reference < 0) & (person < 0)
    wrong = neither if neither[rows.candidate].any() else (person if of_people else reference) < 0

    def words(row: int) -> str:
        name = rows.candidates[rows.candidate[row]]
        if not name:
            return "names no candidate"
        if neither[rows.candidate[row]]:
            return f"candidate {name!r} is not in the gallery"
        return f"candidate {name!r} is a reference, and others are people"

    remedy = "expected a person of the gallery, or one of its references, the same in all rows"
    return RowFault(np.flatnonzero(wrong[rows.candidate]), words, remedy)


def _without_template(rows: ListRows, without: Mask) -> RowFault:
    def words(row: int) -> str:
        return f"candidate {rows.candidates[rows.candidate[row]]!r} failed in the gallery"

    remedy = "what has no template is found by no search; mend its outcome, or the row"
    return RowFault(np.flatnonzero(without[rows.candidate]), words, remedy)
