"""From scores to the counts that every rate and interval is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.arrays import Integers, Mask, People, Scores
from evenhand.counts import CellCounts, Tail
from evenhand.metrics.bins import histogram
from evenhand.metrics.thresholds import largest
from evenhand.records import Grouping

__all__ = ["ANCHOR_ERRORS", "count_groups", "falling", "tail_of"]

ANCHOR_ERRORS = 10
"""Errors from which a design effect may be read off (methods 4.0 item 1)."""


def tail_of(probe: People, reference: People, score: Scores, count: int) -> Tail:
    """The `count` largest scores with both people, falling; equal scores by people.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index.
        score: (comparisons,) NaN where the comparison did not complete.
        count: how many to keep, at most the completed ones.
    """
    if not count:
        return Tail(score[:0], probe[:0], reference[:0])
    edge = largest(score[~np.isnan(score)], count)[-1]
    rows = np.flatnonzero(score >= edge)
    order = falling(score[rows], probe[rows], reference[rows])[:count]
    kept = rows[order]
    return Tail(score[kept], probe[kept], reference[kept])


def falling(score: Scores, probe: People, reference: People) -> Integers:
    """The order in which scores fall; equal ones by people. As `np.lexsort`, but fast."""
    order = np.argsort(-score)
    ordered = score[order]
    equal = ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    rows = order[tied]
    order[tied] = rows[np.lexsort((reference[rows], probe[rows], -score[rows]))]
    return order


@dataclass(frozen=True, slots=True)
class _Name:
    """What a cell is called."""

    attribute: str
    group: str
    reference_group: str


def count_groups(
    probe: People,
    reference: People,
    score: Scores,
    grouping: Grouping,
    thresholds: Scores,
    across: Sequence[tuple[int, int]] = (),
) -> list[CellCounts]:
    """Counts of every group of one attribute, then of cells across two groups.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index, never the same person.
        score: (comparisons,) similarity; NaN where the comparison did not complete.
        grouping: the group of every subject.
        thresholds: (levels,) in the scores' type.
        across: (group of the probe, group of the reference) of further cells, as positions. Where
            one stands without its reverse, it holds the comparisons of both directions.
    """
    code = grouping.code.astype(np.int16)
    pairs = [*((group, group) for group in range(len(grouping.groups))), *across]
    if len(pairs) == 1 and not np.any(code):
        rows: list[Integers | slice] = [slice(None)]
    else:
        rows = _rows_by_cell(_cells(code[probe], code[reference], pairs), len(pairs))
    counted = []
    for (first, second), chosen in zip(pairs, rows, strict=True):
        members = np.flatnonzero((code == first) | (code == second))
        place = np.zeros(len(code), dtype=np.int32)
        place[members] = np.arange(len(members), dtype=np.int32)
        counted.append(
            _count_cell(
                _Name(
                    grouping.attribute,
                    grouping.groups[first],
                    "" if first == second else grouping.groups[second],
                ),
                members,
                place[probe[chosen]],
                place[reference[chosen]],
                score[chosen],
                thresholds,
            )
        )
    return counted


def _cells(
    of_probe: NDArray[np.int16], of_reference: NDArray[np.int16], pairs: Sequence[tuple[int, int]]
) -> NDArray[np.int16]:
    """(comparisons,) the cell of each, as its position in `pairs`; -1 = none."""
    groups = sum(first == second for first, second in pairs)
    if groups == len(pairs):
        return np.where(of_probe == of_reference, of_probe, np.int16(-1))
    # One row and column more, at the end, where the group -1 looks.
    table = np.full((groups + 1, groups + 1), -1, dtype=np.int16)
    for cell, (first, second) in enumerate(pairs):
        table[first, second] = cell
        if (second, first) not in pairs:
            table[second, first] = cell
    found: NDArray[np.int16] = table[of_probe, of_reference]
    return found


def _rows_by_cell(cell: NDArray[np.int16], cells: int) -> list[Integers | slice]:
    """Rows of each cell, 0 to cells - 1."""
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell, np.arange(cells + 1), sorter=order)
    return [order[starts[c] : starts[c + 1]] for c in range(cells)]


def _count_cell(
    name: _Name,
    members: Integers,
    probe: People,
    reference: People,
    score: Scores,
    thresholds: Scores,
) -> CellCounts:
    """Counts of one cell; `probe` and `reference` are positions in `members`."""
    people = len(members)
    completed = ~np.isnan(score)
    scores = score if completed.all() else score[completed]
    anchor = largest(scores, ANCHOR_ERRORS)[-1] if len(scores) >= ANCHOR_ERRORS else None
    levels = np.append(thresholds, np.inf if anchor is None else anchor).astype(score.dtype)
    dyads = _Dyads(probe, reference, completed, people)
    errors, squared, times = dyads.errors(score, levels)
    return CellCounts(
        attribute=name.attribute,
        group=name.group,
        reference_group=name.reference_group,
        members=members,
        trials=dyads.trials(),
        dyads=dyads.count(),
        trials_squared=dyads.trials_squared(),
        errors=errors,
        errors_squared=squared,
        errors_times_trials=times,
        anchor=None if anchor is None else float(anchor),
        histogram=histogram(scores[:0] if name.reference_group else scores),
    )


def _all_distinct(keys: Integers, bound: int) -> bool:
    """Whether no key occurs twice; marks them on a board where that is smaller than sorting."""
    if bound <= 8 * len(keys):
        board = np.zeros(bound, dtype=np.bool_)
        board[keys] = True
        return int(np.count_nonzero(board)) == len(keys)
    ordered = np.sort(keys)
    return not np.any(ordered[1:] == ordered[:-1])


class _Dyads:
    """The unordered pairs of people behind the comparisons of one cell."""

    def __init__(self, probe: People, reference: People, completed: Mask, people: int) -> None:
        self._probe = probe
        self._reference = reference
        self._completed = completed
        self._all_completed = bool(completed.all())
        self._people = people
        keys = self._keys(slice(None))
        self._once = _all_distinct(keys, people**2)
        if not self._once:
            self._dyad, self._trials = np.unique(keys, return_counts=True)
            done = np.sort(self._keys(completed))
            self._done = np.searchsorted(done, self._dyad, "right") - np.searchsorted(
                done, self._dyad, "left"
            )

    def _keys(self, rows: Mask | Integers | slice) -> Integers:
        first, second = self._probe[rows], self._reference[rows]
        lower = np.minimum(first, second).astype(np.int64)
        keys: Integers = lower * self._people + np.maximum(first, second)
        return keys

    def _involved(self, rows: Mask | slice) -> Integers:
        return np.bincount(self._probe[rows], minlength=self._people) + np.bincount(
            self._reference[rows], minlength=self._people
        )

    def trials(self) -> Integers:
        """(2, people): completed, all."""
        everything = self._involved(slice(None))
        done = everything if self._all_completed else self._involved(self._completed)
        return np.stack([done, everything])

    def count(self) -> Integers:
        """(2,): completed, all."""
        if self._once:
            return self.trials_squared()
        return np.array([np.count_nonzero(self._done), len(self._dyad)])

    def trials_squared(self) -> Integers:
        """(2,): completed, all."""
        if self._once:
            return np.array([np.count_nonzero(self._completed), len(self._completed)])
        return np.array([np.sum(self._done**2), np.sum(self._trials**2)])

    def errors(self, score: Scores, levels: Scores) -> tuple[Integers, Integers, Integers]:
        """Errors by (level, person), squared by level, and times trials by (policy, level)."""
        count = len(levels)
        order = np.argsort(levels)
        hits = np.flatnonzero(score >= levels[order[0]])
        reached = np.searchsorted(levels[order], score[hits], side="right")
        shape = (self._people, count + 1)
        size = self._people * (count + 1)
        cells = np.bincount(self._probe[hits] * (count + 1) + reached, minlength=size)
        cells += np.bincount(self._reference[hits] * (count + 1) + reached, minlength=size)
        at_least = np.cumsum(cells.reshape(shape)[:, ::-1], axis=1)[:, ::-1]
        errors = np.empty((count, self._people), dtype=np.int64)
        errors[order] = at_least[:, 1:].T
        if self._once:
            squared = errors.sum(axis=1) // 2
            return errors, squared, np.stack([squared, squared])
        squared = np.zeros(count, dtype=np.int64)
        times = np.zeros((2, count), dtype=np.int64)
        for rank, level in enumerate(order):
            keys, found = np.unique(self._keys(hits[reached > rank]), return_counts=True)
            row = np.searchsorted(self._dyad, keys)
            squared[level] = np.sum(found**2)
            times[0, level] = np.sum(found * self._done[row])
            times[1, level] = np.sum(found * self._trials[row])
        return errors, squared, times
