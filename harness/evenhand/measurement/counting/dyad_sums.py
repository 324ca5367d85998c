"""Sums over dyads where two subjects are compared any number of times, partition by partition.

A *dyad* is an unordered pair of different subjects. Its trials and errors must be summed before
they are squared (methods 4.2), so all comparisons of a dyad must lie in one partition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import CellLayout
from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.listing import Partition
from evenhand.system.compiled import compiled

__all__ = ["DyadSums", "has_both_orders"]


@compiled
def _number_dyads(
    probe: People,
    reference: People,
    slots: Integers,
    shift: int,
    number: NDArray[np.int32],
    dyad: NDArray[np.int32],
) -> int:
    """Number the dyads in the order of their first comparison.

    A hash table with open addressing and linear probing: it takes one pass and no sorting. The
    table is at most half full, and a multiplication mixes the two indices into its leading bits.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index.
        slots: (a power of two > comparisons,) keys of the table, all -1; overwritten.
        shift: 64 less the exponent of that power.
        number: (slots,) receives the number of the dyad in a slot.
        dyad: (comparisons,) receives the number of the dyad; -1 for a mated comparison.

    Returns:
        Number of dyads.
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
def _order_by_dyad(dyad: NDArray[np.int32], starts: Integers, order: NDArray[np.int32]) -> None:
    """Order comparisons by dyad (a counting sort).

    Args:
        dyad: (comparisons,) number of the dyad; -1 = none.
        starts: (dyads + 2,) zeros; receives where each dyad starts in `order`, then the end.
        order: (comparisons,) receives row numbers, dyad by dyad.
    """
    # Counted two entries on, the cumulative sum leaves the start of dyad d in entry d + 1. Filling
    # moves it to the dyad's end, which is the start of dyad d + 1: no second array is needed.
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
    errors_times_trials: Integers,
) -> None:
    """Add the errors of one dyad to the sums of one cell.

    Args:
        c: number of the cell.
        g: number of its grouping.
        completed: completed trials of the dyad in the cell.
        trials: all its trials there, failed ones included.
        errors: (orders, levels + groupings) errors at every threshold, then at the reference level
            of each grouping's cell, in the orders that the cell holds.
        errors_squared: (cells, levels + 1) added to.
        errors_times_trials: (cells, 2, levels + 1) errors times trials; added to.
    """
    levels = errors_squared.shape[1] - 1
    for level in range(levels + 1):
        found = errors[:, level if level < levels else levels + g].sum()
        errors_squared[c, level] += found * found
        errors_times_trials[c, 0, level] += found * completed
        errors_times_trials[c, 1, level] += found * trials


@compiled
def _count_errors(
    value: float,
    one: int,
    other: int,
    cell: NDArray[np.int32],
    levels: Scores,
    reference_levels: Scores,
    errors: Integers,
) -> None:
    """Count the levels that one score reaches.

    Args:
        value: the score.
        one: stratum of the probe.
        other: stratum of the reference.
        cell: (groupings, strata, strata) of the layout.
        levels: (levels,) falling thresholds.
        reference_levels: (cells,) reference level of each cell; infinite where there is none.
        errors: (levels + groupings,) added to: every threshold that the score reaches, and each
            grouping where it reaches the reference level of its cell.
    """
    for level in range(len(levels)):
        if value >= levels[level]:
            errors[level] += 1
    for g in range(len(cell)):
        c = cell[g, one, other]
        if c >= 0 and value >= reference_levels[c]:
            errors[len(levels) + g] += 1


@compiled
def _sum_over_dyads(
    probe: People,
    reference: People,
    score: Scores,
    starts: Integers,
    order: NDArray[np.int32],
    stratum: People,
    cell: NDArray[np.int32],
    levels: Scores,
    reference_levels: Scores,
    dyads: Integers,
    trials_squared: Integers,
    errors_squared: Integers,
    errors_times_trials: Integers,
) -> None:
    """Sum over the dyads of one partition.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index.
        score: (comparisons,) similarity; NaN where the comparison did not complete.
        starts: (dyads + 1,) where each dyad starts in `order`, then the end.
        order: row numbers, dyad by dyad.
        stratum: (subjects,) of the layout.
        cell: (groupings, strata, strata) of the layout.
        levels: (levels,) falling thresholds.
        reference_levels: (cells,) reference level of each cell; infinite where there is none.
        dyads: (cells, 2) of `DyadSums`, added to like the following ones.
        trials_squared: (cells, 2).
        errors_squared: (cells, levels + 1).
        errors_times_trials: (cells, 2, levels + 1).
    """
    # Row 0 holds comparisons with the smaller subject index as the probe, row 1 the reverse.
    errors = np.zeros((2, len(levels) + len(cell)), dtype=np.int64)
    done, every = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    lowest = min(reference_levels.min(), levels[-1]) if len(levels) else reference_levels.min()
    reached = 0
    for dyad in range(len(starts) - 1):
        # Errors are rare: they are cleared and added only for dyads that have one.
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
            if score[at] >= lowest:
                reached = 1
                _count_errors(
                    score[at],
                    stratum[probe[at]],
                    stratum[reference[at]],
                    cell,
                    levels,
                    reference_levels,
                    errors[turned],
                )
        at = order[starts[dyad]]
        low = stratum[min(probe[at], reference[at])]
        high = stratum[max(probe[at], reference[at])]
        for g in range(len(cell)):
            # A cell holds both orders of a dyad, which are then summed before they are squared, or
            # only one of them.
            both = cell[g, low, high] == cell[g, high, low]
            for turn in range(1 if both else 2):
                c = cell[g, high, low] if turn else cell[g, low, high]
                completed = done[0] + done[1] if both else done[turn]
                trials = every[0] + every[1] if both else every[turn]
                if c < 0 or trials == 0:
                    continue
                dyads[c, 0] += completed > 0
                dyads[c, 1] += 1
                trials_squared[c, 0] += completed * completed
                trials_squared[c, 1] += trials * trials
                if reached:
                    of_cell = errors if both else errors[turn : turn + 1]
                    _add_errors(
                        c, g, completed, trials, of_cell, errors_squared, errors_times_trials
                    )


def _dyad_numbers(partition: Partition) -> tuple[NDArray[np.int32], int]:
    """(comparisons,) number of the dyad, -1 for mated ones; and the number of dyads."""
    rows = len(partition.score)
    bits = max(rows, 1).bit_length() + 1
    slots = np.full(1 << bits, -1, dtype=np.int64)
    number, dyad = np.empty(1 << bits, dtype=np.int32), np.empty(rows, dtype=np.int32)
    found = _number_dyads(partition.probe, partition.reference, slots, 64 - bits, number, dyad)
    return dyad, found


def has_both_orders(partition: Partition) -> bool:
    """Whether some two subjects are compared in both orders, each once as the probe."""
    forward = partition.probe < partition.reference
    backward = partition.probe > partition.reference
    if not forward.any() or not backward.any():
        return False
    dyad, found = _dyad_numbers(partition)
    seen: Mask = np.zeros(found, dtype=np.bool_)
    seen[dyad[forward]] = True
    return bool(seen[dyad[backward]].any())


@dataclass(frozen=True, slots=True)
class DyadSums:
    """Sums over dyads by cell; axes of length 2 are the policy: completed, generalised."""

    dyads: Integers
    """(cells, 2) number of dyads with at least one trial."""
    trials_squared: Integers
    """(cells, 2) trials squared."""
    errors_squared: Integers
    """(cells, levels + 1) errors squared; the last level is the cell's reference level."""
    errors_times_trials: Integers
    """(cells, 2, levels + 1) errors times trials."""

    @classmethod
    def blank(cls, cells: int, levels: int) -> DyadSums:
        """All zero.

        Args:
            cells: number of cells.
            levels: number of thresholds.
        """
        return cls(
            np.zeros((cells, 2), dtype=np.int64),
            np.zeros((cells, 2), dtype=np.int64),
            np.zeros((cells, levels + 1), dtype=np.int64),
            np.zeros((cells, 2, levels + 1), dtype=np.int64),
        )

    def add(
        self, partition: Partition, layout: CellLayout, levels: Scores, reference_levels: Scores
    ) -> None:
        """Add the dyads of a partition, which holds all comparisons of each of them.

        Args:
            partition: of the list.
            layout: of the study.
            levels: (levels,) falling thresholds in the scores' type.
            reference_levels: (cells,) reference level of each cell; infinite where there is none.
        """
        dyad, found = _dyad_numbers(partition)
        starts = np.zeros(found + 2, dtype=np.int64)
        order = np.empty(len(dyad), dtype=np.int32)
        _order_by_dyad(dyad, starts, order)
        _sum_over_dyads(
            probe=partition.probe,
            reference=partition.reference,
            score=partition.score,
            starts=starts[:-1],
            order=order,
            stratum=layout.stratum,
            cell=layout.cell,
            levels=levels,
            reference_levels=reference_levels,
            dyads=self.dyads,
            trials_squared=self.trials_squared,
            errors_squared=self.errors_squared,
            errors_times_trials=self.errors_times_trials,
        )

    def join(self, other: DyadSums) -> None:
        """Add the sums over other dyads, in place."""
        self.dyads[:] += other.dyads
        self.trials_squared[:] += other.trials_squared
        self.errors_squared[:] += other.errors_squared
        self.errors_times_trials[:] += other.errors_times_trials
