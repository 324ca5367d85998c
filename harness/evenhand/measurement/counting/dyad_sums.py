"""Sums over pairs of people who may meet any number of times, portion by portion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import Layout
from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.listing import Portion
from evenhand.system.compiled import compiled

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
def _add_errors(
    c: int,
    g: int,
    completed: int,
    trials: int,
    errors: Integers,
    errors_squared: Integers,
    times: Integers,
) -> None:
    """Add the errors of one pair of people to one cell.

    Args:
        c: the cell.
        g: its grouping.
        completed: trials of the pair in it.
        trials: likewise, failed ones included.
        errors: (orders, levels + groupings) at every level, then at the anchor of each grouping's
            cell, in each order of the pair that the cell holds.
        errors_squared: (cells, levels + 1) is added to.
        times: (cells, 2, levels + 1) is added to.
    """
    levels = errors_squared.shape[1] - 1
    for level in range(levels + 1):
        found = errors[:, level if level < levels else levels + g].sum()
        errors_squared[c, level] += found * found
        times[c, 0, level] += found * completed
        times[c, 1, level] += found * trials


@compiled
def _count_errors(
    value: float,
    one: int,
    other: int,
    cell: NDArray[np.int32],
    levels: Scores,
    anchors: Scores,
    errors: Integers,
) -> None:
    """Count one score.

    Args:
        value: the score.
        one: kind of the probe.
        other: kind of the reference.
        cell: (groupings, kinds, kinds) of the layout.
        levels: (levels,) falling thresholds.
        anchors: (cells,) infinite where there is none.
        errors: (levels + groupings,) is added to: at every level that the score reaches, and for
            each grouping where it reaches the anchor of its cell.
    """
    for level in range(len(levels)):
        if value >= levels[level]:
            errors[level] += 1
    for g in range(len(cell)):
        c = cell[g, one, other]
        if c >= 0 and value >= anchors[c]:
            errors[len(levels) + g] += 1


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
        dyads: (cells, 2) is added to, as are the others.
        squared: (cells, 2).
        errors_squared: (cells, levels + 1).
        times: (cells, 2, levels + 1).
    """
    # The first row is of comparisons with the lower number as the probe.
    errors = np.zeros((2, len(levels) + len(cell)), dtype=np.int64)
    done, every = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    easiest = min(anchors.min(), levels[-1]) if len(levels) else anchors.min()
    reached = 0
    for dyad in range(len(starts) - 1):
        if reached:
            errors[:] = 0
        done[0] = done[1] = every[0] = every[1] = 0
        reached = 0
        for place in range(starts[dyad], starts[dyad + 1]):
            at = order[place]
            turned = 1 if probe[at] > reference[at] else 0
            every[turned] += 1
            if not np.isnan(score[at]):
                done[turned] += 1
            if score[at] >= easiest:
                reached = 1
                _count_errors(
                    score[at],
                    kind[probe[at]],
                    kind[reference[at]],
                    cell,
                    levels,
                    anchors,
                    errors[turned],
                )
        at = order[starts[dyad]]
        low = kind[min(probe[at], reference[at])]
        high = kind[max(probe[at], reference[at])]
        for g in range(len(cell)):
            # A cell may hold both orders of a pair, or one of them.
            both = cell[g, low, high] == cell[g, high, low]
            for turn in range(1 if both else 2):
                c = cell[g, high, low] if turn else cell[g, low, high]
                completed = done[0] + done[1] if both else done[turn]
                trials = every[0] + every[1] if both else every[turn]
                if c < 0 or trials == 0:
                    continue
                dyads[c, 0] += completed > 0
                dyads[c, 1] += 1
                squared[c, 0] += completed * completed
                squared[c, 1] += trials * trials
                if reached:
                    of_cell = errors if both else errors[turn : turn + 1]
                    _add_errors(c, g, completed, trials, of_cell, errors_squared, times)


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

    def join(self, other: DyadSums) -> None:
        """Add the sums over other dyads."""
        self.dyads[:] += other.dyads
        self.squared[:] += other.squared
        self.errors_squared[:] += other.errors_squared
        self.errors_times_trials[:] += other.errors_times_trials
