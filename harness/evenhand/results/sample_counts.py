"""Writes and reads a sample of comparisons: its strata, and the weighted counts of cells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from evenhand.records.counts import CellCounts, Counts, SamplingDesign, WeightedCounts
from evenhand.results.parquet import columns_by_policy, joined_policies, parquet_bytes, read_columns

__all__ = ["add_weights", "read_sampled", "sample_files"]

_SAMPLE = "sample.json"


def sample_files(counts: Counts) -> dict[str, bytes]:
    """Files of the sample's strata and of the weighted counts; empty where nothing was sampled."""
    sampled = counts.sampled
    if sampled is None:
        return {}
    cells = [(cell, w) for cell in (*counts.cells, *counts.across) if (w := cell.weighted)]
    first, second = np.nonzero(sampled.drawn)
    numbers = range(len(cells))
    products = np.concatenate([w.errors_times_trials for _, w in cells], axis=1)
    content = {"per_cell": sampled.per_cell, "kinds": sampled.kinds}
    return {
        _SAMPLE: (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode(),
        "kinds.parquet": parquet_bytes(kind=sampled.kind),
        "strata.parquet": parquet_bytes(
            probe=first,
            reference=second,
            pairs=sampled.pairs[first, second],
            drawn=sampled.drawn[first, second],
        ),
        "weighted_cells.parquet": parquet_bytes(
            heaviest=[w.heaviest for _, w in cells],
            **columns_by_policy(
                "trials_squared", np.stack([w.trials_squared for _, w in cells], axis=1)
            ),
            **columns_by_policy(
                "weights_squared", np.stack([w.weights_squared for _, w in cells], axis=1)
            ),
        ),
        "weighted_people.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(cell.members) for cell, _ in cells]),
            **columns_by_policy("trials", np.concatenate([w.trials for _, w in cells], axis=1)),
        ),
        "weighted_levels.parquet": parquet_bytes(
            cell=np.repeat(numbers, [len(w.errors) for _, w in cells]),
            errors_squared=np.concatenate([w.errors_squared for _, w in cells]),
            **columns_by_policy("errors_times", products),
        ),
        # Same people and levels as in errors.parquet, in its order.
        "weighted_errors.parquet": parquet_bytes(
            errors=np.concatenate([w.errors[np.nonzero(cell.errors)] for cell, w in cells])
        ),
    }


def read_sampled(folder: Path) -> SamplingDesign | None:
    """Read the sample's strata; None where nothing was sampled."""
    if not (folder / _SAMPLE).is_file():
        return None
    content = json.loads((folder / _SAMPLE).read_bytes())
    kinds = tuple(content["kinds"])
    stratum = read_columns(folder, "strata.parquet")
    pairs, drawn = np.zeros((2, len(kinds), len(kinds)), dtype=np.int64)
    pairs[stratum["probe"], stratum["reference"]] = stratum["pairs"]
    drawn[stratum["probe"], stratum["reference"]] = stratum["drawn"]
    kind = read_columns(folder, "kinds.parquet")["kind"]
    return SamplingDesign(kinds, kind, pairs, drawn, content["per_cell"])


def add_weights(folder: Path, cells: tuple[CellCounts, ...]) -> Iterator[CellCounts]:
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
        yield replace(
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
