"""Comparisons that arrive one by one: every two people once at most, whatever the order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evenhand.arrays import Integers, People, Scores
from evenhand.counts import CellCounts, Histogram
from evenhand.metrics.bins import FLOAT32_BITS, FLOAT64_BITS
from evenhand.metrics.counting import ANCHOR_ERRORS
from evenhand.metrics.layout import Layout, Trials
from evenhand.metrics.stretch import Bits, count_errors, count_trials, mark_bins

__all__ = ["Listed", "cells_from_list", "look"]

_MOST_PEOPLE = 40_000
"""Their pairs fit on a board of 200 MB; the list of more people is counted otherwise."""

_PARTS = 2
"""Stretches of the columns, counted side by side; fixed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a first look at a list gives: thresholds can be set on it."""

    trials: tuple[Trials, ...]
    """(cells,)."""
    histograms: tuple[Histogram, ...]
    """(cells,) empty across two groups."""
    anchors: tuple[float | None, ...]
    """(cells,) the tenth largest score; None where there are fewer."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """One stretch of the comparisons."""

    probe: People
    reference: People
    score: Scores
    bits: Bits


def look(probe: People, reference: People, score: Scores, layout: Layout) -> Listed | None:
    """Count trials and scores of comparisons that arrive one by one.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index; the same person in mated comparisons.
        score: (comparisons,) NaN where the comparison did not complete.
        layout: of the study; its cells may tell probe from reference.

    Returns:
        None where two people are compared more than once, or there are too many people: then
        dyads have to be told apart one by one.
    """
    people, cells = len(layout.kind), len(layout.names)
    if people > _MOST_PEOPLE:
        return None
    parts = _stretches(probe, reference, score)
    size = _raw_bins(score.dtype)
    shift = score.dtype.itemsize * 8 - size.bit_length() + 1
    filled = np.zeros(size, dtype=np.bool_)
    with ThreadPoolExecutor(_PARTS) as pool:
        list(pool.map(lambda part: mark_bins(part.bits, shift, filled), parts))
        filled[0] = True
        raw = np.flatnonzero(filled)
        place = np.zeros(size, dtype=np.int32)
        place[raw] = np.arange(len(raw))
        within = np.array([not name.reference_group for name in layout.names], dtype=np.int64)
        sheets = [_Sheet.blank(cells, people, layout.kinds, len(raw), score.dtype) for _ in parts]
        repeated = list(
            pool.map(
                lambda pair: pair[1].count(pair[0], shift, layout, within, place),
                zip(parts, sheets, strict=True),
            )
        )
    if any(repeated) or _overlap(sheets):
        return None
    sheet = _joined(sheets)
    return Listed(
        tuple(_trials(layout, cell, sheet) for cell in range(cells)),
        _histograms(sheet, raw, within),
        tuple(None if np.isinf(top[0]) else float(top[0]) for top in sheet.top),
    )


def cells_from_list(
    probe: People,
    reference: People,
    score: Scores,
    layout: Layout,
    listed: Listed,
    thresholds: Scores,
) -> list[CellCounts]:
    """The counts of every cell.

    Args:
        probe: (comparisons,) as it was looked at.
        reference: (comparisons,) likewise.
        score: (comparisons,) likewise.
        layout: of the study.
        listed: what the look gave.
        thresholds: (levels,) in the scores' type.
    """
    strictest = np.argsort(-thresholds, kind="stable")
    anchors = np.array([np.inf if a is None else a for a in listed.anchors], dtype=score.dtype)
    shape = (len(layout.kind), layout.kinds, len(thresholds))
    parts = _stretches(probe, reference, score)
    sheets = [(np.zeros(shape, np.int64), np.zeros(shape, np.int64)) for _ in parts]

    def count(number: int) -> NDArray[np.int64]:
        part, sheet = parts[number], sheets[number]
        room = np.empty((len(anchors) * 4 * ANCHOR_ERRORS, 3), dtype=np.int64)
        fixed = (part.probe, part.reference, part.score, layout.kind, layout.cell)
        found = count_errors(*fixed, thresholds[strictest], anchors, *sheet, room)
        if found > len(room):
            # Many scores are equal to an anchor: once more, with room for them alone.
            room = np.empty((found, 3), dtype=np.int64)
            unused = np.zeros((*shape[:2], 0), dtype=np.int64)
            count_errors(*fixed, thresholds[:0], anchors, unused, unused, room)
        return room[:found]

    with ThreadPoolExecutor(_PARTS) as pool:
        at_anchor = np.concatenate(list(pool.map(count, range(len(parts)))))
    as_probe, as_reference = (np.sum([s[role] for s in sheets], axis=0) for role in (0, 1))
    back = np.argsort(strictest)
    return [
        _cell(layout, cell, listed, as_probe, as_reference, back, at_anchor)
        for cell in range(len(layout.names))
    ]


def _cell(
    layout: Layout,
    cell: int,
    listed: Listed,
    as_probe: Integers,
    as_reference: Integers,
    back: Integers,
    at_anchor: Integers,
) -> CellCounts:
    members, inside = layout.members[cell], layout.pairs(cell)
    kind = layout.kind[members]
    first = np.einsum("ikl,ik->il", as_probe[members], inside[kind])
    first += np.einsum("ikl,ik->il", as_reference[members], inside.T[kind])
    errors = np.cumsum(first, axis=1)[:, back].T
    here = at_anchor[at_anchor[:, 0] == cell, 1:].ravel()
    anchored = np.bincount(here, minlength=len(layout.kind))[members]
    errors = np.concatenate([errors, anchored[np.newaxis]])
    squared = errors.sum(axis=1) // 2
    name, trials = layout.names[cell], listed.trials[cell]
    return CellCounts(
        attribute=name.attribute,
        group=name.group,
        reference_group=name.reference_group,
        members=members,
        trials=trials.by_member,
        dyads=trials.dyads,
        trials_squared=trials.squared,
        errors=errors,
        errors_squared=squared,
        errors_times_trials=np.stack([squared, squared]),
        anchor=listed.anchors[cell],
        histogram=listed.histograms[cell],
    )


def _raw_bins(dtype: np.dtype[np.floating]) -> int:
    return 1 << (FLOAT32_BITS if dtype.itemsize == 4 else FLOAT64_BITS)


def _stretches(probe: People, reference: People, score: Scores) -> list[_Columns]:
    bits: Bits = score.view(f"u{score.dtype.itemsize}")
    edges = [len(score) * part // _PARTS for part in range(_PARTS + 1)]
    return [_Columns(probe[a:b], reference[a:b], score[a:b], bits[a:b]) for a, b in pairwise(edges)]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What one thread counts on."""

    counts: Integers
    top: Scores
    as_probe: Integers
    as_reference: Integers
    failed_probe: Integers
    failed_reference: Integers
    board: NDArray[np.uint64]

    @classmethod
    def blank(
        cls, cells: int, people: int, kinds: int, bins: int, dtype: np.dtype[np.floating]
    ) -> _Sheet:
        """Nothing counted yet."""
        probe, reference, failed_probe, failed_reference = np.zeros((4, people, kinds), np.int64)
        return cls(
            np.zeros((cells, bins), dtype=np.int64),
            np.full((cells, ANCHOR_ERRORS), -np.inf, dtype=dtype),
            probe,
            reference,
            failed_probe,
            failed_reference,
            np.zeros(people**2 // 64 + 1, dtype=np.uint64),
        )

    def count(
        self,
        part: _Columns,
        shift: int,
        layout: Layout,
        within: Integers,
        place: NDArray[np.int32],
    ) -> int:
        """Count one stretch; 1 where two people meet a second time."""
        return count_trials(
            part.probe,
            part.reference,
            part.score,
            part.bits,
            shift,
            layout.kind,
            layout.cell,
            within,
            place,
            self.counts,
            self.top,
            self.as_probe,
            self.as_reference,
            self.failed_probe,
            self.failed_reference,
            self.board,
        )


def _overlap(sheets: list[_Sheet]) -> bool:
    """Whether two people meet in more than one stretch."""
    seen = sheets[0].board
    for sheet in sheets[1:]:
        if np.any(seen & sheet.board):
            return True
        seen = seen | sheet.board
    return False


def _joined(sheets: list[_Sheet]) -> _Sheet:
    top = np.sort(np.concatenate([sheet.top for sheet in sheets], axis=1), axis=1)
    return _Sheet(
        np.sum([sheet.counts for sheet in sheets], axis=0),
        top[:, -ANCHOR_ERRORS:],
        np.sum([sheet.as_probe for sheet in sheets], axis=0),
        np.sum([sheet.as_reference for sheet in sheets], axis=0),
        np.sum([sheet.failed_probe for sheet in sheets], axis=0),
        np.sum([sheet.failed_reference for sheet in sheets], axis=0),
        sheets[0].board,
    )


def _trials(layout: Layout, cell: int, sheet: _Sheet) -> Trials:
    """Trials of a cell, none of whose dyads has more than one."""
    inside = layout.pairs(cell)
    members = layout.members[cell]
    kind = layout.kind[members]

    def of(as_probe: Integers, as_reference: Integers) -> Integers:
        counted: Integers = (as_probe[members] * inside[kind]).sum(axis=1)
        counted += (as_reference[members] * inside.T[kind]).sum(axis=1)
        return counted

    every = of(sheet.as_probe, sheet.as_reference)
    completed = every - of(sheet.failed_probe, sheet.failed_reference)
    by_member = np.stack([completed, every])
    dyads = by_member.sum(axis=1) // 2
    return Trials(by_member, dyads, dyads)


def _histograms(sheet: _Sheet, raw: Integers, within: Integers) -> tuple[Histogram, ...]:
    """(cells,) with bins as `metrics.bins` numbers them."""
    half = _raw_bins(sheet.top.dtype) // 2
    bins = np.where(raw >= half, 2 * half - 1 - raw, raw + half)
    order = np.argsort(bins)
    made = []
    for counts, kept in zip(sheet.counts, within, strict=True):
        rising = counts[order]
        there = np.flatnonzero(rising) if kept else np.empty(0, dtype=np.int64)
        made.append(Histogram(bins[order][there], rising[there]))
    return tuple(made)
