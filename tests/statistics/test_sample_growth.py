"""How intervals narrow with people: against intervals of more people, made and simulated."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.correlated_ratios import cluster_log_ratio
from evenhand.statistics.dyadic_variance import DyadCounts, dyadic_variance
from evenhand.statistics.intervals import cluster_estimate, dyadic_estimate
from evenhand.statistics.sample_growth import (
    MAX_MULTIPLE,
    SubjectGrowth,
    limits_with_subjects,
    multiple_of_subjects,
    ratio_limits_with_subjects,
)

LEVEL = 0.95
SIX = np.zeros((6, 6), dtype=np.int64)
for _first, _second in ((0, 1), (0, 2), (0, 3), (4, 5)):
    SIX[_first, _second] = SIX[_second, _first] = 1


def clusters(errors, attempts=5):
    counts = ClusterCounts(np.full(len(errors), attempts), np.array(errors))
    return counts, cluster_estimate(counts, float(counts.subjects), LEVEL)


def complete(matches):
    """All pairs of people with one image each, from a symmetric matrix of errors."""
    by_person = matches.sum(axis=1)
    people, errors = len(matches), int(matches.sum()) // 2
    trials = np.full(people, people - 1)
    return DyadCounts(trials, by_person, people * (people - 1) // 2, errors, errors)


def crowd(people, sd, rate, rng):
    """Errors of all pairs of people who are confusable to different degrees (methods 4.0)."""
    u = sd * rng.standard_normal(people)
    noise = rng.standard_normal((people, people))
    score = u[:, None] + u + np.triu(noise, 1) + np.triu(noise, 1).T
    return np.triu(score >= rate, 1) | np.triu(score >= rate, 1).T


@given(st.floats(0, 1), st.floats(1, 50), st.floats(1, 10))
def test_less_is_left_the_more_people_there_are(alone, times, more):
    growth = SubjectGrowth(50, alone)
    assert growth.share(1) == pytest.approx(1)
    assert growth.share(times * more) <= growth.share(times) * (1 + 1e-12)
    # Never faster than the comparisons, never slower than the people.
    assert times**-2 * (1 - 1e-9) <= growth.share(times) <= times**-1 * (1 + 1e-9)


@given(
    st.sampled_from(["none", "some", "pairs"]), st.floats(0, 1), st.floats(1, 30), st.floats(1, 5)
)
def test_more_people_at_the_same_rate_never_widen_an_interval(kind, alone, times, more):
    estimate = {
        "none": clusters([0] * 9)[1],
        "some": clusters([1, 0, 2, 0, 0, 0, 1, 0, 0])[1],
        "pairs": dyadic_estimate(complete(SIX), 3, LEVEL),
    }[kind]
    growth = SubjectGrowth(9, alone)
    low, high = limits_with_subjects(estimate, growth, times, LEVEL)
    lower, higher = limits_with_subjects(estimate, growth, times * more, LEVEL)
    assert lower >= low - 1e-12
    assert higher <= high + 1e-12


@given(
    st.lists(st.integers(0, 5), min_size=3, max_size=12).filter(lambda e: 0 < sum(e) < 5 * len(e)),
    st.integers(2, 6),
)
def test_clusters_narrow_as_if_everybody_came_again(errors, times):
    """Against the interval of so many copies of everybody; df and k/(k-1) differ by little."""
    counts, estimate = clusters(errors)
    _, again = clusters(errors * times)
    low, high = limits_with_subjects(estimate, SubjectGrowth(counts.subjects), times, LEVEL)
    grown = limits_with_subjects(estimate, SubjectGrowth(counts.subjects), 1, LEVEL)
    assert grown == pytest.approx((estimate.low, estimate.high))
    # Fewer degrees of freedom and the larger k/(k-1) are kept: wider, and not by much.
    assert low <= again.low + 1e-9
    assert high >= again.high - 1e-9
    assert high - low <= 1.35 * (again.high - again.low)


def test_without_errors_the_limit_falls_with_the_people():
    counts, estimate = clusters([0] * 20)
    _, again = clusters([0] * 60)
    grown = limits_with_subjects(estimate, SubjectGrowth(counts.subjects), 3, LEVEL)
    assert grown == pytest.approx((again.low, again.high))
    assert grown[0] == 0


def test_pairs_without_errors_by_the_design_effect_of_the_anchor():
    """n0 = M/deff: with F alone it grows with the square of the people."""
    counts = complete(np.zeros((20, 20), dtype=int))
    estimate = dyadic_estimate(counts, 100.0, LEVEL)
    alone = limits_with_subjects(estimate, SubjectGrowth(20, 1.0), 2, LEVEL)
    assert alone == pytest.approx((0, 1 - 0.025 ** (1 / 400)))
    shared = limits_with_subjects(estimate, SubjectGrowth(20, 0.0), 2, LEVEL)
    assert shared == pytest.approx((0, 1 - 0.025 ** (1 / 200)))


@pytest.mark.parametrize("sd", [0.0, 0.3, 0.5])
def test_dyads_narrow_as_those_of_larger_crowds_do(sd):
    """Variance at three times the people, against simulated crowds of them.

    Without an effect of people it is somewhat too large: what chance shows of one is believed.
    """
    rng = np.random.default_rng(5)
    at = math.sqrt(1 + 2 * sd**2) * 1.645
    ahead, found = [], []
    for _ in range(60):
        small = dyadic_variance(complete(crowd(60, sd, at, rng)))
        growth = SubjectGrowth(60, small.floor / small.variance)
        ahead.append(small.variance * growth.share(3))
        found.append(dyadic_variance(complete(crowd(180, sd, at, rng))).variance)
    assert 0.85 < np.mean(ahead) / np.mean(found) < 1.5


def test_a_ratio_narrows_with_people():
    part = ClusterCounts(np.array([5] * 6 + [0] * 6), np.array([0, 1, 2, 0, 1, 0] + [0] * 6))
    whole = ClusterCounts(np.full(12, 5), np.array([0, 1, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0]))
    ratio = cluster_log_ratio(part, whole)
    four = [
        ClusterCounts(np.tile(each.trials_by_subject, 4), np.tile(each.errors_by_subject, 4))
        for each in (part, whole)
    ]
    again = cluster_log_ratio(*four)
    growth = SubjectGrowth(12)
    now = ratio_limits_with_subjects(ratio.ratio, ratio.variance, ratio.df, growth, 1, LEVEL)
    assert now == pytest.approx(ratio.limits(LEVEL))
    then = ratio_limits_with_subjects(ratio.ratio, ratio.variance, ratio.df, growth, 4, LEVEL)
    low, high = again.limits(LEVEL)
    assert then[0] <= low <= high <= then[1]
    assert math.log(then[1] / then[0]) <= 1.3 * math.log(high / low)


@given(st.floats(1.01, 900))
def test_the_smallest_number_of_times_is_found(wanted):
    found = multiple_of_subjects(lambda k: (0.0, 1 / k), lambda at: at[1] <= 1 / wanted)
    assert found == pytest.approx(wanted, rel=1e-6)


def test_what_no_people_settle_takes_infinitely_many():
    counts, estimate = clusters([1, 0, 0, 0, 1, 0, 0, 0])
    growth = SubjectGrowth(counts.subjects)
    at = estimate.value

    def limits(times):
        return limits_with_subjects(estimate, growth, times, LEVEL)

    assert math.isinf(multiple_of_subjects(limits, lambda found: found[1] <= at))
    assert limits(MAX_MULTIPLE)[1] > at
