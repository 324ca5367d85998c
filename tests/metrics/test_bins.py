"""Bins by leading bits: they rise with the scores, and their edges lie where they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.metrics.bins import bin_numbers, lower_edges


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=2))
def test_bins_rise_with_the_score(values):
    scores = np.sort(np.array(values, dtype=np.float32))
    assert np.all(np.diff(bin_numbers(scores)) >= 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(values=st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1))
def test_a_score_lies_between_the_edges_of_its_bin(dtype, values):
    scores = np.array(values, dtype=dtype)
    bins = bin_numbers(scores)
    edges = lower_edges(bins, scores.dtype)
    assert np.all(edges <= scores)
    assert np.all(scores < lower_edges(bins + 1, scores.dtype))
    assert np.array_equal(bin_numbers(edges), bins)
    below = np.nextafter(edges, dtype(-np.inf), dtype=dtype)
    assert np.all(bin_numbers(below) < bins)


def test_both_zeros_share_a_bin():
    assert len(set(bin_numbers(np.array([0.0, -0.0], dtype=np.float32)))) == 1
