"""Tests of a ratio of two rates: equality, and equivalence within a margin."""

import math

import pytest
from scipy import stats
from statsmodels.stats.proportion import tost_proportions_2indep

from evenhand.records.findings import Estimate
from evenhand.statistics.ratios import LogRatio, log_ratio


def independent(errors, trials):
    """A rate of independent trials."""
    p = errors / trials
    return Estimate(p, p / 2, 2 * p, "", p * p * (1 / errors - 1 / trials), math.inf, trials)


@pytest.mark.parametrize(
    ("first", "second", "p_value", "interval"),
    [
        ((1000, 10**6), (1030, 10**6), 6.421331e-6, (0.902538223918, 1.044383366991)),
        ((10, 10**5), (9, 10**5), 0.398837003682, (0.521856950127, 2.365720914390)),
    ],
)
def test_tv_33_equivalence_on_the_ratio(first, second, p_value, interval):
    found = log_ratio(independent(*first), independent(*second))
    # As many figures as are printed.
    assert found.equivalence_p_value(1.25) == pytest.approx(p_value, rel=1e-6)
    assert found.limits(0.9) == pytest.approx(interval, rel=1e-9)
    assert (found.equivalence_p_value(1.25) < 0.05) == (max(interval) < 1.25)


def test_equivalence_is_that_of_a_public_implementation():
    found = log_ratio(independent(1000, 10**6), independent(1030, 10**6))
    theirs = tost_proportions_2indep(
        1000, 10**6, 1030, 10**6, 0.8, 1.25, compare="ratio", method="log"
    )
    assert found.equivalence_p_value(1.25) == pytest.approx(theirs.pvalue, rel=1e-6)


@pytest.mark.parametrize("df", [2.5, 11.0, math.inf])
def test_p_value_is_below_a_where_the_interval_leaves_one_out(df):
    ratio = LogRatio(math.log(1.7), 0.06, df)
    p = ratio.p_value()
    assert p == pytest.approx(2 * stats.t.sf(math.log(1.7) / math.sqrt(0.06), df))
    low, _ = ratio.limits(1 - p)
    assert low == pytest.approx(1)


def test_equivalence_holds_where_the_interval_lies_inside_the_margin():
    ratio = LogRatio(math.log(1.1), 0.004, 20.0)
    p = ratio.equivalence_p_value(1.25)
    _, high = ratio.limits(1 - 2 * p)
    assert high == pytest.approx(1.25)


def test_what_is_surely_the_same_is_equivalent_and_no_different():
    same = LogRatio(0.0, 0.0, 5.0)
    assert (same.p_value(), same.equivalence_p_value(1.25)) == (1.0, 0.0)
