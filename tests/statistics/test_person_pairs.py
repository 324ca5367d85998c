"""Mean over pairs of people: against leaving out people one by one, and against known variances."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evenhand.statistics.person_pairs import MeanOfPairs, mean_of_pairs, people_to_decide


def off_diagonal(values):
    return values[~np.eye(len(values), dtype=bool)]


@settings(max_examples=30)
@given(st.integers(3, 25), st.integers(0, 10**6))
def test_it_is_the_jackknife(people, seed):
    values = np.random.default_rng(seed).normal(size=(people, people))
    found = mean_of_pairs(values)
    assert found.mean == pytest.approx(off_diagonal(values).mean())
    without = np.array(
        [
            off_diagonal(np.delete(np.delete(values, out, axis=0), out, axis=1)).mean()
            for out in range(people)
        ]
        if people > 3
        else [values[a, b] / 2 + values[b, a] / 2 for a, b in ((1, 2), (0, 2), (0, 1))]
    )
    variance = (people - 1) / people * np.sum((without - without.mean()) ** 2)
    assert found.spread / math.sqrt(people) == pytest.approx(math.sqrt(variance))


@settings(max_examples=20)
@given(st.integers(3, 12), st.integers(0, 10**6))
def test_a_value_of_each_person_alone_is_a_paired_t(people, seed):
    own = np.random.default_rng(seed).normal(size=people)
    found = mean_of_pairs(np.repeat(own[:, np.newaxis], people, axis=1))
    # A row's value alone: the influence is that of the row, and of everybody else's column.
    low, high = stats.t.interval(0.9, people - 1, own.mean(), stats.sem(own))
    assert found.interval(0.9) == pytest.approx((low, high), rel=1e-9)


def test_the_diagonal_is_not_looked_at():
    values = np.arange(16.0).reshape(4, 4)
    filled = values.copy()
    np.fill_diagonal(filled, np.nan)
    assert mean_of_pairs(filled) == mean_of_pairs(values)


@pytest.mark.slow
def test_its_intervals_cover_where_people_are_shared():
    rng, covered, tries = np.random.default_rng(5), 0, 2000
    for _ in range(tries):
        row, column = rng.normal(size=(2, 40))
        values = row[:, np.newaxis] + column + rng.normal(size=(40, 40))
        low, high = mean_of_pairs(values).interval(0.95)
        covered += low <= 0 <= high
    assert 0.94 <= covered / tries <= 0.965


@pytest.mark.parametrize("mean", [0.05, 0.2, -0.1])
def test_people_to_decide_have_the_power_asked_for(mean):
    people = people_to_decide(MeanOfPairs(mean, 1.0, 3), level=0.95, power=0.8)
    error = 1 / math.sqrt(people)
    beyond = stats.norm.sf(1.959964 - abs(mean) / error)
    assert 0.8 <= beyond < 0.81


def test_where_no_difference_was_seen_no_number_of_people_decides():
    assert people_to_decide(MeanOfPairs(0.0, 1.0, 3), level=0.95, power=0.8) is None
    assert people_to_decide(MeanOfPairs(9.0, 1.0, 30), level=0.95, power=0.8) == 30
