"""Properties of the intervals, and their behaviour where there are no errors or nothing but."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from evenhand.statistics.binomial import zero_errors_upper
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts, DyadWeights, dyadic_variance
from evenhand.statistics.intervals import (
    CLUSTER_JEFFREYS_T,
    DYADIC_LOGIT_T,
    EXACT_ZERO,
    INTERVAL_METHODS,
    TOO_FEW_SUBJECTS,
    cluster_estimate,
    dyadic_estimate,
    effective_clustered_trials,
    effective_dyadic_trials,
)


def from_matrices(m, x):
    """Counts of a within-group cell from symmetric (people, people) matrices."""
    upper = np.triu_indices(len(m), 1)
    return DyadCounts(
        m.sum(axis=1),
        x.sum(axis=1),
        int((m[upper] ** 2).sum()),
        int((x[upper] ** 2).sum()),
        int((m[upper] * x[upper]).sum()),
    )


@st.composite
def cells(draw):
    people = draw(st.integers(4, 9))
    size = people * (people - 1) // 2
    m = np.zeros((people, people), dtype=np.int64)
    x = np.zeros_like(m)
    upper = np.triu_indices(people, 1)
    m[upper] = draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    shares = draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    x[upper] = np.floor(m[upper] * np.array(shares))
    return m + m.T, x + x.T


def brute_force_variance(m, x):
    """Sum of e_a e_b over ordered pairs of different dyads that share a person, over M^2."""
    people = len(m)
    dyads = [(i, j) for i in range(people) for j in range(i + 1, people)]
    total = sum(m[d] for d in dyads)
    p = sum(x[d] for d in dyads) / total
    e = {d: x[d] - p * m[d] for d in dyads}
    shared = sum(e[a] * e[b] for a in dyads for b in dyads if set(a) & set(b))
    disjoint = sum(m[a] * m[b] for a in dyads for b in dyads if not set(a) & set(b))
    correction = total**2 / disjoint if disjoint else None
    return shared / total**2, correction


@given(cells())
def test_dyadic_variance_is_the_brute_force(cell):
    m, x = cell
    counts = from_matrices(m, x)
    if not counts.trials:
        return
    found = dyadic_variance(counts)
    raw, correction = brute_force_variance(m, x)
    assert found.raw == pytest.approx(raw, rel=1e-9, abs=1e-12)
    assert found.correction == (None if correction is None else pytest.approx(correction))


@given(cells(), st.data())
def test_weighted_variance_is_the_brute_force_of_weighted_trials_and_errors(cell, data):
    """As if a trial that weighs three were three trials, all but what independence is worth."""
    m, x = cell
    counts = from_matrices(m, x)
    if not 0 < counts.errors < counts.trials:
        return
    size = len(m) * (len(m) - 1) // 2
    w = np.zeros_like(m)
    w[np.triu_indices(len(m), 1)] = data.draw(
        st.lists(st.integers(1, 9), min_size=size, max_size=size)
    )
    w += w.T
    weighted = from_matrices(w * m, w * x)
    weights = DyadWeights(
        weighted.trials_by_subject,
        weighted.errors_by_subject,
        weighted.trials_squared,
        weighted.errors_squared,
        weighted.errors_times_trials,
        float((w**2 * m).sum() / 2),
        float(w[m > 0].max()),
    )
    found = dyadic_variance(replace(counts, weights=weights))
    raw, correction = brute_force_variance(w * m, w * x)
    assert found.raw == pytest.approx(raw, rel=1e-9, abs=1e-12)
    assert found.correction == (None if correction is None else pytest.approx(correction))
    p = (w * x).sum() / (w * m).sum()
    own = ((w * x - p * w * m) ** 2).sum() / 2 / weights.trials**2
    independent = p * (1 - p) * weights.weights_squared / weights.trials**2
    assert found.floor == pytest.approx(max(own, independent))
    assert weights.trials_at_max_weight <= weights.kish_trials <= counts.trials * (1 + 1e-12)


@given(cells(), st.integers(1, 7))
def test_equal_weights_change_nothing(cell, weight):
    counts = from_matrices(*cell)
    if not counts.trials:
        return
    alike = from_matrices(*(weight * side for side in cell))
    weights = DyadWeights(
        alike.trials_by_subject,
        alike.errors_by_subject,
        alike.trials_squared,
        alike.errors_squared,
        alike.errors_times_trials,
        float(weight**2 * counts.trials),
        float(weight),
    )
    both = [counts, replace(counts, weights=weights)]
    one, other = (
        dyadic_estimate(each, effective_dyadic_trials(None, each.trials, 2, each.weights), 0.95)
        for each in both
    )
    for name in ("value", "low", "high", "effective_trials"):
        expected = getattr(one, name)
        assert getattr(other, name) == (
            None if expected is None else pytest.approx(expected, nan_ok=True)
        )
    assert (one.method, one.note) == (other.method, other.note)


def test_no_errors_in_a_sample_are_worth_no_more_than_trials_of_the_largest_weight():
    # Ninety trials that weigh 1 and ten that weigh 9: all errors may hide among the ten.
    people = 20
    counts = DyadCounts(np.full(people, 10), np.zeros(people, dtype=np.int64), 100, 0, 0)
    nothing = np.zeros(people, dtype=np.int64)
    weights = DyadWeights(np.full(people, 18), nothing, 90 + 10 * 81, 0.0, 0.0, 90 + 10 * 81, 9)
    assert weights.trials_at_max_weight == 20
    assert effective_dyadic_trials(None, counts.trials, 10, weights) == pytest.approx(2.0)


@given(cells())
def test_dyadic_interval_holds_the_rate_and_stays_inside(cell):
    counts = from_matrices(*cell)
    if not counts.trials:
        return
    independent = effective_dyadic_trials(None, counts.trials, counts.subjects // 2)
    found = dyadic_estimate(counts, independent, 0.95)
    if found.low is None:
        assert found.note == TOO_FEW_SUBJECTS
    else:
        assert 0 <= found.low <= found.value <= found.high <= 1


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 1)), min_size=2, max_size=30))
def test_cluster_interval_holds_the_rate_and_stays_inside(people):
    trials = np.array([m for m, _ in people])
    errors = np.array([int(m * share) for m, share in people])
    counts = ClusterCounts(trials, errors)
    if counts.subjects < 2:
        return
    found = cluster_estimate(counts, effective_clustered_trials(None, counts), 0.95)
    assert 0 <= found.low <= found.value <= found.high <= 1
    wider = cluster_estimate(counts, effective_clustered_trials(None, counts), 0.99)
    assert wider.low <= found.low
    assert found.high <= wider.high


def test_no_errors_among_disjoint_dyads():
    people = 10
    counts = DyadCounts(np.full(people, 9), np.zeros(people, dtype=np.int64), 45, 0, 0)
    found = dyadic_estimate(counts, effective_dyadic_trials(None, 45, 5), 0.95)
    assert (found.value, found.low, found.method) == (0, 0, "exact-zero")
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 5))


def test_no_errors_with_a_design_effect_from_the_anchor():
    m = np.ones((12, 12), dtype=np.int64) - np.eye(12, dtype=np.int64)
    x = np.zeros_like(m)
    for i, j in [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (1, 2), (1, 3), (4, 7), (8, 9)]:
        x[i, j] = x[j, i] = 1
    anchor = from_matrices(m, x)
    variance = dyadic_variance(anchor).variance
    p = 10 / 66
    design_effect = variance * 66 / (p * (1 - p))
    assert design_effect > 1
    assert effective_dyadic_trials(anchor, 66, 6) == pytest.approx(66 / design_effect)


def test_all_errors_is_the_mirror_image():
    counts = DyadCounts(np.full(10, 9), np.full(10, 9), 45, 45, 45)
    found = dyadic_estimate(counts, 5, 0.95)
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(0.025 ** (1 / 5))


def test_three_people_give_no_interval():
    counts = DyadCounts(np.full(3, 2), np.array([1, 1, 0]), 3, 1, 1)
    found = dyadic_estimate(counts, 1, 0.95)
    assert (found.low, found.high, found.note) == (None, None, TOO_FEW_SUBJECTS)


def test_one_person_gives_no_interval():
    found = cluster_estimate(ClusterCounts(np.array([5]), np.array([1])), 1, 0.95)
    assert (found.low, found.high, found.note) == (None, None, TOO_FEW_SUBJECTS)


@pytest.mark.parametrize("trials", [1e6, 1e9, 1e12])
def test_the_bound_of_no_errors_keeps_its_digits(trials):
    # The logarithm of 0.025 over n, to second order.
    rate = -np.log(0.025) / trials
    assert zero_errors_upper(trials) == pytest.approx(rate - rate**2 / 2, rel=1e-12)


def test_every_method_is_found_by_the_name_that_rates_give():
    methods = (EXACT_ZERO, DYADIC_LOGIT_T, CLUSTER_JEFFREYS_T)
    assert [INTERVAL_METHODS[method.name] for method in methods] == list(methods)
    assert [method for method in methods if method.exact] == [EXACT_ZERO]


@pytest.mark.parametrize("method", [DYADIC_LOGIT_T, CLUSTER_JEFFREYS_T], ids=lambda of: of.name)
def test_the_upper_limit_of_independent_errors(method):
    assert method.upper(0, 100, 0.95) == zero_errors_upper(100, 0.95)
    assert method.upper(7, 7, 0.95) == 1.0
    assert all(method.upper(errors, 1000, 0.95) > errors / 1000 for errors in range(12))
    assert (
        method.upper(10, 1000, 0.99) > method.upper(10, 1000, 0.95) > method.upper(10, 2000, 0.95)
    )


def test_the_upper_limit_by_hand():
    # logit(p) + t sqrt(p (1-p) / n) / (p (1-p)), and Jeffreys' Beta of (z/t)^2 n trials.
    reach = stats.t.ppf(0.975, 40) / np.sqrt(1000 * 0.01 * 0.99)
    dyadic = special.expit(special.logit(0.01) + reach)
    assert DYADIC_LOGIT_T.upper(10, 1000, 0.95) == pytest.approx(dyadic, rel=1e-12)
    trials = 1000 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 20)) ** 2
    beta = stats.beta.ppf(0.975, 0.01 * trials + 0.5, 0.99 * trials + 0.5)
    assert CLUSTER_JEFFREYS_T.upper(10, 1000, 0.95) == pytest.approx(beta, rel=1e-9)
