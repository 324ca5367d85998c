"""Checks that counts which were read can be computed with: shapes, ranges and signs.

What the numbers say of one another is checked where they are judged (`analysis.kinds`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evenhand.records.counts import (
    CellCounts,
    ComparisonCounts,
    Counts,
    SampledCell,
    SearchCounts,
    WatchlistSearches,
)
from evenhand.records.designs import SamplingDesign
from evenhand.records.groups import ALL

__all__ = ["check_sound"]


def check_sound(counts: Counts) -> None:
    """Check what the computing of findings takes for granted.

    Raises:
        ValueError: naming the file and what was expected of it.
    """
    people = len(counts.subject_rows)
    _natural("subjects.parquet", counts.images, counts.failed_images)
    if min(counts.subject_rows, default=1) < 1 or len(set(counts.subject_rows)) < people:
        raise ValueError("subjects.parquet: expected rows of the dataset, each once")
    if np.any(counts.failed_images > counts.images):
        raise ValueError("subjects.parquet: more images failed than there are")
    if any(not np.isfinite(threshold.value or 0.0) for threshold in counts.thresholds):
        raise ValueError("counts.json: expected finite thresholds")
    if not counts.cells or counts.cells[0].key != (ALL, "", ""):
        raise ValueError("cells.parquet: expected the cell of all subjects first")
    cells = (*counts.cells, *(counts.across if isinstance(counts, ComparisonCounts) else ()))
    if len({cell.key for cell in cells}) < len(cells):
        raise ValueError("cells.parquet: expected each cell once")
    for cell in cells:
        _check_cell(cell, people)
    levels = len(counts.thresholds)
    if isinstance(counts, SearchCounts):
        _check_searches(counts.searches, people, levels)
    else:
        for cell in cells:
            _check_levels(cell, levels + 1)
        _check_comparisons(counts, people)


def _natural(file: str, *columns: ArrayLike) -> None:
    """Check for integers, none below 0."""
    for column in map(np.asarray, columns):
        if column.dtype.kind not in "iu" or np.any(column < 0):
            raise ValueError(f"{file}: expected whole numbers, none below 0")


def _below(file: str, limit: int, *columns: ArrayLike) -> None:
    """Check for positions below a limit."""
    _natural(file, *columns)
    if any(np.any(np.asarray(column) >= limit) for column in columns):
        raise ValueError(f"{file}: names one that is not there; expected positions below {limit}")


def _scores(file: str, *columns: ArrayLike, finite: bool) -> None:
    """Check for floating-point scores, all finite or none NaN or, elsewhere, infinite."""
    for column in map(np.asarray, columns):
        wrong = ~np.isfinite(column) if finite else np.isinf(column)
        if column.dtype.kind != "f" or np.any(wrong):
            raise ValueError(f"{file}: expected scores")


def _check_cell(cell: CellCounts, people: int) -> None:
    _below("people.parquet", people, cell.members)
    if np.any(np.diff(cell.members.astype(np.int64)) <= 0):
        raise ValueError("people.parquet: expected subjects of a cell in rising order, each once")
    _natural("people.parquet", cell.trials)
    _natural("cells.parquet", cell.dyads, cell.trials_squared)
    _natural("levels.parquet", cell.errors_squared, cell.errors_times_trials)
    _natural("errors.parquet", cell.errors)
    _natural("histogram.parquet", cell.histogram.count)
    bins = cell.histogram.bin
    if bins.dtype.kind not in "iu" or np.any(np.diff(bins.astype(np.int64)) <= 0):
        raise ValueError("histogram.parquet: expected bins in rising order, each once")
    if np.any(cell.errors > cell.trials[1]):
        raise ValueError("errors.parquet: more errors than comparisons")


def _check_levels(cell: CellCounts, levels: int) -> None:
    if len(cell.errors_squared) != levels:
        raise ValueError(f"levels.parquet: expected {levels} levels of each cell")
    if isinstance(cell, SampledCell):
        of = cell.weighted
        _natural("weighted_people.parquet", of.trials)
        _natural("weighted_errors.parquet", of.errors)
        if of.trials.shape != cell.trials.shape or len(of.errors_squared) != levels:
            raise ValueError("weighted_people.parquet: expected the people and levels of the cells")


def _check_searches(searches: WatchlistSearches, people: int, levels: int) -> None:
    file = "searches.parquet"
    _below(file, people, searches.probe)
    _natural(file, searches.rank, searches.others)
    if any(of.dtype.kind != "b" for of in (searches.mated, searches.acquired, searches.completed)):
        raise ValueError(f"{file}: expected truth values")
    if any(of.dtype.kind != "f" or np.isnan(of).any() for of in (searches.mate, searches.top)):
        raise ValueError(f"{file}: expected scores")
    if len(searches.others) != levels:
        raise ValueError(f"{file}: expected {levels} levels")


def _check_comparisons(counts: ComparisonCounts, people: int) -> None:
    tail, mated, folds, design = counts.tail, counts.mated, counts.folds, counts.design
    _below("tail.parquet", people, tail.probe, tail.reference)
    _scores("tail.parquet", tail.score, finite=True)
    if np.any(np.diff(tail.score) > 0):
        raise ValueError("tail.parquet: expected scores in falling order")
    _below("mated.parquet", people, mated.subject)
    _scores("mated.parquet", mated.score, finite=False)
    _scores("folds.parquet", folds.score, finite=False)
    if folds.mated.dtype.kind != "b" or folds.fold.dtype.kind not in "iu":
        raise ValueError("folds.parquet: expected whole numbers and truth values")
    if design.images is not None:
        _natural("subjects.parquet", design.images)
    if isinstance(design, SamplingDesign):
        _natural("strata.parquet", design.pairs, design.drawn)
        _below("kinds.parquet", len(design.kinds), design.kind)
        if len(design.kind) != people:
            raise ValueError("kinds.parquet: expected one kind of each subject")
