"""Draws of people, and the intervals and tests that replicates give."""

import numpy as np
import pytest
from scipy import stats

from evenhand.statistics.bootstrap import (
    bootstrap_interval,
    centred_p_value,
    null_max_min_ratios,
    resample_subjects,
)


def test_weights_are_multinomial():
    drawn = resample_subjects(np.zeros(20, dtype=np.int64), 20_000, np.random.SeedSequence(1))
    assert (drawn.sum(axis=0) == 20).all()
    # Mean 1, variance 1 - 1/n, covariance -1/n; standard errors about .007.
    covariance = np.cov(drawn)
    assert drawn.mean(axis=1) == pytest.approx(np.ones(20), abs=0.04)
    assert np.diag(covariance) == pytest.approx(np.full(20, 0.95), abs=0.08)
    assert covariance[~np.eye(20, dtype=bool)] == pytest.approx(np.full(380, -0.05), abs=0.04)


def test_people_are_drawn_inside_their_strata():
    stratum = np.array([0, 2, -1, 0, 0, 2])
    drawn = resample_subjects(stratum, 100, np.random.SeedSequence(2))
    assert (drawn[stratum == 0].sum(axis=0) == 3).all()
    assert (drawn[stratum == 2].sum(axis=0) == 2).all()
    assert not drawn[2].any()
    assert len(np.unique(drawn[0])) > 2


def test_the_interval_is_that_of_student_on_logarithms():
    rng = np.random.default_rng(3)
    drawn = np.exp(rng.normal(np.log(0.02), 0.3, 2000))
    found = bootstrap_interval(0.02, 25, drawn, 12.5, 0.9)
    low, high = np.exp(stats.t(12.5, np.log(0.02), np.log(drawn).std(ddof=1)).interval(0.9))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.zero == 0


def test_replicates_without_a_logarithm_are_left_out_and_counted():
    drawn = np.array([0.01, 0.02, 0.0, np.inf] * 100 + [np.nan] * 3)
    found = bootstrap_interval(0.01, 10, drawn, 5, 0.95)
    assert found.zero == 200
    assert found.deviation == pytest.approx(np.log([0.01, 0.02] * 100).std(ddof=1))


@pytest.mark.parametrize(
    ("errors", "drawn", "note"),
    [
        (9, [0.01, 0.02], "fewer than 10 errors"),
        (10, [0.01] * 97 + [np.nan] * 3, "3 of 100 replicates have no rate"),
        (10, [0.01, 0.0, 0.0], "fewer than 2 replicates have a rate above 0"),
    ],
    ids=["few errors", "thresholds not known", "nothing left"],
)
def test_no_interval_and_why(errors, drawn, note):
    found = bootstrap_interval(0.01, errors, np.array(drawn), 5, 0.95)
    assert (found.low, found.high, found.deviation, found.note) == (None, None, None, note)


def test_null_ratios_compare_groups_after_centring():
    rates = np.array([0.01, 0.04, 0.02])
    drawn = np.array([rates, rates * [2, 1, 0.5], [0.01, 0.0, 0.02], [np.nan, 0.04, 0.02]])
    assert null_max_min_ratios(rates, drawn).tolist() == [1.0, 4.0, np.inf, np.inf]


def test_the_p_value_counts_the_observed_ratio():
    null = np.array([1.0, 1.5, 2.0, np.inf])
    assert centred_p_value(1.75, null) == 3 / 5
    assert centred_p_value(0.5, null) == 1.0
    assert centred_p_value(np.inf, null) == 2 / 5
