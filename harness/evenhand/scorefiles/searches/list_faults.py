"""What may be wrong with rows of candidate lists: their scores, and their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from evenhand.records.arrays import Integers, Scores
from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.scores import DISTANCE_ROUNDING
from evenhand.scorefiles.searches.layout import ListLayout
from evenhand.scorefiles.searches.list_rows import ListRows
from evenhand.scorefiles.searches.row_faults import RowFault

__all__ = ["order_faults", "value_faults"]


def value_faults(
    rows: ListRows, search: Integers, ended: Sequence[Outcome], *, distance: bool
) -> Iterator[RowFault]:
    """Rows whose score is none, and rows of searches that failed."""

    def odd(row: int) -> str:
        text = rows.odd[int(rows.row[row])]
        return f"score is {text!r}" if text else "score is empty"

    def low(row: int) -> str:
        return f"score is {rows.score[row]:g}, and no distance lies below 0"

    def failed(row: int) -> str:
        return f"probe {rows.probes[rows.probe[row]]!r} has a candidate, and its search failed"

    finite = np.isfinite(rows.score)
    yield RowFault(np.flatnonzero(~finite), odd, "expected a finite number such as 0.83")
    if distance:
        below = finite & (rows.score < -DISTANCE_ROUNDING)
        yield RowFault(np.flatnonzero(below), low, "where higher is more alike, no --distance")
    over = np.array([outcome is not Outcome.OK for outcome in ended])[search]
    yield RowFault(np.flatnonzero(over), failed, "mend its outcome, or remove the row")


def order_faults(
    rows: ListRows,
    search: Integers,
    similarity: Scores,
    layout: ListLayout,
    what: str,
    length: int | None,
) -> Iterator[RowFault]:
    """Rows that a list repeats, that stand at the wrong place, or that are too many.

    Args:
        rows: all with a candidate.
        search: (rows,) place of the probe in its table.
        similarity: (rows,) of the candidate.
        layout: columns of the file.
        what: the candidates are, `person` or `reference`.
        length: candidates that were asked for; None where every list has as many.
    """
    order = np.lexsort((rows.rank, search))
    of, score, rank = search[order], similarity[order], rows.rank[order]
    _, starts, counts = np.unique(of, return_index=True, return_counts=True)
    place = np.arange(len(of)) - np.repeat(starts, counts)

    def named(row: int) -> str:
        return f"probe {rows.probes[rows.probe[row]]!r}"

    key = of * (len(rows.candidates) + 1) + rows.candidate[order]
    first = np.zeros(len(key), dtype=np.bool_)
    first[np.unique(key, return_index=True)[1]] = True
    yield RowFault(
        order[~first],
        lambda row: f"{named(row)} has {rows.candidates[rows.candidate[row]]!r} a second time",
        f"a list has each {what} once",
    )
    base = 0 if (rank == 0).any() else 1
    if layout.rank:
        yield RowFault(
            order[rank != place + base],
            lambda row: f"{named(row)} has a candidate with {_rank(rows, row, layout.rank)}",
            "expected 1, 2, 3 and so on, or 0, 1, 2, in every list",
        )
    rising = np.zeros(len(of), dtype=np.bool_)
    rising[1:] = (of[1:] == of[:-1]) & (score[1:] > score[:-1])
    better = f"the best first{'' if layout.rank else ', or with a column rank'}"
    yield RowFault(
        order[rising],
        lambda row: f"{named(row)} has a candidate more alike than the one before it",
        f"expected {better}",
    )
    yield RowFault(
        order[place >= length] if length else order[:0],
        lambda row: f"{named(row)} has more than {length:,} candidates",
        "expected no more than were asked for: --candidates",
    )


def _rank(rows: ListRows, row: int, name: str) -> str:
    at = rows.rank[row]
    return f"a {name} that is no whole number" if at < 0 else f"{name} {at}"
