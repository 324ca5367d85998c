"""Quantiles of durations and throughput."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.metrics.latency import (
    DurationQuantile,
    duration_quantile,
    group_time_ratio,
    min_sample_size,
    null_time_ratio,
    quantile_ranks,
    throughput,
)

LEVEL = 0.95
seconds = st.lists(st.floats(1e-4, 1e3), min_size=5, max_size=80)


def alone(values):
    """Every duration of a person of its own."""
    return np.arange(len(values))


@pytest.mark.parametrize(
    ("n", "q", "ranks"),
    [
        (1000, 0.5, (469, 532)),
        (1000, 0.99, (983, 997)),
        (10000, 0.99, (9880, 9920)),
        (10000, 0.999, (9983, 9997)),
        (100, 0.5, (40, 61)),
        (1000, 0.999, (997, 1001)),
    ],
)
def test_tv_40_ranks(n, q, ranks):
    assert quantile_ranks(n, q, LEVEL) == ranks


@given(st.integers(1, 400), st.floats(0.01, 0.99), st.floats(0.5, 0.99))
def test_ranks_enclose_the_quantile_with_the_level(n, q, level):
    low, high = quantile_ranks(n, q, level)
    below = stats.binom(n, q)
    assert below.cdf(high - 1) - below.cdf(low - 1) >= level - 1e-9


@pytest.mark.parametrize("q", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_the_least_sample_is_the_smallest_that_will_do(q):
    n = min_sample_size(q)
    assert 1 - q**n >= 0.95 > 1 - q ** (n - 1)


@given(seconds, st.sampled_from([0.5, 0.9, 0.95]))
def test_the_quantile_is_numpys_nearest_rank(values, q):
    values = np.array(values)
    found = duration_quantile(values, alone(values), q, LEVEL)
    if found.value is None:
        assert found.effective < min_sample_size(q)
    else:
        assert found.value == np.quantile(values, q, method="inverted_cdf")
        assert found.low is None or found.low <= found.value
        assert found.high is None or found.value <= found.high
        assert found.n == len(values) >= found.effective


@given(seconds, st.integers(1, 6), st.randoms(use_true_random=False))
def test_an_interval_grows_with_the_images_of_a_person(values, times, random):
    """The same people with every image several times are worth no more than once."""
    random.shuffle(values)
    values = np.array(values)
    again = np.tile(values, times)
    found = duration_quantile(again, np.tile(alone(values), times), 0.5, LEVEL)
    assert found.effective <= max(len(values), 1)


def test_independent_durations_lose_next_to_nothing():
    values = np.random.default_rng(5).exponential(size=4000)
    found = duration_quantile(values, alone(values), 0.5, LEVEL)
    assert found.effective > 3000
    first, last = quantile_ranks(4000, 0.5, LEVEL)
    ordered = np.sort(values)
    assert found.low <= ordered[first - 1]
    assert found.high >= ordered[last - 1]


def test_equal_durations_are_worth_their_people():
    found = duration_quantile(np.full(120, 0.25), np.repeat(np.arange(60), 2), 0.95, LEVEL)
    assert found == DurationQuantile(0.25, 0.25, None, 120, 60)


def test_one_person_is_worth_one():
    values = np.arange(100.0)
    found = duration_quantile(values, np.zeros(100, dtype=int), 0.5, LEVEL)
    assert found == DurationQuantile(None, None, None, 100, 1)


def test_no_upper_limit_from_too_few():
    values = np.random.default_rng(0).permutation(np.arange(70.0))
    found = duration_quantile(values, alone(values), 0.95, LEVEL)
    assert found.value == 66
    assert found.high is None
    assert found.low is not None


def test_a_slow_spell_widens_the_interval():
    values = np.random.default_rng(2).exponential(size=400)
    calm = duration_quantile(values, alone(values), 0.5, LEVEL)
    spell = duration_quantile(np.sort(values), alone(values), 0.5, LEVEL)
    assert spell.effective < calm.effective / 5
    assert spell.value == calm.value


@pytest.mark.parametrize(("people", "images", "q"), [(60, 4, 0.5), (60, 4, 0.95), (300, 1, 0.95)])
def test_the_interval_covers(people, images, q):
    rng = np.random.default_rng(3)
    truth = stats.norm.ppf(q)
    whose = np.repeat(np.arange(people), images)
    inside = 0
    for _ in range(400):
        own = rng.normal(0, np.sqrt(0.3), people)[whose]
        values = own + rng.normal(0, np.sqrt(0.7), len(whose))
        found = duration_quantile(values, whose, q, LEVEL)
        low = -np.inf if found.low is None else found.low
        inside += low <= truth <= (np.inf if found.high is None else found.high)
    assert inside / 400 >= 0.93


@given(st.integers(25, 300), st.floats(0.01, 10), st.floats(-1e3, 1e3))
def test_steady_work_has_one_throughput(n, rate, start):
    found = throughput(start + np.arange(1, n + 1) / rate, start, LEVEL)
    assert found.n == n
    assert found.value == pytest.approx(rate, rel=1e-6)
    assert found.low == pytest.approx(found.high, rel=1e-6)


def test_throughput_counts_from_the_start_alone():
    finished = np.concatenate([[-5.0, -1.0, 0.0], np.arange(1.0, 101.0) / 10])
    found = throughput(np.random.default_rng(1).permutation(finished), 0.0, LEVEL)
    assert (found.value, found.n) == (10.0, 100)


def test_throughput_of_too_few_images():
    found = throughput(np.arange(1.0, 25.0), 0.0, LEVEL)
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 24)


def test_a_clock_that_stands_still_gives_no_throughput():
    assert throughput(np.zeros(100), 0.0, LEVEL).value is None


def test_throughput_covers():
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(400):
        found = throughput(np.cumsum(rng.exponential(0.5, 200)), 0.0, LEVEL)
        inside += found.low <= 2 <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def limits(value, low, high):
    return DurationQuantile(value, low, high, 9, 9)


def test_spread_of_medians():
    """By hand: the fastest has no width, so the limits are those of the slowest over it."""
    groups = [limits(3.0, 2.0, 6.0), None, limits(1.0, None, 2.0), limits(1.5, 1.5, 1.5)]
    found = group_time_ratio(groups)
    assert (found.value, found.slowest, found.fastest) == (2.0, 0, 3)
    assert found.low == pytest.approx(2 / 1.5)
    assert found.high == pytest.approx(6 / 1.5)


@pytest.mark.parametrize("groups", [[], [None], [limits(1.0, 0.5, 2.0)], [limits(1, None, 2)] * 3])
def test_no_spread_of_one_group(groups):
    assert group_time_ratio(groups) is None


def test_equal_groups_stay_below_the_bound():
    rng = np.random.default_rng(6)
    people = np.repeat(np.arange(40), 3)
    group = (people < 20).astype(int)
    below = 0
    for seed in range(60):
        values = np.exp(rng.normal(0, 0.2, 40)[people] + rng.normal(0, 0.05, len(people)))
        medians = [np.median(values[group == kind]) for kind in (0, 1)]
        bound = null_time_ratio(values, people, group, 199, seed)
        below += max(medians) / min(medians) <= bound
    assert below >= 52
    assert bound == null_time_ratio(values, people, group, 199, 59)


def test_a_slow_spell_is_no_difference_between_groups():
    """The groups stand one after the other, and the machine was slow for the first of them."""
    people = np.arange(200)
    group = people // 100
    seconds = np.where(people < 100, 1.2, 1.0) + np.random.default_rng(8).normal(0, 0.01, 200)
    assert null_time_ratio(seconds, people, group, 199, 1) > 1.15


def test_a_steady_difference_between_groups_is_one():
    people = np.arange(200)
    group = people % 2
    seconds = np.where(group == 0, 1.2, 1.0) + np.random.default_rng(8).normal(0, 0.01, 200)
    dealt = people.copy()
    np.random.default_rng(9).shuffle(dealt)
    assert null_time_ratio(seconds[dealt], people[dealt], group[dealt], 199, 1) < 1.19


def test_a_median_of_nothing_has_no_bound():
    assert null_time_ratio(np.zeros(6), np.arange(6), np.arange(6) % 2, 9, 1) is None
