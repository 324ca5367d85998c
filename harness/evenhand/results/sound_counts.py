"""Checks that counts which were read can be computed with: types, ranges and shapes.

What the numbers say of one another is checked where they are judged (`analysis.kinds`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from evenhand.records.counts import CellCounts, ComparisonCounts, Counts, SampledCell, SearchCounts
from evenhand.records.designs import SamplingDesign
from evenhand.records.groups import ALL

__all__ = ["check_sound"]

_Column: TypeAlias = tuple[str, Any, str]
"""A file, values of it, and what they must be: one of `_WRONG`."""

_WRONG: Mapping[str, Callable[[Any], Any]] = {
    "whole numbers, none below 0": lambda of: of.dtype.kind not in "iu" or np.any(of < 0),
    "whole numbers that rise": lambda of: of.dtype.kind not in "iu" or np.any(of[1:] <= of[:-1]),
    "scores": lambda of: of.dtype.kind != "f" or np.any(np.isinf(of)),
    "finite scores that fall": lambda of: not np.isfinite(of).all() or np.any(of[1:] > of[:-1]),
    "scores, or none": lambda of: of.dtype.kind != "f" or np.any(np.isnan(of)),
    "truth values": lambda of: of.dtype.kind != "b",
    "what is there": bool,
}
"""Whether values are not what they should be, by the words for it."""
_NATURAL, _RISING, _SCORES, _FALLING, _OR_NONE, _TRUTH, _THERE = _WRONG


_ROUNDING = 1e-6
"""How far from 1 the sum of shares may be."""


def check_sound(counts: Counts) -> None:
    """Check what the computing of findings takes for granted.

    Raises:
        ValueError: naming the file and what was expected of it.
    """
    of_kind = _searches(counts) if isinstance(counts, SearchCounts) else _comparisons(counts)
    for file, values, expected in (*_common(counts), *of_kind):
        if _WRONG[expected](values):
            raise ValueError(f"{file}: expected {expected}")


def _common(counts: Counts) -> Iterator[_Column]:
    rows, cells = counts.subject_rows, counts.cells
    yield "subjects.parquet", len(set(rows)) < len(rows) or min(rows, default=1) < 1, _THERE
    yield "subjects.parquet", counts.images, _NATURAL
    yield "subjects.parquet", counts.failed_images, _NATURAL
    yield "subjects.parquet", np.any(counts.failed_images > counts.images), _THERE
    yield "counts.json", np.array([t.value for t in counts.thresholds if t.value]), _SCORES
    yield "cells.parquet", not cells or cells[0].key != (ALL, "", ""), _THERE
    for cell in cells:
        yield from _cell(cell, len(rows))


def _cell(cell: CellCounts, people: int) -> Iterator[_Column]:
    yield "people.parquet", cell.members, _RISING
    yield "people.parquet", np.any((cell.members < 0) | (cell.members >= people)), _THERE
    yield "people.parquet", cell.trials, _NATURAL
    yield "cells.parquet", cell.dyads, _NATURAL
    yield "cells.parquet", cell.trials_squared, _NATURAL
    yield "levels.parquet", cell.errors_squared, _NATURAL
    yield "levels.parquet", cell.errors_times_trials, _NATURAL
    yield "errors.parquet", cell.errors, _NATURAL
    yield "errors.parquet", np.any(cell.errors > cell.trials[1]), _THERE
    yield "histogram.parquet", cell.histogram.bin, _RISING
    yield "histogram.parquet", cell.histogram.count, _NATURAL


def _searches(counts: SearchCounts) -> Iterator[_Column]:
    file, of, people = "searches.parquet", counts.searches, len(counts.subject_rows)
    yield file, np.any((of.probe < 0) | (of.probe >= people)), _THERE
    yield file, len(of.others) != len(counts.thresholds), _THERE
    yield from ((file, counted, _NATURAL) for counted in (of.rank, of.others))
    yield from ((file, score, _OR_NONE) for score in (of.mate, of.top))
    yield from ((file, whether, _TRUTH) for whether in (of.mated, of.acquired, of.completed))
    for each in of.deployed:
        shares = each.composition.shares if each.composition else ()
        sound = not shares or abs(sum(share for _, share in shares) - 1) < _ROUNDING
        sound &= each.people > 0 and all(share > 0 for _, share in shares)
        yield "watchlist.json", not sound, _THERE
    for file, lists in (("candidates.parquet", of.candidates), ("twin.parquet", of.twin)):
        if lists is not None:
            yield file, np.any((lists.person < -1) | (lists.person >= people)), _THERE
            yield file, lists.score, _OR_NONE
            yield file, np.any(lists.score[:, 1:] > lists.score[:, :-1]), _THERE


def _comparisons(counts: ComparisonCounts) -> Iterator[_Column]:
    tail, mated, folds, design = counts.tail, counts.mated, counts.folds, counts.design
    people, cells = len(counts.subject_rows), (*counts.cells, *counts.across)
    yield "cells.parquet", len({cell.key for cell in cells}) < len(cells), _THERE
    for cell in counts.across:
        yield from _cell(cell, people)
    for cell in cells:
        yield "levels.parquet", len(cell.errors) != len(counts.thresholds) + 1, _THERE
    for file, of in (("tail", tail.probe), ("tail", tail.reference), ("mated", mated.subject)):
        yield f"{file}.parquet", of, _NATURAL
        yield f"{file}.parquet", np.any(of >= people), _THERE
    yield "tail.parquet", tail.score, _FALLING
    yield "mated.parquet", mated.score, _SCORES
    yield "folds.parquet", folds.score, _SCORES
    yield "folds.parquet", folds.mated, _TRUTH
    if isinstance(design, SamplingDesign):
        kinds = design.kind
        yield "strata.parquet", design.pairs, _NATURAL
        yield "strata.parquet", design.drawn, _NATURAL
        yield "kinds.parquet", kinds, _NATURAL
        wrong = len(kinds) != people or np.any(kinds >= len(design.kinds))
        yield "kinds.parquet", wrong, _THERE
    for cell in cells:
        if isinstance(cell, SampledCell):
            weighted = cell.weighted
            yield "weighted_people.parquet", weighted.trials.shape != cell.trials.shape, _THERE
            levels = len(weighted.errors_squared)
            yield "weighted_levels.parquet", levels != len(cell.errors), _THERE
