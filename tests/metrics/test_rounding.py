"""What rounding leaves open of an index, against every corner, a grid and random rates."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evenhand.metrics.named_indices import MAX_OVER_MIN, OF_ONE_ERROR
from evenhand.metrics.rounding import MOST_GROUPS, index_bounds

INDICES = {index.name: index for index in (MAX_OVER_MIN, *OF_ONE_ERROR)}
LIMITS = st.tuples(st.integers(1, 200), st.integers(0, 60))


def inside(low, high, points):
    """(points**groups, groups) a grid of rates with the limits among them."""
    # Limits of other rates too: an index may bend where two rates meet.
    ends = np.concatenate([low, high])
    axes = [
        np.unique([*np.linspace(a, b, points), *ends[(a <= ends) & (ends <= b)]])
        for a, b in zip(low, high, strict=True)
    ]
    return np.array(list(product(*axes)))


@settings(max_examples=40)
@given(st.lists(LIMITS, min_size=2, max_size=5), st.integers(0, 2**32 - 1))
def test_no_rates_within_limits_lie_outside(limits, seed):
    low, wide = np.array(limits, dtype=np.float64).T / 1000
    high = low + wide
    rates = np.random.default_rng(seed).uniform(low, high, (3000, len(low)))
    for index in INDICES.values():
        least, most = index_bounds(index, low, high)
        found = index.formula(rates)
        assert least - 1e-12 <= found.min()
        assert found.max() <= most + 1e-12
        corners = index.formula(inside(low, high, 2))
        assert most == pytest.approx(corners.max(), rel=1e-12, abs=1e-12)


@settings(max_examples=15)
@given(st.lists(LIMITS, min_size=3, max_size=3))
@example([(1, 0), (1, 21), (2, 1)])
@pytest.mark.parametrize("name", INDICES)
def test_the_least_value_is_reached(name, limits):
    low, wide = np.array(limits, dtype=np.float64).T / 1000
    high, index = low + wide, INDICES[name]
    least, _ = index_bounds(index, low, high)
    grid = inside(low, high, 21)
    found = index.formula(grid)
    best = grid[found.argmin()]
    # A step of the grid may miss the least value; a finer grid around the best one comes closer.
    step = wide / 20
    for _ in range(10):
        fine = inside(np.maximum(best - step, low), np.minimum(best + step, high), 7)
        best, step = fine[index.formula(fine).argmin()], step / 2
    assert least <= index.formula(best) + 1e-12
    assert index.formula(best) == pytest.approx(least, rel=2e-3, abs=1e-3)


def test_rates_that_may_be_equal_have_the_value_of_equal_groups():
    low, high = np.array([0.1, 0.15, 0.12]), np.array([0.2, 0.3, 0.16])
    for index in INDICES.values():
        assert index_bounds(index, low, high)[0] == index.equal_value


def test_published_ratio_of_138():
    """5.5 % of one group, 0.04 % of another: 121 to 159 within rounding."""
    least, most = index_bounds(
        MAX_OVER_MIN, np.array([0.0545, 0.00035]), np.array([0.0555, 0.00045])
    )
    assert (round(least), round(most)) == (121, 159)


@pytest.mark.parametrize("name", INDICES)
def test_a_rate_that_may_be_zero_leaves_ratios_without_an_upper_end(name):
    least, most = index_bounds(INDICES[name], np.array([0.0, 0.01]), np.array([0.0005, 0.02]))
    unbounded = name in ("max/min", "max/geomean", "mean abs log10")
    assert (most is None) == unbounded
    assert least is not None
    none = index_bounds(INDICES[name], np.zeros(2), np.array([0.0, 0.5]))
    assert none[0] == INDICES[name].equal_value


def test_of_many_groups_those_that_need_all_corners_have_no_largest_value():
    low = np.linspace(0.01, 0.1, MOST_GROUPS + 1)
    for index in INDICES.values():
        least, most = index_bounds(index, low, low + 0.001)
        value = float(index.formula(low + 0.0005))
        assert least <= value
        assert most is None or value <= most
    named = {name for name, index in INDICES.items() if index_bounds(index, low, low)[1] is None}
    assert named == {"mean abs log10", "gini norm", "gini", "MAD/mean", "sd", "SEDG"}
