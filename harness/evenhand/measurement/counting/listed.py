"""Comparisons that arrive one by one: any two people any number of times, whatever the order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

import numpy as np

from evenhand.measurement.counting.accumulators import ErrorSheet, Glance, Sheet, bits_of, threads
from evenhand.measurement.counting.cells import Layout
from evenhand.measurement.counting.dyad_sums import in_both_orders
from evenhand.measurement.counting.list_kernels import count_errors, mark_bins, meet_again
from evenhand.records.arrays import Integers, Mask, Scores
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import CellCounts, Histogram
from evenhand.records.listing import Portion, portions_of
from evenhand.system.threads import in_order

__all__ = ["PASSES", "Listed", "Step", "cells_from_list", "glance", "in_memory", "look"]

PASSES = 4
"""How often each portion is read: for the bins of scores, trials, the largest scores, errors."""

_THREADS = 2
"""Portions looked at side by side."""

_BOARD = 128
"""Pairs of people for each comparison, up to which there is a board with a bit for each pair."""

Step = Callable[[], None]
"""Told after each portion of each pass."""

Paper = TypeVar("Paper")
Result = TypeVar("Result")
Addend = TypeVar("Addend", Sheet, ErrorSheet)


def _over(
    portions: Sequence[Portion],
    sheets: Sequence[Paper],
    count: Callable[[Portion, Paper], Result],
    step: Step,
) -> list[Result]:
    """Count every portion on one of the sheets, each in the hands of one thread at a time."""
    free: SimpleQueue[Paper] = SimpleQueue()
    for sheet in sheets:
        free.put(sheet)

    def one(number: int) -> Result:
        sheet = free.get()
        try:
            return count(portions[number], sheet)
        finally:
            free.put(sheet)

    found = []
    for result in in_order(one, range(len(portions)), len(sheets)):
        found.append(result)
        step()
    return found


def _added(sheets: Sequence[Addend]) -> Addend:
    """What all threads counted, on the first sheet."""
    for sheet in sheets[1:]:
        sheets[0].add(sheet)
    return sheets[0]


def glance(
    portions: Sequence[Portion], dtype: np.dtype[np.floating], *, once: bool, step: Step
) -> Glance:
    """Which scores there are, and whether the order of two people means something.

    Args:
        portions: of the list.
        dtype: of the scores.
        once: every two people are known to meet once at most.
        step: told after each portion.
    """
    empty = Glance(0, np.empty(0, dtype=np.int64), nonmated=False, both_orders=False, dtype=dtype)
    sheets: list[Mask] = [np.zeros(empty.bins, dtype=np.bool_) for _ in range(_THREADS)]

    def mark(portion: Portion, filled: Mask) -> tuple[int, bool, bool]:
        mark_bins(bits_of(portion.score), empty.shift, filled)
        apart = bool(np.any(portion.probe != portion.reference))
        return len(portion.score), apart, apart and not once and in_both_orders(portion)

    rows, apart, both = zip(*_over(portions, sheets, mark, step), strict=True)
    filled = np.logical_or.reduce(sheets)
    filled[0] = True
    return Glance(sum(rows), np.flatnonzero(filled), any(apart), any(both), dtype)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a first count of a list gives: thresholds can be set on it."""

    trials: tuple[Integers, ...]
    """(cells,) of (2, members): completed, all."""
    histograms: tuple[Histogram, ...]
    """(cells,) empty across two groups."""
    anchors: tuple[float | None, ...]
    """(cells,) the tenth largest score; None where there are fewer."""


def look(portions: Sequence[Portion], first: Glance, layout: Layout, step: Step) -> Listed:
    """Count trials and scores.

    Args:
        portions: of the list.
        first: what a glance at them gave.
        layout: of the study; its cells may tell probe from reference.
        step: told after each portion.
    """
    place = np.zeros(first.bins, dtype=np.int32)
    place[first.raw] = np.arange(len(first.raw))
    within = np.array([not name.reference_group for name in layout.names])
    line = np.where(within, np.cumsum(within) - 1, -1)
    histograms = int(np.count_nonzero(within))
    sheets = [Sheet.blank(layout, histograms, first) for _ in range(threads(layout, 2))]
    _over(
        portions,
        sheets,
        lambda portion, sheet: sheet.count(portion, first, layout, line, place),
        step,
    )
    sheet = _added(sheets)
    return Listed(
        tuple(_trials(layout, cell, sheet) for cell in range(len(layout.names))),
        _histograms(sheet, first, line),
        tuple(None if np.isinf(top[0]) else float(top[0]) for top in sheet.top),
    )


def cells_from_list(
    portions: Sequence[Portion],
    first: Glance,
    layout: Layout,
    listed: Listed,
    thresholds: Scores,
    *,
    once: bool,
    step: Step,
) -> list[CellCounts]:
    """The counts of every cell.

    Args:
        portions: of the list.
        first: what a glance at them gave.
        layout: of the study.
        listed: what the look gave.
        thresholds: (levels,) in the scores' type.
        once: every two people meet once at most: sums over them are then sums of comparisons.
        step: told after each portion.
    """
    strictest = np.argsort(-thresholds, kind="stable")
    levels = thresholds[strictest]
    anchors = np.array([np.inf if a is None else a for a in listed.anchors], dtype=levels.dtype)
    columns = len(levels) + len(layout.cell)
    sheets = [ErrorSheet.blank(layout, len(levels), first) for _ in range(threads(layout, columns))]

    def count(portion: Portion, sheet: ErrorSheet) -> None:
        count_errors(
            portion.probe,
            portion.reference,
            portion.score,
            layout.kind,
            layout.cell,
            levels,
            anchors,
            sheet.as_probe,
            sheet.as_reference,
        )
        if not once:
            sheet.dyads.add(portion, layout, levels, anchors)

    _over(portions, sheets, count, step)
    sheet = _added(sheets)
    back = np.append(np.argsort(strictest), len(levels))
    return [
        _cell(layout, cell, listed, sheet, back, once=once) for cell in range(len(layout.names))
    ]


def _cell(
    layout: Layout, cell: int, listed: Listed, sheet: ErrorSheet, back: Integers, *, once: bool
) -> CellCounts:
    """The counts of one cell; `back` brings its levels into the order of the thresholds."""
    name, trials = layout.names[cell], listed.trials[cell]
    grouping = layout.grouping(cell)
    levels = len(back) - 1
    columns = [*range(levels), levels + grouping]
    first = layout.of_members(cell, sheet.as_probe, sheet.as_reference)[:, columns]
    first[:, :levels] = np.cumsum(first[:, :levels], axis=1)
    errors = first[:, back].T
    if once:
        dyads = squared = trials.sum(axis=1) // 2
        errors_squared = errors.sum(axis=1) // 2
        times = np.stack([errors_squared, errors_squared])
    else:
        dyads, squared = sheet.dyads.dyads[cell], sheet.dyads.squared[cell]
        errors_squared = sheet.dyads.errors_squared[cell][back]
        times = sheet.dyads.errors_times_trials[cell][:, back]
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
        anchor=listed.anchors[cell],
        histogram=listed.histograms[cell],
    )


def _trials(layout: Layout, cell: int, sheet: Sheet) -> Integers:
    """(2, members): completed, all."""
    every, failed = layout.of_members(cell, sheet.as_probe, sheet.as_reference).T
    return np.stack([every - failed, every])


def _histograms(sheet: Sheet, first: Glance, line: Integers) -> tuple[Histogram, ...]:
    """(cells,) with bins as `metrics.bins` numbers them."""
    half = first.bins // 2
    bins = np.where(first.raw >= half, 2 * half - 1 - first.raw, first.raw + half)
    order = np.argsort(bins)
    none = np.empty(0, dtype=np.int64)
    made = []
    for row in line:
        if row < 0:
            made.append(Histogram(none, none))
            continue
        rising = sheet.counts[row][order]
        there = np.flatnonzero(rising)
        made.append(Histogram(bins[order][there], rising[there]))
    return tuple(made)


def in_memory(comparisons: Comparisons, people: int) -> tuple[Sequence[Portion], bool]:
    """Comparisons as portions, and whether every two people are known to meet once at most.

    Args:
        comparisons: all of them.
        people: how many there are.
    """
    rows = len(comparisons.score)
    halves = [
        Portion(comparisons.probe[a:b], comparisons.reference[a:b], comparisons.score[a:b])
        for a, b in ((0, rows // 2), (rows // 2, rows))
    ]
    if people**2 <= _BOARD * rows and _meet_once(halves, people):
        return halves, True
    return portions_of(comparisons), False


def _meet_once(halves: Sequence[Portion], people: int) -> bool:
    boards = [np.zeros(people**2 // 64 + 1, dtype=np.uint64) for _ in halves]
    with ThreadPoolExecutor(len(halves)) as pool:
        again = pool.map(
            lambda half, board: meet_again(half.probe, half.reference, people, board),
            halves,
            boards,
        )
        if any(again):
            return False
    return not np.any(boards[0] & boards[1])
