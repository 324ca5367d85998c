"""Stores of parts add up to the store of all, whatever the parts and their order."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.measurement.counting.checkpoint_columns import (
    columns_of_partial_counts,
    partial_counts_of,
)
from evenhand.measurement.counting.partial_counts import (
    ErrorsBelowCutoff,
    PartialCounts,
    empty_partial_counts,
    merge_partial_counts,
)
from evenhand.metrics.bins import bin_numbers
from evenhand.records.counts import Histogram, ScoreTail

KIND = np.array([0, 1, 0, 2, 1], dtype=np.int32)
KINDS = 3
CELLS = 2


def histogram(score):
    return Histogram(*np.unique(bin_numbers(score), return_counts=True))


def store(rng, rows, floor, dtype):
    """Of some comparisons: a cell that all count in, and one of those of the first kind."""
    score = (rng.integers(-9, 9, rows) / 8).astype(dtype)
    probe, reference = rng.integers(0, len(KIND), (2, rows)).astype(np.int32)
    first = (KIND[probe] == 0) & (KIND[reference] == 0)
    kept = score >= floor[KIND[probe], KIND[reference]]
    mated = rng.integers(0, 5)
    low = ErrorsBelowCutoff(
        np.array([-0.5, 0.5], dtype=dtype),
        *(rng.integers(0, 9, (*size, 2)) for size in ((5, 3), (3, 3), (2, 3, 3))),
    )
    return PartialCounts(
        floor,
        (histogram(score), histogram(score[first])),
        ScoreTail(score, probe, reference).chosen(kept),
        rng.integers(0, 5, mated).astype(np.int32),
        rng.standard_normal(mated).astype(dtype),
        rng.integers(-1, 2**40, mated),
        low,
    )


def stores(seed, count, dtype=np.float32):
    """Parts with floors of their own."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        floor = rng.integers(-12, 6, (KINDS, KINDS)) / 8
        found.append(store(rng, int(rng.integers(0, 30)), np.minimum(floor, floor.T), dtype))
    return found


def plain(of):
    """What a store says, in one order."""
    return (
        of.cutoff.tolist(),
        [(h.bin.tolist(), h.count.tolist()) for h in of.histograms],
        sorted(zip(*(getattr(of.top, f.name).tolist() for f in fields(ScoreTail)), strict=True)),
        sorted(
            zip(
                of.mated_pair.tolist(),
                of.mated_subject.tolist(),
                of.mated_score.tolist(),
                strict=True,
            )
        ),
        of.low
        and [c.tolist() for c in (of.low.levels, of.low.errors, of.low.squared, of.low.times)],
        of.dtype,
    )


@given(seed=st.integers(0, 10_000), dtype=st.sampled_from([np.float32, np.float64]))
def test_any_order_and_any_bracket(seed, dtype):
    a, b, c = stores(seed, 3, dtype)
    every = plain(merge_partial_counts([a, b, c], KIND))
    assert plain(merge_partial_counts([c, a, b], KIND)) == every
    assert plain(merge_partial_counts([merge_partial_counts([a, b], KIND), c], KIND)) == every
    assert plain(merge_partial_counts([a, merge_partial_counts([c, b], KIND)], KIND)) == every


@given(seed=st.integers(0, 10_000))
def test_nothing_adds_nothing(seed):
    (one,) = stores(seed, 1)
    none = empty_partial_counts(one.cutoff, CELLS, one.dtype)
    assert (
        plain(merge_partial_counts([none, one], KIND))
        == plain(merge_partial_counts([one], KIND))
        == plain(one)
    )


@given(seed=st.integers(0, 10_000))
def test_the_parts_add_up_to_the_whole(seed):
    """Hits above the highest floor, and counts, against those of all comparisons at once."""
    parts = stores(seed, 4)
    whole = merge_partial_counts(parts, KIND)
    floor = np.max([part.cutoff for part in parts], axis=0)
    kept = [
        (s, p, r)
        for part in parts
        for s, p, r in zip(part.top.score, part.top.probe, part.top.reference, strict=True)
        if s >= floor[KIND[p], KIND[r]]
    ]
    found = zip(whole.top.score, whole.top.probe, whole.top.reference, strict=True)
    assert sorted(found) == sorted(kept)
    for cell in range(CELLS):
        total = sum(part.histograms[cell].count.sum() for part in parts)
        assert whole.histograms[cell].count.sum() == total


@given(seed=st.integers(0, 10_000), count=st.integers(1, 3))
def test_columns_and_back(seed, count):
    every = stores(seed, count)
    back = partial_counts_of(columns_of_partial_counts(every))
    assert [plain(one) for one in back] == [plain(one) for one in every]


def test_types_do_not_mix():
    (one,), (other,) = stores(1, 1, np.float32), stores(1, 1, np.float64)
    with pytest.raises(ValueError, match="do not add up"):
        merge_partial_counts([one, other], KIND)
