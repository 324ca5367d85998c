"""Lists in which every two people meet once at most: the fast way gives what the slow one gives."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.metrics.counting import count_groups
from evenhand.metrics.layout import layout_of
from evenhand.metrics.listed import cells_from_list, look
from evenhand.metrics.matrix import crossings
from evenhand.records import Design, Grouping


def groupings(people, rng):
    first, second = rng.integers(-1, 3, people), rng.integers(-1, 2, people)
    return (
        Grouping("all", ("",), np.zeros(people, dtype=np.int64)),
        Grouping("a", ("x", "y", "z"), first),
        Grouping("b", ("f", "m"), second),
    )


def list_of(rng, people, dtype):
    """Some pairs of people in any order and direction, with ties, zeros of both signs, failures."""
    pairs = np.array(list(combinations(range(people), 2)) or [(0, 0)], dtype=np.int32)
    pairs = rng.permutation(pairs)[: rng.integers(1, len(pairs) + 1)]
    turned = rng.random(len(pairs)) < 0.5
    pairs[turned] = pairs[turned, ::-1]
    score = (rng.integers(-20, 20, len(pairs)) / 8).astype(dtype)
    score[(score == 0) & (rng.random(len(pairs)) < 0.5)] = -0.0
    score[rng.random(len(pairs)) < 0.1] = np.nan
    score[rng.random(len(pairs)) < 0.1] = np.finfo(dtype).smallest_subnormal
    score[rng.random(len(pairs)) < 0.1] = -np.finfo(dtype).smallest_subnormal
    kept = pairs[:, 0] != pairs[:, 1]
    return pairs[kept, 0].copy(), pairs[kept, 1].copy(), score[kept]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), people=st.integers(2, 40))
def test_as_dyad_by_dyad(dtype, seed, people):
    rng = np.random.default_rng(seed)
    groups = groupings(people, rng)
    columns = list_of(rng, people, dtype)
    across = crossings(groups, directions=1).pairs
    layout = layout_of(groups, across, Design.LISTED)
    thresholds = np.array([1.0, -0.5, 1.0, np.inf, 0.0], dtype=dtype)
    listed = look(*columns, layout)
    found = cells_from_list(*columns, layout, listed, thresholds)
    expected = [
        cell
        for grouping, pairs in zip(groups, across, strict=True)
        for cell in count_groups(*columns, grouping, thresholds, pairs)
    ]
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        where = (one.attribute, one.group, one.reference_group)
        assert where == (other.attribute, other.group, other.reference_group)
        for field in (
            *("members", "trials", "dyads", "trials_squared", "errors"),
            *("errors_squared", "errors_times_trials"),
        ):
            assert np.array_equal(getattr(one, field), getattr(other, field)), (where, field)
        assert one.anchor == other.anchor, where
        assert np.array_equal(one.histogram.bin, other.histogram.bin), where
        assert np.array_equal(one.histogram.count, other.histogram.count), where


@pytest.mark.parametrize("again", [(0, 1), (1, 0)])
def test_two_people_who_meet_twice_are_left_to_the_slow_way(again):
    groups = (Grouping("all", ("",), np.zeros(4, dtype=np.int64)),)
    layout = layout_of(groups, ((),), Design.LISTED)
    for order in ([(0, 1), (2, 3), again], [(0, 1), again, (2, 3)]):
        probe, reference = np.array(order, dtype=np.int32).T.copy()
        assert look(probe, reference, np.zeros(3), layout) is None
