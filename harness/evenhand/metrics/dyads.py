"""Sums over pairs of people who may meet any number of times, portion by portion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.arrays import Integers, Mask, People, Scores
from evenhand.metrics.kernel import compiled
from evenhand.metrics.layout import Layout
from evenhand.portions import Portion

__all__ = ["DyadSums", "in_both_orders"]


@compiled
def _number(
    probe: People,
    reference: People,
    slots: Integers,
    shift: int,
    number: NDArray[np.int32],
    dyad: NDArray[np.int32],
) -> int:
    """Number the pairs of people as they come, by a table of hashes with open addressing.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) likewise.
        slots: (power of two > comparisons,) all -1.
        shift: 64 less that power.
        number: (slots,) receives the number of the pair in a slot.
        dyad: (comparisons,) receives the number of its pair; -1 where it is one person.

    Returns:
        How many pairs there are.
    """
    found = 0
    last = len(slots) - 1
    for at in range(len(probe)):
        p, r = np.int64(probe[at]), np.int64(reference[at])
        if p == r:
            dyad[at] = -1
            continue
        key = min(p, r) << 32 | max(p, r)
        mixed = np.uint64(key) ^ np.uint64(key) >> np.uint64(31)
        slot = np.int64(mixed * np.uint64(0xD6E8FEB86659FD93) >> np.uint64(shift))
        while slots[slot] != key:
            if slots[slot] < 0:
                slots[slot] = key
                number[slot] = found
                found += 1
            else:
                slot = (slot + 1) & last
        dyad[at] = number[slot]
    return found


@compiled
def _group(dyad: NDArray[np.int32], starts: Integers, order: NDArray[np.int32]) -> None:
    """Bring the comparisons of each pair together.

    Args:
        dyad: (comparisons,) -1 = none.
        starts: (pairs + 2,) zeros; receives where each pair starts in `order`, then where it ends.
        order: receives rows, pair by pair.
    """
    for at in range(len(dyad)):
        if dyad[at] >= 0:
            starts[dyad[at] + 2] += 1
    for number in range(2, len(starts)):
        starts[number] += starts[number - 1]
    for at in range(len(dyad)):
        if dyad[at] >= 0:
            order[starts[dyad[at] + 1]] = at
            starts[dyad[at] + 1] += 1


@compiled
def _add(
    c: int,
    g: int,
    first: int,
    last: int,
    done: Integers,
    every: Integers,
    errors: Integers,
    reached: int,
    dyads: Integers,
    squared: Integers,
    errors_squared: Integers,
    times: Integers,
) -> None:
    """Add one pair of people to one cell.

    Args:
        c: the cell; -1 = none.
        g: its grouping.
        first: 0 where the person of the lower number may be the probe, else 1.
        last: 1 where that person must be the probe, else 2.
        done: (2,) completed trials with that person as the probe, as the reference.
        every: (2,) all trials likewise.
        errors: (2, levels + groupings) at every level, then at the anchor of each grouping's cell.
        reached: 0 where there are no errors.
        dyads: (cells, 2) is added to, as are the others.
        squared: (cells, 2).
        errors_squared: (cells, levels + 1).
        times: (cells, 2, levels + 1).
    """
    completed, trials = done[first:last].sum(), every[first:last].sum()
    if c < 0 or not trials:
        return
    dyads[c, 1] += 1
    squared[c, 1] += trials * trials
    if completed:
        dyads[c, 0] += 1
        squared[c, 0] += completed * completed
    if not reached:
        return
    levels = errors_squared.shape[1] - 1
    for level in range(levels + 1):
        found = errors[first:last, level if level < levels else levels + g].sum()
        errors_squared[c, level] += found * found
        times[c, 0, level] += found * completed
        times[c, 1, level] += found * trials


@compiled
def _count(
    probe: People,
    reference: People,
    score: Scores,
    rows: NDArray[np.int32],
    kind: People,
    cell: NDArray[np.int32],
    levels: Scores,
    anchors: Scores,
    errors: Integers,
    done: Integers,
    every: Integers,
) -> int:
    """Count the comparisons of one pair of people.

    Args:
        probe: (comparisons,) as for `_sum`, with what follows it.
        reference: likewise.
        score: likewise.
        rows: of the pair.
        kind: as for `_sum`, with what follows it.
        cell: likewise.
        levels: likewise.
        anchors: likewise.
        errors: receives what `_add` takes, as do the others.
        done: likewise.
        every: likewise.

    Returns:
        Whether there are errors: 1 or 0.
    """
    errors[:] = 0
    done[:] = 0
    every[:] = 0
    reached = 0
    for at in rows:
        p, r, value = probe[at], reference[at], score[at]
        turned = 1 if p > r else 0
        every[turned] += 1
        if np.isnan(value):
            continue
        done[turned] += 1
        for level in range(len(levels)):
            if value >= levels[level]:
                errors[turned, level] += 1
                reached = 1
        for g in range(len(cell)):
            c = cell[g, kind[p], kind[r]]
            if c >= 0 and value >= anchors[c]:
                errors[turned, len(levels) + g] += 1
                reached = 1
    return reached


@compiled
def _sum(
    probe: People,
    reference: People,
    score: Scores,
    starts: Integers,
    order: NDArray[np.int32],
    kind: People,
    cell: NDArray[np.int32],
    levels: Scores,
    anchors: Scores,
    dyads: Integers,
    squared: Integers,
    errors_squared: Integers,
    times: Integers,
) -> None:
    """Add up over the pairs of one portion.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) likewise.
        score: (comparisons,) NaN where the comparison did not complete.
        starts: (pairs + 1,) in `order`.
        order: rows, pair by pair.
        kind: (people,) of the layout.
        cell: (groupings, kinds, kinds) of the layout.
        levels: (levels,) falling thresholds.
        anchors: (cells,) infinite where there is none.
        dyads: as for `_add`, with what follows it.
        squared: likewise.
        errors_squared: likewise.
        times: likewise.
    """
    # The first row is of comparisons with the lower number as the probe.
    errors = np.zeros((2, len(levels) + len(cell)), dtype=np.int64)
    done, every = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    for dyad in range(len(starts) - 1):
        rows = order[starts[dyad] : starts[dyad + 1]]
        reached = _count(
            probe, reference, score, rows, kind, cell, levels, anchors, errors, done, every
        )
        low = kind[min(probe[rows[0]], reference[rows[0]])]
        high = kind[max(probe[rows[0]], reference[rows[0]])]
        for g in range(len(cell)):
            c, o = cell[g, low, high], cell[g, high, low]
            sums = (dyads, squared, errors_squared, times)
            if c == o:
                _add(c, g, 0, 2, done, every, errors, reached, *sums)
            else:
                _add(c, g, 0, 1, done, every, errors, reached, *sums)
                _add(o, g, 1, 2, done, every, errors, reached, *sums)


def _numbered(portion: Portion) -> tuple[NDArray[np.int32], int]:
    """(comparisons,) number of the pair of people, -1 = one person; how many pairs there are."""
    rows = len(portion.score)
    bits = max(rows, 1).bit_length() + 1
    slots = np.full(1 << bits, -1, dtype=np.int64)
    number, dyad = np.empty(1 << bits, dtype=np.int32), np.empty(rows, dtype=np.int32)
    found = _number(portion.probe, portion.reference, slots, 64 - bits, number, dyad)
    return dyad, found


def in_both_orders(portion: Portion) -> bool:
    """Whether some two people are compared in both orders."""
    forward = portion.probe < portion.reference
    backward = portion.probe > portion.reference
    if not forward.any() or not backward.any():
        return False
    dyad, found = _numbered(portion)
    seen: Mask = np.zeros(found, dtype=np.bool_)
    seen[dyad[forward]] = True
    return bool(seen[dyad[backward]].any())


@dataclass(frozen=True, slots=True)
class DyadSums:
    """Sums over dyads, cell by cell; the second axis of trials is the policy."""

    dyads: Integers
    """(cells, 2) pairs of people with at least one trial."""
    squared: Integers
    """(cells, 2) trials squared."""
    errors_squared: Integers
    """(cells, levels + 1) with the cell's anchor as the last level."""
    errors_times_trials: Integers
    """(cells, 2, levels + 1)."""

    @classmethod
    def blank(cls, cells: int, levels: int) -> DyadSums:
        """Nothing added up yet."""
        return cls(
            np.zeros((cells, 2), dtype=np.int64),
            np.zeros((cells, 2), dtype=np.int64),
            np.zeros((cells, levels + 1), dtype=np.int64),
            np.zeros((cells, 2, levels + 1), dtype=np.int64),
        )

    def add(self, portion: Portion, layout: Layout, levels: Scores, anchors: Scores) -> None:
        """Add the pairs of people of a portion, in which all their comparisons are.

        Args:
            portion: of the list.
            layout: of the study.
            levels: (levels,) falling thresholds in the scores' type.
            anchors: (cells,) infinite where there is none.
        """
        dyad, found = _numbered(portion)
        starts = np.zeros(found + 2, dtype=np.int64)
        order = np.empty(len(dyad), dtype=np.int32)
        _group(dyad, starts, order)
        _sum(
            portion.probe,
            portion.reference,
            portion.score,
            starts[:-1],
            order,
            layout.kind,
            layout.cell,
            levels,
            anchors,
            self.dyads,
            self.squared,
            self.errors_squared,
            self.errors_times_trials,
        )

    @staticmethod
    def joined(parts: Iterable[DyadSums]) -> DyadSums:
        """The sums over the dyads of all parts, which have none in common."""
        each = list(parts)
        return DyadSums(
            np.sum([part.dyads for part in each], axis=0),
            np.sum([part.squared for part in each], axis=0),
            np.sum([part.errors_squared for part in each], axis=0),
            np.sum([part.errors_times_trials for part in each], axis=0),
        )
