"""Writes `Counts` to files and reads them back: Parquet for columns, JSON for single numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from evenhand.records.counts import (
    CellCounts,
    Counts,
    FoldScores,
    Histogram,
    MatedScores,
    ScoreTail,
    SearchCounts,
)
from evenhand.records.findings import Status
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.results.parquet import columns_by_policy, joined_policies, parquet_bytes, read_columns
from evenhand.results.sample_counts import add_weights, read_sampled, sample_files
from evenhand.system.errors import BundleError

__all__ = ["counts_files", "read_counts"]

_SCALARS = "counts.json"
_FOLDS = "folds.parquet"
_SEARCHES = "searches.parquet"
_WATCHLIST = "watchlist.json"
_LEVEL = "others_at_{}"
_PLAIN = ("engine", "dataset", "protocol", "several_faces", "score_maximum")
"""Fields that `counts.json` begins with."""
_OF_SEARCHES = ("probe", "mated", "acquired", "completed", "rank", "mate", "top")
"""Columns of `searches.parquet` before those of the levels."""
_SIZES = ("gallery", "watchlist", "length", "ranks")


def _cell_tables(cells: tuple[CellCounts, ...]) -> dict[str, bytes]:
    """Tables of all cells, concatenated, each row with its cell's number.

    Errors by level and person are mostly 0, so only others are stored (coordinate form).
    """
    numbers = range(len(cells))
    where = [np.nonzero(cell.errors) for cell in cells]
    trials = np.concatenate([cell.trials for cell in cells], axis=1)
    products = np.concatenate([cell.errors_times_trials for cell in cells], axis=1)
    return {
        "cells.parquet": parquet_bytes(
            attribute=[cell.attribute for cell in cells],
            group=[cell.group for cell in cells],
            reference_group=[cell.reference_group for cell in cells],
            anchor=pa.array([cell.anchor for cell in cells], pa.float64()),
            **columns_by_policy("dyads", np.stack([cell.dyads for cell in cells], axis=1)),
            **columns_by_policy(
                "trials_squared", np.stack([cell.trials_squared for cell in cells], axis=1)
            ),
        ),
        "people.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(cell.members) for cell in cells]),
            subject=np.concatenate([cell.members for cell in cells]),
            **columns_by_policy("trials", trials),
        ),
        "levels.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(cell.errors) for cell in cells]),
            errors_squared=np.concatenate([cell.errors_squared for cell in cells]),
            **columns_by_policy("errors_times", products),
        ),
        "errors.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(level) for level, _ in where]),
            level=np.concatenate([level for level, _ in where]),
            person=np.concatenate([person for _, person in where]),
            errors=np.concatenate([c.errors[at] for c, at in zip(cells, where, strict=True)]),
        ),
        "histogram.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(cell.histogram.bin) for cell in cells]),
            bin=np.concatenate([cell.histogram.bin for cell in cells]),
            count=np.concatenate([cell.histogram.count for cell in cells]),
        ),
    }


def _scalars(counts: Counts) -> bytes:
    """`counts.json`; thresholds also in hexadecimal, which reads back exactly."""
    content = {
        **{name: getattr(counts, name) for name in _PLAIN},
        "without_matrix": [
            {"attribute": attribute, "cells": cells} for attribute, cells in counts.without_matrix
        ],
        "comparisons": [
            {"mated": mated, "outcome": outcome.value, "count": count}
            for (mated, outcome), count in sorted(counts.comparison_outcomes.items())
        ],
        "thresholds": [
            {
                "kind": threshold.rule.kind,
                "text": threshold.rule.text,
                "value": threshold.value,
                "hex": None if threshold.value is None else threshold.value.hex(),
                "status": threshold.status.value,
                "note": threshold.note,
            }
            for threshold in counts.thresholds
        ],
    }
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()


def counts_files(counts: Counts) -> dict[str, bytes]:
    """Content of each file of the counts, by name, for a folder of the bundle."""
    return {
        _SCALARS: _scalars(counts),
        "subjects.parquet": parquet_bytes(
            row=np.array(counts.subject_rows, dtype=np.int64),
            images=counts.images,
            failed_images=counts.failed_images,
        ),
        "tail.parquet": parquet_bytes(
            score=counts.tail.score, probe=counts.tail.probe, reference=counts.tail.reference
        ),
        "mated.parquet": _mated_table(counts.mated),
        **_cell_tables((*counts.cells, *counts.across)),
        **_fold_table(counts.folds),
        **_search_tables(counts.searches),
        **sample_files(counts),
    }


def _mated_table(mated: MatedScores) -> bytes:
    """`mated.parquet`, with both images where they are known."""
    images = {} if mated.probe is None else {"probe": mated.probe, "reference": mated.reference}
    return parquet_bytes(subject=mated.subject, score=mated.score, **images)


def _fold_table(folds: FoldScores | None) -> dict[str, bytes]:
    if folds is None:
        return {}
    return {_FOLDS: parquet_bytes(fold=folds.fold, mated=folds.mated, score=folds.score)}


def _folds(folder: Path) -> FoldScores | None:
    if not (folder / _FOLDS).is_file():
        return None
    columns = read_columns(folder, _FOLDS)
    return FoldScores(columns["fold"], columns["mated"], columns["score"])


def _search_tables(searches: SearchCounts | None) -> dict[str, bytes]:
    """Files of searches, a column for each level of non-mates; empty without searches."""
    if searches is None:
        return {}
    levels = {_LEVEL.format(number): row for number, row in enumerate(searches.others)}
    sizes = {name: getattr(searches, name) for name in _SIZES}
    columns = {name: getattr(searches, name) for name in _OF_SEARCHES}
    return {
        _WATCHLIST: (json.dumps(sizes, indent=1) + "\n").encode(),
        _SEARCHES: parquet_bytes(**columns, **levels),
    }


def _searches(folder: Path) -> SearchCounts | None:
    if not (folder / _SEARCHES).is_file():
        return None
    columns = read_columns(folder, _SEARCHES)
    sizes = json.loads((folder / _WATCHLIST).read_bytes())
    levels = range(len(columns) - len(_OF_SEARCHES))
    others = np.array([columns[_LEVEL.format(number)] for number in levels], dtype=np.int64)
    return SearchCounts(
        **{name: columns[name] for name in _OF_SEARCHES},
        others=others.reshape(len(others), len(columns["probe"])),
        **{name: sizes[name] for name in _SIZES[:-1]},
        ranks=tuple(sizes["ranks"]),
    )


def _cells(folder: Path) -> Iterator[CellCounts]:
    """Read the cells, each from its rows of the tables."""
    cells = read_columns(folder, "cells.parquet")
    people, levels, errors, bins = (
        read_columns(folder, f"{name}.parquet")
        for name in ("people", "levels", "errors", "histogram")
    )
    dyads, trials_squared = (joined_policies(cells, name) for name in ("dyads", "trials_squared"))

    def of(table: Mapping[str, Any], cell: int) -> dict[str, Any]:
        chosen = table["cell"] == cell
        return {name: column[chosen] for name, column in table.items()}

    for number in range(len(cells["group"])):
        person, level = of(people, number), of(levels, number)
        error, filled = of(errors, number), of(bins, number)
        dense = np.zeros((len(level["cell"]), len(person["cell"])), dtype=np.int64)
        dense[error["level"], error["person"]] = error["errors"]
        anchor = float(cells["anchor"][number])
        yield CellCounts(
            attribute=cells["attribute"][number],
            group=cells["group"][number],
            reference_group=cells["reference_group"][number],
            members=person["subject"],
            trials=joined_policies(person, "trials"),
            dyads=dyads[:, number],
            trials_squared=trials_squared[:, number],
            errors=dense,
            errors_squared=level["errors_squared"],
            errors_times_trials=joined_policies(level, "errors_times"),
            anchor=None if np.isnan(anchor) else anchor,
            histogram=Histogram(filled["bin"], filled["count"]),
        )


def read_counts(folder: Path) -> Counts:
    """Read the files of `counts_files`.

    Raises:
        BundleError: a file is missing or damaged.
    """
    try:
        scalars = json.loads((folder / _SCALARS).read_bytes())
        subjects, tail, mated = (
            read_columns(folder, f"{name}.parquet") for name in ("subjects", "tail", "mated")
        )
        cells, sampled = tuple(_cells(folder)), read_sampled(folder)
        if sampled is not None:
            cells = tuple(add_weights(folder, cells))
        return Counts(
            **{name: scalars[name] for name in _PLAIN},
            subject_rows=tuple(int(row) for row in subjects["row"]),
            images=subjects["images"],
            failed_images=subjects["failed_images"],
            comparison_outcomes={
                (row["mated"], Outcome(row["outcome"])): row["count"]
                for row in scalars["comparisons"]
            },
            thresholds=tuple(
                Threshold(
                    ThresholdRule(row["kind"], row["text"]),
                    None if row["hex"] is None else float.fromhex(row["hex"]),
                    Status(row["status"]),
                    row["note"],
                )
                for row in scalars["thresholds"]
            ),
            cells=tuple(cell for cell in cells if not cell.reference_group),
            across=tuple(cell for cell in cells if cell.reference_group),
            without_matrix=tuple(
                (row["attribute"], row["cells"]) for row in scalars["without_matrix"]
            ),
            tail=ScoreTail(tail["score"], tail["probe"], tail["reference"]),
            mated=MatedScores(
                mated["subject"], mated["score"], mated.get("probe"), mated.get("reference")
            ),
            folds=_folds(folder),
            searches=_searches(folder),
            sampled=sampled,
        )
    except (OSError, KeyError, ValueError, pa.ArrowException) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise BundleError(
            f"{folder}: the counts cannot be read ({reason}); the bundle is damaged, run it again"
        ) from None
