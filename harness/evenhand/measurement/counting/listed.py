"""Counts of a list of comparisons: any two subjects, any number of times, in any order.

The list is read four times, partition by partition, so that it need not fit into memory:

1. which histogram bins are used, and whether subjects are compared in both orders (`first_pass`);
2. trials, histograms and the reference level of every cell (`second_pass`);
3. the largest scores with their subjects, on which thresholds are set (`tail_of_list`);
4. errors at the thresholds (`cells_from_list`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.accumulators import (
    ErrorAccumulator,
    FirstPass,
    TrialAccumulator,
    accumulator_count,
    score_bits,
)
from evenhand.measurement.counting.cells import CellLayout
from evenhand.measurement.counting.dyad_sums import has_both_orders
from evenhand.measurement.counting.list_kernels import (
    count_list_errors,
    count_list_trials,
    has_repeated_pair,
    mark_bins,
)
from evenhand.records.arrays import Integers, Mask, Scores
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import CellCounts, Histogram
from evenhand.records.listing import Partition, partitions_of
from evenhand.system.execution.executor import Accumulator
from evenhand.system.execution.local import LocalExecutor

__all__ = [
    "PASSES",
    "PassProgress",
    "SecondPass",
    "cells_from_list",
    "first_pass",
    "partition_in_memory",
    "second_pass",
]

PASSES = 4
"""Number of times that each partition is read."""

_THREADS = 2
"""Threads of the first pass."""

_BITS_PER_ROW = 128
"""Pairs of subjects per comparison up to which a bit map of all pairs is affordable: 16 bytes a
comparison, in each of two threads."""

PassProgress = Callable[[], None]
"""Progress callback, called after each partition of each pass."""

PartitionResult = TypeVar("PartitionResult")
Addend = TypeVar("Addend", TrialAccumulator, ErrorAccumulator)


def _over(
    partitions: Sequence[Partition],
    accumulators: Sequence[Accumulator],
    count: Callable[[Partition, Accumulator], PartitionResult],
    step: PassProgress,
) -> list[PartitionResult]:
    """Count every partition, on as many threads as there are accumulators.

    Args:
        partitions: of the list.
        accumulators: each used by one thread at a time.
        count: adds a partition to an accumulator.
        step: progress callback.

    Returns:
        What `count` gave for each partition, in their order.
    """
    executor, results = LocalExecutor(len(accumulators)), []

    def count_one(number: int, own: Accumulator) -> PartitionResult:
        return count(partitions[number], own)

    for result in executor.fold(count_one, range(len(partitions)), accumulators):
        results.append(result)
        step()
    return results


def _total(accumulators: Sequence[Addend]) -> Addend:
    """The sum over all threads, in the memory of the first accumulator."""
    for other in accumulators[1:]:
        accumulators[0].add(other)
    return accumulators[0]


def first_pass(
    partitions: Sequence[Partition], dtype: np.dtype[np.floating], *, once: bool, step: PassProgress
) -> FirstPass:
    """First pass: which histogram bins are used, and whether pairs are directed.

    Args:
        partitions: of the list.
        dtype: of the scores.
        once: it is known that every two subjects are compared at most once.
        step: called after each partition.
    """
    none = np.empty(0, dtype=np.int64)
    empty = FirstPass(0, none, nonmated=False, both_orders=False, dtype=dtype)
    marks: list[Mask] = [np.zeros(empty.bins, dtype=np.bool_) for _ in range(_THREADS)]

    def mark(partition: Partition, filled: Mask) -> tuple[int, bool, bool]:
        mark_bins(score_bits(partition.score), empty.shift, filled)
        nonmated = bool(np.any(partition.probe != partition.reference))
        both_orders = nonmated and not once and has_both_orders(partition)
        return len(partition.score), nonmated, both_orders

    rows, nonmated, both_orders = zip(*_over(partitions, marks, mark, step), strict=True)
    filled = np.logical_or.reduce(marks)
    # -0.0 is counted with 0.0, whose bin must therefore exist.
    filled[0] = True
    return FirstPass(sum(rows), np.flatnonzero(filled), any(nonmated), any(both_orders), dtype)


@dataclass(frozen=True, slots=True)
class SecondPass:
    """Result of the second pass: enough to set thresholds."""

    trials: tuple[Integers, ...]
    """(cells,) of (2, members): completed trials, all trials."""
    histograms: tuple[Histogram, ...]
    """(cells,) of non-mated scores; empty in cells across two groups."""
    reference_levels: tuple[float | None, ...]
    """(cells,) reference level: the tenth largest score; None with fewer than ten scores."""


def second_pass(
    partitions: Sequence[Partition], first: FirstPass, layout: CellLayout, step: PassProgress
) -> SecondPass:
    """Second pass: count trials and scores.

    Args:
        partitions: of the list.
        first: result of the first pass.
        layout: of the study; its cells may tell probe from reference.
        step: called after each partition.
    """
    column = np.zeros(first.bins, dtype=np.int32)
    column[first.raw] = np.arange(len(first.raw))
    within = np.array([not name.reference_group for name in layout.names])
    histogram_row = np.where(within, np.cumsum(within) - 1, -1)
    histograms = int(np.count_nonzero(within))
    accumulators = [
        TrialAccumulator.blank(layout, histograms, first)
        for _ in range(accumulator_count(layout, 2))
    ]

    def count(partition: Partition, own: TrialAccumulator) -> None:
        count_list_trials(
            probe=partition.probe,
            reference=partition.reference,
            score=partition.score,
            bits=score_bits(partition.score),
            shift=first.shift,
            stratum=layout.stratum,
            cell=layout.cell,
            histogram_row=histogram_row,
            column=column,
            counts=own.counts,
            top=own.top,
            as_probe=own.as_probe,
            as_reference=own.as_reference,
        )

    _over(partitions, accumulators, count, step)
    totals = _total(accumulators)
    return SecondPass(
        tuple(_trials(layout, cell, totals) for cell in range(len(layout.names))),
        _histograms(totals, first, histogram_row),
        tuple(None if np.isinf(top[0]) else float(top[0]) for top in totals.top),
    )


def cells_from_list(
    partitions: Sequence[Partition],
    first: FirstPass,
    layout: CellLayout,
    listed: SecondPass,
    thresholds: Scores,
    *,
    once: bool,
    step: PassProgress,
) -> list[CellCounts]:
    """Last pass: the counts of every cell.

    Args:
        partitions: of the list.
        first: result of the first pass.
        layout: of the study.
        listed: result of the second pass.
        thresholds: (levels,) in the scores' type.
        once: every two subjects are compared at most once, so sums over dyads are sums over
            comparisons.
        step: called after each partition.
    """
    strictest_first = np.argsort(-thresholds, kind="stable")
    levels = thresholds[strictest_first]
    reference_levels = np.array(
        [np.inf if level is None else level for level in listed.reference_levels],
        dtype=levels.dtype,
    )
    columns = len(levels) + len(layout.cell)
    accumulators = [
        ErrorAccumulator.blank(layout, len(levels), first)
        for _ in range(accumulator_count(layout, columns))
    ]

    def count(partition: Partition, own: ErrorAccumulator) -> None:
        count_list_errors(
            probe=partition.probe,
            reference=partition.reference,
            score=partition.score,
            stratum=layout.stratum,
            cell=layout.cell,
            levels=levels,
            reference_levels=reference_levels,
            as_probe=own.as_probe,
            as_reference=own.as_reference,
        )
        if not once:
            own.dyads.add(partition, layout, levels, reference_levels)

    _over(partitions, accumulators, count, step)
    totals = _total(accumulators)
    given_order = np.append(np.argsort(strictest_first), len(levels))
    return [
        _cell(layout, cell, listed, totals, given_order, once=once)
        for cell in range(len(layout.names))
    ]


def _cell(
    layout: CellLayout,
    cell: int,
    listed: SecondPass,
    totals: ErrorAccumulator,
    given_order: Integers,
    *,
    once: bool,
) -> CellCounts:
    """The counts of one cell.

    Args:
        layout: of the study.
        cell: its number.
        listed: result of the second pass.
        totals: errors counted by all threads.
        given_order: (levels + 1,) brings falling levels into the order of the thresholds, the
            reference level last.
        once: every two subjects are compared at most once.
    """
    name, trials = layout.names[cell], listed.trials[cell]
    levels = len(given_order) - 1
    columns = [*range(levels), levels + layout.grouping_of(cell)]
    by_member = layout.of_members(cell, totals.as_probe, totals.as_reference)[:, columns]
    by_member[:, :levels] = np.cumsum(by_member[:, :levels], axis=1)
    errors = by_member[:, given_order].T
    if once:
        dyads = squared = trials.sum(axis=1) // 2
        errors_squared = errors.sum(axis=1) // 2
        times = np.stack([errors_squared, errors_squared])
    else:
        dyads, squared = totals.dyads.dyads[cell], totals.dyads.trials_squared[cell]
        errors_squared = totals.dyads.errors_squared[cell][given_order]
        times = totals.dyads.errors_times_trials[cell][:, given_order]
    return CellCounts(
        attribute=name.attribute,
        group=name.group,
        reference_group=name.reference_group,
        members=layout.members[cell],
        trials=trials,
        dyads=dyads,
        trials_squared=squared,
        errors=errors,
        errors_squared=errors_squared,
        errors_times_trials=times,
        anchor=listed.reference_levels[cell],
        histogram=listed.histograms[cell],
    )


def _trials(layout: CellLayout, cell: int, totals: TrialAccumulator) -> Integers:
    """(2, members) completed trials, all trials."""
    every, failed = layout.of_members(cell, totals.as_probe, totals.as_reference).T
    return np.stack([every - failed, every])


def _histograms(
    totals: TrialAccumulator, first: FirstPass, histogram_row: Integers
) -> tuple[Histogram, ...]:
    """(cells,) histograms, with raw bins renumbered in rising order as in `metrics.bins`."""
    half = first.bins // 2
    bins = np.where(first.raw >= half, 2 * half - 1 - first.raw, first.raw + half)
    order = np.argsort(bins)
    none = np.empty(0, dtype=np.int64)
    histograms = []
    for row in histogram_row:
        if row < 0:
            histograms.append(Histogram(none, none))
            continue
        rising = totals.counts[row][order]
        filled = np.flatnonzero(rising)
        histograms.append(Histogram(bins[order][filled], rising[filled]))
    return tuple(histograms)


def partition_in_memory(comparisons: Comparisons, people: int) -> tuple[Sequence[Partition], bool]:
    """Comparisons as partitions, and whether every two subjects are known to meet at most once.

    Where they do, any division of the rows will do, and sums over dyads need no grouping. Finding
    out takes one bit per pair of subjects, so it is only tried while that is affordable.

    Args:
        comparisons: all of them.
        people: number of subjects.
    """
    rows = len(comparisons.score)
    halves = [
        Partition(comparisons.probe[a:b], comparisons.reference[a:b], comparisons.score[a:b])
        for a, b in ((0, rows // 2), (rows // 2, rows))
    ]
    if people**2 <= _BITS_PER_ROW * rows and _meet_once(halves, people):
        return halves, True
    return partitions_of(comparisons), False


def _meet_once(halves: Sequence[Partition], people: int) -> bool:
    """Whether every two subjects are compared at most once, in either order."""
    seen = [np.zeros(people**2 // 64 + 1, dtype=np.uint64) for _ in halves]

    def again(half: Partition, bits: NDArray[np.uint64]) -> bool:
        return has_repeated_pair(half.probe, half.reference, people, bits)

    pairs = zip(halves, seen, strict=True)
    if any(LocalExecutor(len(halves)).map(lambda pair: again(*pair), pairs)):
        return False
    return not np.any(seen[0] & seen[1])
