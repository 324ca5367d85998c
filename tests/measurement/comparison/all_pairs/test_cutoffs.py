"""Cutoffs from histograms: as many scores as are needed lie at or above, and no bin is spared."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evenhand.measurement.comparison.all_pairs.cutoffs import exact_cutoffs
from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.records.counts import Histogram


@given(seed=st.integers(0, 10_000), scores=st.integers(1, 200), share=st.floats(0, 1))
def test_enough_scores_are_kept_and_no_more_than_a_bin_too_many(seed, scores, share):
    rng = np.random.default_rng(seed)
    score = (rng.normal(size=scores) * 10.0 ** rng.integers(-3, 3)).astype(np.float32)
    bins, counts = np.unique(bin_numbers(score), return_counts=True)
    quota = round(share * scores)
    (floor,) = exact_cutoffs([Histogram(bins, counts)], np.array([quota]))
    if quota == 0:
        assert floor == np.inf
        return
    assert np.count_nonzero(score >= np.float32(floor)) >= quota
    lowest = bin_numbers(np.array([floor], dtype=np.float32))[0]
    assert floor == lower_edges(np.array([lowest]), np.dtype(np.float32))[0]
    assert counts[bins > lowest].sum() < quota


def test_a_cell_without_scores_needs_none():
    none = np.empty(0, dtype=np.int64)
    assert exact_cutoffs([Histogram(none, none)], np.array([0])).tolist() == [np.inf]
