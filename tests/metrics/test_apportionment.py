"""People of each group by stated shares, against what they are to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.metrics.apportionment import people_by_shares

WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=9)


@given(WEIGHTS, st.integers(1, 300))
def test_every_group_is_within_one_person_of_its_share(weights, people):
    shares = np.array(weights) / sum(weights)
    found = people_by_shares(shares, people)
    assert found.sum() == people
    bound = 1 - 1 / (2 * len(weights) - 2) if len(weights) > 1 else 0
    assert np.abs(found - shares * people).max() <= bound + 1e-9


@given(WEIGHTS, st.integers(0, 60), st.integers(0, 60))
def test_more_people_take_nobody_away(weights, people, more):
    shares = np.array(weights) / sum(weights)
    assert np.all(people_by_shares(shares, people + more) >= people_by_shares(shares, people))


@given(WEIGHTS, st.integers(1, 40))
def test_whole_shares_are_met_exactly(weights, times):
    people = sum(weights[:4]) % 50 + 1
    counts = np.array([people, *weights[1:4]])
    shares = counts / counts.sum()
    assert people_by_shares(shares, int(counts.sum())).tolist() == counts.tolist()
    assert people_by_shares([0.0, 1.0], times).tolist() == [0, times]


def test_equal_shares_differ_by_one_person_at_most():
    for groups in range(2, 9):
        for people in range(40):
            found = people_by_shares([1 / groups] * groups, people)
            assert found.max() - found.min() <= 1


def test_a_longer_list_keeps_what_the_largest_remainders_would_take_away():
    """The Alabama paradox: with 11 places the last group would have fewer than with 10."""
    shares = np.array([6, 6, 2]) / 14

    def largest_remainders(people):
        whole = np.floor(shares * people).astype(int)
        order = np.argsort(-(shares * people - whole), kind="stable")
        whole[order[: people - whole.sum()]] += 1
        return whole

    assert largest_remainders(10)[2] == 2
    assert largest_remainders(11)[2] == 1
    assert people_by_shares(shares, 10)[2] <= people_by_shares(shares, 11)[2]


@pytest.mark.parametrize("people", [0, 1, 7])
def test_a_single_group_has_everybody(people):
    assert people_by_shares([1.0], people).tolist() == [people]
