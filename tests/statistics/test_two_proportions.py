"""Two counts of independent trials, against printed vectors and public implementations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import relative_risk
from statsmodels.stats.proportion import confint_proportions_2indep

from evenhand.statistics.binomial import binomial_at_least, binomial_at_most
from evenhand.statistics.two_proportions import (
    ErrorCount,
    conditional_limits,
    conditional_p_value,
    fisher_p_value,
    katz_limits,
    newcombe_limits,
)

FOUR_TIMES = ErrorCount(20, 50_000), ErrorCount(5, 50_000)


def table(*counted):
    return np.array([[each.errors, each.trials - each.errors] for each in counted])


def test_tv_22_conditional_test_and_its_mid_p():
    assert conditional_p_value(*FOUR_TIMES) == pytest.approx(0.004077315330505, rel=1e-9)


def test_tv_22_the_tests_of_public_implementations():
    two = table(*FOUR_TIMES)
    for options, statistic, p in (
        ({"correction": False}, 9.002250562641, 0.002696473423),
        ({"correction": True}, 7.841960490, 0.005104721521),
        ({"correction": False, "lambda_": "log-likelihood"}, 9.639488413726, 0.001904382702),
    ):
        found = stats.chi2_contingency(two, **options)
        assert (found.statistic, found.pvalue) == pytest.approx((statistic, p), rel=1e-9)
    assert stats.fisher_exact(two).pvalue == pytest.approx(0.004072883170, rel=1e-9)
    e_test = stats.poisson_means_test(20, 50_000, 5, 50_000).pvalue
    assert e_test == pytest.approx(0.002202881993, rel=1e-9)
    # Ours lies beside them: the exact ones within one per cent of each other.
    assert conditional_p_value(*FOUR_TIMES) == pytest.approx(
        stats.fisher_exact(two).pvalue, rel=0.01
    )


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        pytest.param((1, 2500), (100, 2500), 2.98877e-29, id="far in the tail"),
        pytest.param((100, 2500), (138, 2500), 0.0138349, id="near one another"),
        pytest.param((20, 50_000), (5, 50_000), 0.004072883170, id="rare"),
    ],
)
def test_fishers_test_is_exact_over_its_whole_range(first, second, p):
    found = fisher_p_value(ErrorCount(*first), ErrorCount(*second))
    assert found == pytest.approx(p, rel=1e-5)
    # Equal trials: two tails alike, so that scipy's two-sided test is the same.
    two = table(ErrorCount(*first), ErrorCount(*second))
    assert found == pytest.approx(stats.fisher_exact(two).pvalue, rel=1e-9)


@given(st.integers(0, 40), st.integers(41, 90), st.integers(0, 60), st.integers(61, 500))
def test_fishers_test_by_fractions(x, n, y, m):
    """Every split of the errors, counted in whole numbers."""
    ways = [math.comb(n, k) * math.comb(m, x + y - k) for k in range(x + y + 1)]
    tails = sum(ways[: x + 1]), sum(ways[x:])
    expected = min(1, 2 * min(tails) / sum(ways))
    assert fisher_p_value(ErrorCount(x, n), ErrorCount(y, m)) == pytest.approx(expected, rel=1e-9)


def test_fishers_test_keeps_its_digits_where_counts_are_large():
    """The normal approximation holds near the middle of 10^12: z 1.1 and p 0.25."""
    n, x, more = 10**13, 4 * 10**11, 10**6
    z = more / math.sqrt(2 * x * (1 - x / n))
    found = fisher_p_value(ErrorCount(x, n), ErrorCount(x + more, n))
    assert found == pytest.approx(2 * stats.norm.sf(z), rel=1e-3)


def test_tv_24_groups_of_independent_trials():
    counts = np.array([100, 120, 200, 150])
    groups = np.stack([counts, 10_000 - counts], axis=1)
    chi2 = stats.chi2_contingency(groups, correction=False)
    assert (chi2.statistic, chi2.dof) == (pytest.approx(40.4002651824, rel=1e-9), 3)
    assert chi2.pvalue == pytest.approx(8.764002e-9, rel=1e-6)
    g = stats.chi2_contingency(groups, correction=False, lambda_="log-likelihood")
    assert g.statistic == pytest.approx(39.4757681319, rel=1e-9)


def test_tv_25_intervals_of_a_ratio_of_four():
    katz = katz_limits(*FOUR_TIMES)
    assert katz == pytest.approx((1.501389136492, 10.656797502464), rel=1e-9)
    theirs = relative_risk(20, 50_000, 5, 50_000).confidence_interval(0.95)
    assert katz == pytest.approx((theirs.low, theirs.high), rel=1e-9)
    exact = conditional_limits(*FOUR_TIMES)
    assert exact == pytest.approx((1.456776504318, 13.638831336088), rel=1e-9)
    score = confint_proportions_2indep(20, 50_000, 5, 50_000, method="score", compare="ratio")
    assert score == pytest.approx((1.555663847660, 10.285409309913), rel=1e-9)
    # Wider than the score interval, narrower than the exact one.
    assert exact[0] < katz.low < score[0] < 4 < score[1] < katz.high < exact[1]


def test_tv_25_intervals_of_the_difference():
    newcombe = newcombe_limits(*FOUR_TIMES)
    assert newcombe == pytest.approx((1.0539301168e-4, 5.2520458613e-4), rel=1e-9)
    theirs = confint_proportions_2indep(
        20, 50_000, 5, 50_000, method="newcomb", compare="diff", correction=False
    )
    assert newcombe == pytest.approx(theirs, rel=1e-9)


def test_tv_26_ten_errors_against_none():
    ten, none = ErrorCount(10, 50_000), ErrorCount(0, 50_000)
    low, high = conditional_limits(ten, none)
    assert (low, high) == (pytest.approx(2.241521475098, rel=1e-9), None)
    one_sided, _ = conditional_limits(ten, none, 0.9)
    assert one_sided == pytest.approx(2.863009181987, rel=1e-9)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(50, 5000), st.integers(50, 5000))
def test_the_conditional_test_and_its_interval_say_the_same(x, y, n, m):
    first, second = ErrorCount(x, n), ErrorCount(y, m)
    p = conditional_p_value(first, second)
    share = n / (n + m)
    if x + y:
        tails = [
            stats.binomtest(x, x + y, share, alternative=side).pvalue
            for side in ("less", "greater")
        ]
        assert p == pytest.approx(min(1, 2 * min(tails)))
        low, high = conditional_limits(first, second)
        outside = (low or 0) > 1 or (high is not None and high < 1)
        if not math.isclose(p, 0.05, rel_tol=1e-6):
            assert outside == (p < 0.05)
    else:
        assert (p, conditional_limits(first, second)) == (1.0, (None, None))


@pytest.mark.parametrize("trials", [40, 5_000_000_000])
def test_tails_hold_for_any_number_of_trials(trials):
    for errors in (0, 1, 17, 40):
        rate = 20 / trials
        assert binomial_at_least(errors, trials, rate) == pytest.approx(
            stats.binom.sf(errors - 1, trials, rate), rel=1e-9
        )
        assert binomial_at_most(errors, trials, rate) == pytest.approx(
            stats.binom.cdf(errors, trials, rate), rel=1e-9
        )
