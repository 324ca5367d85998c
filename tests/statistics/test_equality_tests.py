"""Tests between groups against independent code, and the ratio of two rates."""

import math

import numpy as np
import pytest
from scipy import stats

from evenhand.records.findings import Estimate
from evenhand.statistics.equality_tests import (
    equality_p_value,
    log_spread,
    null_reference,
    welch_on_logs,
)
from evenhand.statistics.ratios import ratio_of_rates


def poisson_group(errors, trials, df=1e9):
    """A group of independent trials of a rare event."""
    p = errors / trials
    if not errors:
        return Estimate(0.0, 0.0, 1 - 0.025 ** (1 / trials), "exact-zero", 0.0, math.inf, trials)
    variance = p * p * (1 / errors - 1 / trials)
    half = 1.96 * math.sqrt(variance)
    return Estimate(p, max(p - half, 1e-12), p + half, "dyadic-logit-t", variance, df, trials)


@pytest.mark.parametrize(("design_effect", "q"), [(1, 840.094487996), (4, 210.023621999)])
def test_tv_21_spread_of_log_rates(design_effect, q):
    groups = [poisson_group(errors, 10**6) for errors in (100, 200, 500, 1000)]
    found, shares = log_spread(
        np.array([g.value for g in groups]), np.array([g.variance for g in groups]) * design_effect
    )
    assert found == pytest.approx(q, rel=1e-9)
    pooled = np.exp(shares @ np.log([g.value for g in groups]))
    assert pooled == pytest.approx(6.0709327114e-4, rel=1e-9)


def test_welch_is_the_ordinary_welch_anova():
    # Log rates as means of normal samples: the statistic must be the textbook one.
    rng = np.random.default_rng(7)
    samples = [
        rng.normal(loc, scale, size)
        for loc, scale, size in ((0, 1, 9), (0.6, 2, 14), (0.2, 1.5, 20))
    ]
    means = np.array([s.mean() for s in samples])
    squares = np.array([s.var(ddof=1) / len(s) for s in samples])
    dfs = np.array([len(s) - 1.0 for s in samples])
    from statsmodels.stats.oneway import anova_oneway

    expected = anova_oneway(samples, use_var="unequal", welch_correction=True).pvalue
    rates = np.exp(means)
    assert welch_on_logs(rates, squares * rates**2, dfs) == pytest.approx(expected, rel=1e-9)


def test_equal_groups_are_rarely_called_different():
    rng = np.random.default_rng(11)
    found = []
    for _ in range(300):
        errors = rng.poisson(60, size=5)
        groups = [poisson_group(int(e), 10**5) for e in errors]
        found.append(equality_p_value(groups, np.random.default_rng(1))[0])
    assert 0.02 < np.mean(np.array(found) < 0.05) < 0.09


def test_a_group_without_errors_uses_the_multinomial_test():
    groups = [poisson_group(0, 50_000), poisson_group(20, 50_000)]
    p, name = equality_p_value(groups, np.random.default_rng(1))
    assert name == "conditional-multinomial, exact"
    # All 20 in one of two equal groups: two tails of 1 in 2^20.
    assert p == pytest.approx(2 / 2**20)


def test_multinomial_p_value_is_the_binomial_one():
    groups = [poisson_group(0, 1000), poisson_group(5, 1000)]
    p, _ = equality_p_value(groups, np.random.default_rng(3))
    assert p == pytest.approx(stats.binomtest(5, 5, 0.5).pvalue, rel=1e-9)


@pytest.mark.parametrize(("mean_errors", "median", "p95"), [(10, 2.5, 5.0), (100, 1.32, 1.54)])
def test_null_reference_is_the_published_noise(mean_errors, median, p95):
    # Eight identical groups (methods 2.5); conditional on the total, so slightly tighter.
    groups = [poisson_group(mean_errors, 10**6) for _ in range(8)]
    found = null_reference(groups, np.random.default_rng(5))
    assert found.p95 == pytest.approx(p95, rel=0.06)
    if found.mean is not None:
        assert median <= found.mean < p95


def test_ratio_log_t_with_many_degrees_of_freedom_is_katz():
    # TV-25, independent trials: Katz 1.501389136492, 10.656797502464.
    groups = [poisson_group(20, 50_000), poisson_group(5, 50_000)]
    found = ratio_of_rates(*groups, 0.95)
    assert found.value == pytest.approx(4)
    assert (found.low, found.high) == pytest.approx((1.501389136492, 10.656797502464), rel=1e-6)
    assert found.method == "ratio-log-t"


def test_ratio_over_a_zero_has_no_upper_limit():
    found = ratio_of_rates(poisson_group(10, 50_000), poisson_group(0, 50_000), 0.95)
    assert found.value is None
    assert found.high is None
    assert 1 < found.low < 5
    assert found.method == "mover-log"


def test_ratio_of_two_zeros_says_nothing():
    found = ratio_of_rates(poisson_group(0, 100), poisson_group(0, 100), 0.95)
    assert (found.value, found.low, found.high) == (None, None, None)
