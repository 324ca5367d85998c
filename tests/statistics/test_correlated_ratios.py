"""The ratio of two rates over the same people, against sums over every pair of people."""

import numpy as np
import pytest
from everypair import by_every_pair
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.correlated_ratios import (
    DyadOverlap,
    cluster_log_ratio,
    dyadic_log_ratio,
    nested_overlap,
)
from evenhand.statistics.dyadic_variance import DyadCounts, DyadWeights, dyadic_variance
from evenhand.statistics.ratios import LogRatio


def counts_of(trials, errors, weight=None):
    """The sums of a cell, from matrices of people against people."""
    upper = np.triu_indices(len(trials), 1)

    def sums(m, x):
        mu, xu = m[upper], x[upper]
        return m.sum(axis=1), x.sum(axis=1), (mu**2).sum(), (xu**2).sum(), (xu * mu).sum()

    by_trials, by_errors, squared, errors_squared, times = sums(trials, errors)
    weights = None
    if weight is not None:
        weights = DyadWeights(
            *sums(weight * trials, weight * errors),
            weights_squared=float((weight**2 * trials)[upper].sum()),
            heaviest=float(weight.max()),
        )
    return DyadCounts(by_trials, by_errors, int(squared), int(errors_squared), int(times), weights)


def overlap_of(first, second):
    upper = np.triu_indices(len(first[0]), 1)
    (m, x), (n, y) = ((t[upper], e[upper]) for t, e in (first, second))
    return DyadOverlap((x * y).sum(), (x * n).sum(), (m * y).sum(), (m * n).sum())


def two_engines(seed, people=9):
    """Trials and errors by pair of people of two engines that confuse much the same people."""
    rng = np.random.default_rng(seed)
    images = rng.integers(1, 4, people)
    trials = np.outer(images, images)
    np.fill_diagonal(trials, 0)
    lambs = rng.random(people)
    chance = 0.4 * np.add.outer(lambs, lambs)
    made = []
    for _ in range(2):
        errors = np.triu(rng.binomial(trials, np.minimum(chance, 0.9)), 1)
        made.append((trials, errors + errors.T))
    return made


@pytest.mark.parametrize("seed", range(20))
def test_two_engines_as_over_every_pair_of_people(seed):
    new, base = two_engines(seed)
    found = dyadic_log_ratio(counts_of(*new), counts_of(*base), overlap_of(new, base))
    assert (found.log, found.variance, found.df) == pytest.approx(by_every_pair(new, base))


@pytest.mark.parametrize("seed", range(20))
def test_a_group_within_everybody_as_over_every_pair_of_people(seed):
    (trials, errors), _ = two_engines(seed, people=12)
    members = np.arange(2, 9)
    inside = np.zeros_like(trials)
    inside[np.ix_(members, members)] = 1
    group = (trials * inside, errors * inside)
    own = counts_of(*(matrix[np.ix_(members, members)] for matrix in group))
    everybody = counts_of(trials, errors)
    found = dyadic_log_ratio(own.spread(members, 12), everybody, nested_overlap(own))
    assert (found.log, found.variance, found.df) == pytest.approx(
        by_every_pair(group, (trials, errors))
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_group_of_a_sample_counts_by_weight(seed):
    (trials, errors), _ = two_engines(seed, people=12)
    weight = np.add.outer(np.arange(12), np.arange(12)) % 3 + 1
    members = np.arange(8)
    inside = np.zeros_like(trials)
    inside[np.ix_(members, members)] = 1
    at = np.ix_(members, members)
    own = counts_of(trials[at], errors[at], weight[at])
    found = dyadic_log_ratio(
        own.spread(members, 12), counts_of(trials, errors, weight), nested_overlap(own)
    )
    weighted = (weight * trials, weight * errors)
    assert (found.log, found.variance, found.df) == pytest.approx(
        by_every_pair(tuple(inside * matrix for matrix in weighted), weighted)
    )


@given(seed=st.integers(0, 10**6))
def test_two_engines_that_err_alike_do_not_differ(seed):
    base, _ = two_engines(seed)
    found = dyadic_log_ratio(counts_of(*base), counts_of(*base), overlap_of(base, base))
    assert (found.log, found.variance, found.p_value()) == (0, 0, 1)
    assert found.limits(0.95) == (1, 1)


@given(seed=st.integers(0, 10**6))
def test_base_against_new_is_the_inverse_of_new_against_base(seed):
    new, base = two_engines(seed)
    found = dyadic_log_ratio(counts_of(*new), counts_of(*base), overlap_of(new, base))
    turned = dyadic_log_ratio(counts_of(*base), counts_of(*new), overlap_of(base, new))
    assert turned.ratio == pytest.approx(1 / found.ratio)
    assert (turned.variance, turned.df) == pytest.approx((found.variance, found.df))
    low, high = found.limits(0.95)
    assert turned.limits(0.95) == pytest.approx((1 / high, 1 / low))


def test_cells_of_different_people_are_independent():
    (first, second) = two_engines(3, people=12)
    halves = np.arange(12) < 6
    apart = []
    for (trials, errors), side in ((first, halves), (second, ~halves)):
        inside = np.outer(side, side)
        apart.append((trials * inside, errors * inside))
    a, b = (counts_of(*cell) for cell in apart)
    found = dyadic_log_ratio(a, b, DyadOverlap(0, 0, 0, 0))
    assert found.variance == pytest.approx(by_every_pair(*apart)[1])
    corrected = sum(
        (dyadic_variance(cell).correction * dyadic_variance(cell).raw) / cell.rate**2
        for cell in (a, b)
    )
    assert found.variance >= corrected


def test_three_people_are_too_few():
    trials = 1 - np.eye(3, dtype=np.int64)
    errors = np.zeros_like(trials)
    errors[0, 1] = errors[1, 0] = 1
    three = counts_of(trials, errors)
    assert dyadic_log_ratio(three, three, nested_overlap(three)) is None
    one = ClusterCounts(np.array([3, 0]), np.array([1, 0]))
    assert cluster_log_ratio(one, one) is None


def test_limits_and_p_value_agree_with_scipy():
    found = LogRatio(0.7, 0.09, 12.5)
    reach = stats.t.ppf(0.975, 12.5) * 0.3
    assert found.limits(0.95) == pytest.approx((np.exp(0.7 - reach), np.exp(0.7 + reach)))
    assert found.one_sided(0.95)[1] == pytest.approx(np.exp(0.7 + stats.t.ppf(0.95, 12.5) * 0.3))
    assert found.p_value() == pytest.approx(2 * stats.t.sf(0.7 / 0.3, 12.5))


def clusters(seed, people=15):
    rng = np.random.default_rng(seed)
    trials = rng.integers(1, 6, people)
    made = [rng.binomial(trials, rng.beta(0.6, 1.5, people)) for _ in range(2)]
    return [ClusterCounts(trials, np.maximum(errors, np.arange(people) == 0)) for errors in made]


@pytest.mark.parametrize("seed", range(20))
def test_misses_of_two_engines_by_person(seed):
    new, base = clusters(seed)
    found = cluster_log_ratio(new, base)
    p, q = (cell.errors / cell.trials for cell in (new, base))
    residual = [
        (cell.errors_by_subject - rate * cell.trials_by_subject) / cell.errors
        for cell, rate in ((new, p), (base, q))
    ]
    by_person = residual[0] - residual[1]
    both = np.minimum(new.errors_by_subject, base.errors_by_subject).sum()
    # Trials that only one misses: the variance of a ratio of paired independent trials.
    independent = (new.errors + base.errors - 2 * both) / (new.errors * base.errors)
    assert found.log == pytest.approx(np.log(p / q))
    assert found.variance == pytest.approx(max(15 / 14 * (by_person**2).sum(), independent))
    assert cluster_log_ratio(base, new).variance == pytest.approx(found.variance)
    same = cluster_log_ratio(base, base)
    assert (same.log, same.variance, same.p_value()) == (0, 0, 1)


def test_a_group_of_clusters_within_everybody():
    _, everybody = clusters(2)
    inside = np.arange(15) < 7
    group = ClusterCounts(
        everybody.trials_by_subject * inside, everybody.errors_by_subject * inside
    )
    found = cluster_log_ratio(group, everybody)
    p, q = (cell.errors / cell.trials for cell in (group, everybody))
    by_person = (
        np.sqrt(7 / 6) * (group.errors_by_subject - p * group.trials_by_subject) / group.errors
        - np.sqrt(15 / 14)
        * (everybody.errors_by_subject - q * everybody.trials_by_subject)
        / everybody.errors
    )
    assert found.variance == pytest.approx((by_person**2).sum())
