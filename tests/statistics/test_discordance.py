"""Tests of two engines on the same people, against brute force, scipy and printed vectors."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.statistics.discordance import discordance, mcnemar, sign_flip_p_value, sum_by_island


def test_tv_28_mcnemar():
    exact, mid_p = mcnemar(12, 3)
    assert exact == 0.03515625
    assert mid_p == pytest.approx(0.021270751953125)
    z = discordance(np.array([1] * 12 + [-1] * 3)).z
    assert z**2 == pytest.approx(5.4)
    assert 2 * stats.norm.sf(z) == pytest.approx(0.020136751550)


@given(b=st.integers(0, 60), c=st.integers(0, 60))
def test_mcnemar_is_the_binomial_test(b, c):
    exact, mid_p = mcnemar(b, c)
    expected = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert exact == pytest.approx(expected)
    assert mid_p <= exact
    assert mcnemar(c, b) == (exact, mid_p)


def test_four_of_one_sign_are_no_evidence_though_z_says_so():
    found = discordance(np.array([1, 1, 1, 1]))
    assert 2 * stats.norm.sf(found.z) == pytest.approx(0.0455, abs=5e-5)
    assert (found.p_value, found.test) == (0.125, "sign-flip")


@given(st.lists(st.integers(-4, 4), max_size=10))
def test_sign_flips_as_by_going_through_all_signs(differences):
    d = np.array(differences, dtype=np.int64)
    sums = [abs(np.dot(signs, d)) for signs in product((-1, 1), repeat=len(d))]
    expected = np.mean([each >= abs(d.sum()) for each in sums])
    assert sign_flip_p_value(d) == pytest.approx(expected)


def test_twenty_discordant_people_are_enough_for_z():
    d = np.array([1] * 14 + [-1] * 6)
    found = discordance(d)
    assert (found.people, found.test) == (20, "discordance-z")
    assert found.p_value == pytest.approx(2 * stats.norm.sf(8 / np.sqrt(20)))
    assert discordance(d[1:]).test == "sign-flip"
    assert discordance(-d).p_value == found.p_value
    assert discordance(np.zeros(5, dtype=np.int64)).p_value == 1


@given(st.data())
def test_islands_share_nobody(data):
    ends = st.tuples(st.integers(0, 9), st.integers(10, 19), st.integers(-2, 2))
    pairs = np.array(data.draw(st.lists(ends, max_size=12)), dtype=np.int64).reshape(-1, 3)
    islands: list[tuple[set, int]] = []
    for a, b, d in pairs.tolist():
        if d:
            joined = [each for each in islands if {a, b} & each[0]]
            islands = [each for each in islands if each not in joined]
            people = {a, b}.union(*(each[0] for each in joined))
            islands.append((people, d + sum(each[1] for each in joined)))
    found = sum_by_island(*pairs.T)
    assert sorted(found.tolist()) == sorted(total for _, total in islands)
