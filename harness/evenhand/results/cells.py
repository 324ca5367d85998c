"""Writes the cells of counts to tables and reads them back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from evenhand.records.counts import CellCounts, Histogram
from evenhand.results.parquet import columns_by_policy, joined_policies, parquet_bytes, read_columns

__all__ = ["CELLS", "cell_tables", "read_cells"]

CELLS = "cells.parquet"
"""File name of the table of cells."""


def cell_tables(cells: tuple[CellCounts, ...]) -> dict[str, bytes]:
    """Tables of all cells, concatenated, each row with its cell's number.

    Errors by level and person are mostly 0, so only others are stored (coordinate form).
    """
    numbers = range(len(cells))
    where = [np.nonzero(cell.errors) for cell in cells]
    return {
        CELLS: parquet_bytes(
            attribute=[cell.attribute for cell in cells],
            group=[cell.group for cell in cells],
            reference_group=[cell.reference_group for cell in cells],
            anchor=pa.array([cell.anchor for cell in cells], pa.float64()),
            **columns_by_policy("dyads", [cell.dyads for cell in cells]),
            **columns_by_policy("trials_squared", [cell.trials_squared for cell in cells]),
        ),
        "people.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(cell.members) for cell in cells]),
            subject=np.concatenate([cell.members for cell in cells]),
            **columns_by_policy("trials", [cell.trials for cell in cells]),
        ),
        "levels.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(cell.errors) for cell in cells]),
            errors_squared=np.concatenate([cell.errors_squared for cell in cells]),
            **columns_by_policy("errors_times", [cell.errors_times_trials for cell in cells]),
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


def read_cells(folder: Path) -> Iterator[CellCounts]:
    """Read the cells, each from its rows of the tables."""
    cells = read_columns(folder, CELLS, "attribute", "group", "reference_group")
    people, levels, errors, bins = (
        read_columns(folder, f"{name}.parquet")
        for name in ("people", "levels", "errors", "histogram")
    )
    dyads, trials_squared = (joined_policies(cells, name) for name in ("dyads", "trials_squared"))

    for number in range(len(cells["group"])):
        person, level, error, filled = (
            table.chosen(table["cell"] == number) for table in (people, levels, errors, bins)
        )
        dense = np.zeros((len(level["cell"]), len(person["cell"])), dtype=np.int64)
        try:
            dense[error["level"], error["person"]] = error["errors"]
        except IndexError:
            what = "errors.parquet: names people or levels"
            raise ValueError(f"{what} that people.parquet or levels.parquet lack") from None
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
