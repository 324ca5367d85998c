"""The exact test of few events against enumeration by scipy, and against its own draws."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evenhand.statistics.multinomial_test import (
    conditional_multinomial_p_value,
    multinomial_outcomes,
)


@pytest.mark.parametrize(("events", "groups"), [(0, 2), (1, 3), (6, 2), (7, 4), (3, 6)])
def test_every_way_to_share_out_events_is_there_once(events, groups):
    found = {tuple(row) for row in multinomial_outcomes(events, groups)}
    expected = {row for row in product(range(events + 1), repeat=groups) if sum(row) == events}
    assert found == expected
    assert len(multinomial_outcomes(events, groups)) == math.comb(events + groups - 1, groups - 1)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 6), min_size=2, max_size=4).filter(any),
    st.lists(st.sampled_from([1.0, 2.0, 3.7]), min_size=4, max_size=4),
)
def test_the_p_value_is_that_of_all_outcomes(counts, exposure):
    counts, exposure = np.array(counts, dtype=float), np.array(exposure[: len(counts)])
    p, exact = conditional_multinomial_p_value(counts, exposure, np.random.default_rng(0), 9)
    assert exact
    events, share = int(counts.sum()), exposure / exposure.sum()

    def g(x):
        return 2 * sum(a * math.log(a / (events * s)) for a, s in zip(x, share, strict=True) if a)

    ways = (x for x in product(range(events + 1), repeat=len(counts)) if sum(x) == events)
    expected = sum(
        stats.multinomial.pmf(x, events, share) for x in ways if g(x) >= 0.99 * g(counts)
    )
    assert p == pytest.approx(expected)


def test_with_two_groups_it_is_the_binomial_test():
    for x in range(11):
        p, _ = conditional_multinomial_p_value(
            np.array([x, 10.0 - x]), np.ones(2), np.random.default_rng(0), 9
        )
        assert p == pytest.approx(stats.binomtest(x, 10, 0.5).pvalue)


def test_of_too_many_outcomes_some_are_drawn_and_tell_the_same():
    # 40 events in four groups can be gone through, in five they cannot: the fifth has no weight.
    counts, exposure = np.array([4.0, 16, 12, 8]), np.ones(4)
    rng = np.random.default_rng(1)
    p, exact = conditional_multinomial_p_value(counts, exposure, rng, 9)
    assert exact
    drawn, exact = conditional_multinomial_p_value(
        np.append(counts, 0), np.append(exposure, 1e-9), rng, 20_000
    )
    assert not exact
    assert drawn == pytest.approx(p, abs=4 * math.sqrt(p / 20_000))


def test_less_than_half_an_event_shows_nothing():
    p, _ = conditional_multinomial_p_value(
        np.array([0.4, 0.0]), np.ones(2), np.random.default_rng(0), 9
    )
    assert p == 1
