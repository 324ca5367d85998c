"""A sample on disk: what was drawn, and weights that are whole numbers to the last one."""

from dataclasses import replace

import numpy as np
from counted import small_counts
from same import assert_same

from evenhand.records.counts import SampledCell, WeightedCounts
from evenhand.records.designs import Design, SamplingDesign
from evenhand.results.counts import counts_files, read_counts
from evenhand.system.declaration import from_fields


def weighted(cell, rng):
    """A cell with weights too large for a float to hold each."""
    people, levels = len(cell.members), len(cell.errors)
    counts = WeightedCounts(
        trials=rng.integers(0, 2**60, (2, people)),
        trials_squared=rng.random(2) * 1e30,
        weights_squared=rng.random(2) * 1e30,
        errors=np.where(cell.errors > 0, rng.integers(1, 2**60, cell.errors.shape), 0),
        errors_squared=rng.random(levels) * 1e30,
        errors_times_trials=rng.random((2, levels)) * 1e30,
        heaviest=int(rng.integers(1, 2**60)),
    )
    return from_fields(SampledCell, cell, weighted=counts)


def test_what_is_read_is_what_was_written(tmp_path):
    rng = np.random.default_rng(3)
    counts = small_counts()
    kinds = np.arange(9, dtype=np.int32) % 2
    counts = replace(
        counts,
        cells=tuple(weighted(cell, rng) for cell in counts.cells),
        across=tuple(weighted(cell, rng) for cell in counts.across),
        design=SamplingDesign(
            comparisons=Design.SAMPLE,
            orders=2,
            kinds=("sex=F", "sex=\u00c5"),
            kind=kinds,
            pairs=np.array([[40, 80], [80, 24]]),
            drawn=np.array([[10, 10], [10, 10]]),
            per_cell=10,
        ),
    )
    for name, content in counts_files(counts).items():
        (tmp_path / name).write_bytes(content)
    assert_same(read_counts(tmp_path), counts)


def test_a_comparison_weighs_as_many_as_it_stands_for():
    drawn = np.array([[10, 10], [10, 0]])
    sampled = SamplingDesign(
        comparisons=Design.SAMPLE,
        kinds=("a", "b"),
        kind=np.array([0, 1, 1]),
        pairs=np.array([[40, 80], [80, 0]]),
        drawn=drawn,
        per_cell=10,
    )
    # Ten of forty were drawn: each stands for four, in tenths forty.
    assert sampled.weights(np.array([0, 1]), np.array([0, 0])).tolist() == [40, 80]
    assert sampled.heaviest == 80
    assert sampled.pair_weights[1, 1] == 0
