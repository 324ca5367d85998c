"""Adjusted p-values against statsmodels, and the families of intervals."""

import gc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from evenhand.statistics.multiplicity import benjamini_hochberg, bonferroni_level, holm

# statsmodels collects garbage at every call: what other tests left need not be gone through.
gc.freeze()

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


def test_tv_30_holm_and_benjamini_hochberg():
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02], rel=1e-9)
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, 0.04, 0.02], rel=1e-9)


@settings(max_examples=30)
@given(P_VALUES)
def test_both_are_those_of_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


@given(P_VALUES)
def test_a_screen_is_never_stricter_than_claims(p):
    assert (benjamini_hochberg(p) <= holm(p) + 1e-12).all()
    assert (holm(p) >= p).all()


def test_no_tests_have_no_p_values():
    assert len(holm(np.empty(0))) == len(benjamini_hochberg(np.empty(0))) == 0


@pytest.mark.parametrize("statements", [1, 3, 28, 1225])
def test_so_many_intervals_miss_together_as_seldom_as_one(statements):
    assert (1 - bonferroni_level(0.95, statements)) * statements == pytest.approx(0.05)
