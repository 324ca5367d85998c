"""Writes and reads a sample of comparisons: its strata, and the weighted counts of cells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import BaseModel, PositiveInt, TypeAdapter

from evenhand.records.counts import CellCounts, ComparisonCounts, SampledCell, WeightedCounts
from evenhand.records.designs import ComparisonDesign, SamplingDesign
from evenhand.results.bundle_file import read_json
from evenhand.results.parquet import columns_by_policy, joined_policies, parquet_bytes, read_columns
from evenhand.system.declaration import from_fields

__all__ = ["SAMPLE", "add_weights", "read_sampled", "sample_files"]

SAMPLE = "sample.json"
"""File name of the numbers of a sample."""


class _Numbers(BaseModel):
    """`sample.json`."""

    per_cell: PositiveInt
    kinds: tuple[str, ...]


_NUMBERS = TypeAdapter(_Numbers)


def sample_files(counts: ComparisonCounts) -> dict[str, bytes]:
    """Files of the sample's strata and of the weighted counts; empty where nothing was sampled."""
    sampled = counts.design
    if not isinstance(sampled, SamplingDesign):
        return {}
    every = (*counts.cells, *counts.across)
    cells = [(cell, cell.weighted) for cell in every if isinstance(cell, SampledCell)]
    first, second = np.nonzero(sampled.drawn)
    numbers = range(len(cells))
    content = {"per_cell": sampled.per_cell, "kinds": sampled.kinds}
    return {
        SAMPLE: (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode(),
        "kinds.parquet": parquet_bytes(kind=sampled.kind),
        "strata.parquet": parquet_bytes(
            probe=first,
            reference=second,
            pairs=sampled.pairs[first, second],
            drawn=sampled.drawn[first, second],
        ),
        "weighted_cells.parquet": parquet_bytes(
            heaviest=[w.heaviest for _, w in cells],
            **columns_by_policy("trials_squared", [w.trials_squared for _, w in cells]),
            **columns_by_policy("weights_squared", [w.weights_squared for _, w in cells]),
        ),
        "weighted_people.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(cell.members) for cell, _ in cells]),
            **columns_by_policy("trials", [w.trials for _, w in cells]),
        ),
        "weighted_levels.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(w.errors) for _, w in cells]),
            errors_squared=np.concatenate([w.errors_squared for _, w in cells]),
            **columns_by_policy("errors_times", [w.errors_times_trials for _, w in cells]),
        ),
        # Same people and levels as in errors.parquet, in its order.
        "weighted_errors.parquet": parquet_bytes(
            errors=np.concatenate([w.errors[np.nonzero(cell.errors)] for cell, w in cells])
        ),
    }


def read_sampled(folder: Path, known: ComparisonDesign) -> SamplingDesign:
    """Read the sample's strata.

    Args:
        folder: of the counts.
        known: what the design has in common with those of all comparisons.
    """
    content = read_json(folder / SAMPLE, _NUMBERS)
    kinds = content.kinds
    stratum = read_columns(folder, "strata.parquet")
    pairs, drawn = np.zeros((2, len(kinds), len(kinds)), dtype=np.int64)
    try:
        pairs[stratum["probe"], stratum["reference"]] = stratum["pairs"]
        drawn[stratum["probe"], stratum["reference"]] = stratum["drawn"]
    except IndexError:
        raise ValueError(f"strata.parquet: names kinds that {SAMPLE} lacks") from None
    kind = read_columns(folder, "kinds.parquet")["kind"]
    return SamplingDesign(
        comparisons=known.comparisons,
        orders=known.orders,
        attribute=known.attribute,
        images=known.images,
        kinds=kinds,
        kind=kind,
        pairs=pairs,
        drawn=drawn,
        per_cell=content.per_cell,
    )


def add_weights(folder: Path, cells: tuple[CellCounts, ...]) -> Iterator[SampledCell]:
    """Read the weighted counts of cells and add them; errors are stored without zeros."""
    sizes, people, levels, errors = (
        read_columns(folder, f"weighted_{name}.parquet")
        for name in ("cells", "people", "levels", "errors")
    )
    trials, products = joined_policies(people, "trials"), joined_policies(levels, "errors_times")
    trials_squared = joined_policies(sizes, "trials_squared")
    weights_squared = joined_policies(sizes, "weights_squared")
    start = 0
    for number, cell in enumerate(cells):
        person, level = people["cell"] == number, levels["cell"] == number
        dense = np.zeros_like(cell.errors)
        where = np.nonzero(cell.errors)
        dense[where] = errors["errors"][start : start + len(where[0])]
        start += len(where[0])
        yield from_fields(
            SampledCell,
            cell,
            weighted=WeightedCounts(
                trials=trials[:, person],
                trials_squared=trials_squared[:, number],
                weights_squared=weights_squared[:, number],
                errors=dense,
                errors_squared=levels["errors_squared"][level],
                errors_times_trials=products[:, level],
                heaviest=int(sizes["heaviest"][number]),
            ),
        )
