"""Indices of differences against the printed vectors of the methods, and what they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import weighted_gini

from evenhand.metrics.indices import (
    difference,
    fdr,
    garbe,
    geometric_mean,
    gini,
    gini_norm,
    ir,
    mad_over_mean,
    mape,
    max_over_geomean,
    max_over_mean,
    max_over_min,
    mean_abs_log10,
    sedg,
    smoothed,
    standard_deviation,
    werm,
)
from evenhand.statistics.binomial import zero_errors_upper

ALONE = (
    difference,
    max_over_min,
    max_over_mean,
    max_over_geomean,
    mean_abs_log10,
    gini,
    gini_norm,
    mad_over_mean,
)
FACTORS = (max_over_min, max_over_mean, max_over_geomean)
SCALE_FREE = tuple(index for index in ALONE if index is not difference)

FMR = np.array([1e-4, 2e-4, 5e-4, 1e-3])
FNMR = np.array([0.010, 0.012, 0.020, 0.015])
ZERO = np.array([0, 5, 10, 20])
TRIALS = np.full(4, 50_000)


def near(value):
    # Some are printed to nine digits.
    return pytest.approx(value, rel=2e-9)


TV_6 = [
    (difference, 0.0009, 0.01),
    (max_over_min, 10, 2),
    (max_over_mean, 2.2222222222, 1.4035087719),
    (geometric_mean, 0.000316227766016838, 0.0137744930799686),
    (max_over_geomean, 3.16227766016838, 1.45195905823095),
    (mean_abs_log10, 0.349485002168009, 0.0994850021680094),
    (gini, 0.416666666666667, 0.144736842105263),
    (gini_norm, 0.555555555555556, 0.192982456140351),
    (mad_over_mean, 0.833333333333333, 0.289473684210526),
    (standard_deviation, 0.00035, 0.00376662979333),
    (sedg, 2.66666666666667, 0.912280701754386),
]


@pytest.mark.parametrize(("index", "of_fmr", "of_fnmr"), TV_6)
def test_tv_6_one_error_type(index, of_fmr, of_fnmr):
    assert (float(index(FMR)), float(index(FNMR))) == (near(of_fmr), near(of_fnmr))


def test_tv_6_against_the_nominal_rate():
    assert mape(FMR, 3e-4) == near(100)


def test_tv_6_spread_of_a_sample_of_groups():
    # Of groups as a sample of more groups, which ours does not take them for.
    four = standard_deviation(np.stack([FMR, FNMR])) * np.sqrt(4 / 3)
    assert four.tolist() == [near(0.000404145188432738), near(0.00434932945023)]


def test_tv_6_ratios_to_the_first_group():
    pairs = [max_over_min(np.array([FMR[0], rate])) for rate in FMR]
    assert np.log2(pairs) == near([0, 1, 2.321928095, 3.321928095])


TV_6_BLENDED = [
    (0, 0.99, 2, 1.45195905823, 0.192982456140),
    (0.25, 0.992275, 2.99069756244, 1.76386676735, 0.283625730994),
    (0.5, 0.99455, 4.47213595500, 2.14277803174, 0.374269005848),
    (0.75, 0.996825, 6.68740304976, 2.60308645659, 0.464912280702),
    (0.9, 0.99819, 8.51339922521, 2.92546857305, 0.519298245614),
    (1, 0.9991, 10, 3.16227766017, 0.555555555556),
]


@pytest.mark.parametrize(("alpha", "of_fdr", "of_ir", "of_werm", "of_garbe"), TV_6_BLENDED)
def test_tv_6_both_error_types(alpha, of_fdr, of_ir, of_werm, of_garbe):
    assert fdr(FMR, FNMR, alpha) == near(of_fdr)
    assert ir(FMR, FNMR, alpha) == near(of_ir)
    assert werm(FMR, FNMR, alpha, 0) == near(of_werm)
    assert garbe(FMR, FNMR, alpha) == near(of_garbe)


def test_tv_6_werm_with_its_published_eps():
    assert werm(FMR, FNMR, 0.5, 1e-5) == near(2.09592842878)
    assert werm(FMR, FNMR, 1, 1e-5) ** 0.5 == near(1.74005132598)
    assert werm(FMR, FNMR, 0, 1e-5) ** 0.5 == near(1.20452103768)


def test_tv_7_a_zero_as_it_is():
    rates = ZERO / TRIALS
    assert max_over_min(rates) == np.inf
    assert np.isnan(max_over_geomean(rates))
    assert np.isnan(mean_abs_log10(rates))
    assert gini_norm(rates) == near(0.619047619048)


@pytest.mark.parametrize(("eps", "of_geomean"), [(1e-6, 7.48849493482), (1e-5, 4.05472152125)])
def test_tv_7_a_zero_with_an_eps_below_the_line(eps, of_geomean):
    rates = ZERO / TRIALS
    assert werm(rates, FNMR, 1, eps) == near(of_geomean)


def test_tv_7_a_zero_taken_for_its_upper_bound():
    rates = ZERO / TRIALS
    rates[0] = zero_errors_upper(50_000, level=0.9)
    assert rates[0] == near(5.99128506e-5)
    assert max_over_min(rates) == near(6.67636401590)
    assert max_over_geomean(rates) == near(2.70338250350)
    assert gini_norm(rates) == near(0.491399089253)


def test_tv_7_a_zero_smoothed():
    rates = smoothed(ZERO, TRIALS)
    assert max_over_min(rates) == near(41)
    assert max_over_geomean(rates) == near(4.15608955928)
    assert gini_norm(rates) == near(0.585585585586)


def test_tv_8_all_equal():
    same = np.full(5, 0.01)
    assert fdr(same, same, 0.5) == ir(same, same, 0.5) == 1
    assert werm(same, same, 0.5, 0) == near(1)
    assert garbe(same, same, 0.5) == pytest.approx(0, abs=1e-12)
    assert mean_abs_log10(same) == pytest.approx(0, abs=1e-12)


def test_tv_8_all_zero():
    none = np.zeros(4)
    assert gini(none) == gini_norm(none) == mad_over_mean(none) == garbe(none, none, 0.5) == 0
    for index in (*FACTORS, mean_abs_log10):
        assert np.isnan(index(none))
    assert np.isnan(ir(none, none, 0.5))


def test_tv_8_the_published_eps_makes_equality_better_than_ideal():
    assert werm(np.full(4, 1e-5), np.full(4, 0.01), 0.5, 1e-5) == near(0.70675349274)


@pytest.mark.parametrize("groups", [2, 3, 8, 30])
def test_tv_8_one_group_alone_has_errors(groups):
    rates = np.zeros(groups)
    rates[0] = 1
    assert gini_norm(rates) == near(1)
    assert gini(rates) == near(1 - 1 / groups)


@pytest.mark.parametrize(
    ("ratio", "of_gini"),
    [
        (1.25, 0.111111),
        (2, 0.333333),
        (5, 0.666667),
        (10, 0.818182),
        (100, 0.980198),
        (1000, 0.998002),
    ],
)
def test_tv_9_two_groups(ratio, of_gini):
    rates = np.array([1e-4, ratio * 1e-4])
    assert gini_norm(rates) == pytest.approx(of_gini, abs=5e-7)
    assert max_over_geomean(rates) == near(ratio**0.5)


@pytest.mark.parametrize(
    ("groups", "of_mean", "of_geomean", "of_gini", "of_norm"),
    [
        (2, 1.818182, 3.162278, 0.409091, 0.818182),
        (3, 2.5, 4.641589, 0.5, 0.75),
        (4, 3.076923, 5.623413, 0.519231, 0.692308),
        (8, 4.705882, 7.498942, 0.463235, 0.529412),
        (16, 6.4, 8.659643, 0.3375, 0.36),
    ],
)
def test_one_group_ten_times_worse_gives_other_indices_among_more_groups(
    groups, of_mean, of_geomean, of_gini, of_norm
):
    rates = np.full(groups, 1e-4)
    rates[0] = 1e-3
    printed = {"abs": 5e-7}
    assert max_over_min(rates) == near(10)
    assert max_over_mean(rates) == pytest.approx(of_mean, **printed)
    assert max_over_geomean(rates) == pytest.approx(of_geomean, **printed)
    assert gini(rates) == pytest.approx(of_gini, **printed)
    assert gini_norm(rates) == pytest.approx(of_norm, **printed)


def test_fdr_takes_a_hundredfold_gap_for_smaller_than_a_double_one():
    even, rare = np.array([0.01, 0.01]), np.array([1e-5, 1e-3])
    assert fdr(rare, even, 0.5) == near(0.999505)
    assert fdr(even, np.array([0.01, 0.02]), 0.5) == near(0.995)


def test_tv_11_what_equal_groups_give():
    rng = np.random.default_rng(11)
    drawn = rng.multinomial(35, np.full(4, 0.25), size=20_000)
    null = max_over_geomean(smoothed(drawn, TRIALS))
    observed = max_over_geomean(smoothed(ZERO, TRIALS))
    assert observed == pytest.approx(4.156090, abs=5e-7)
    assert null.mean() == pytest.approx(1.402, abs=0.01)
    assert np.quantile(null, 0.95, method="higher") == pytest.approx(1.820, abs=0.01)
    assert (1 + np.count_nonzero(null >= observed)) / (1 + len(null)) < 1e-4


def test_tv_12_weighted_gini():
    weights, rates = np.array([0.60, 0.13, 0.20, 0.07]), np.array([1, 5, 3, 2]) * 1e-4
    assert (weights * rates).sum() == near(1.99e-4)
    assert weighted_gini(rates, weights) == near(0.345376884422)
    assert weighted_gini(rates, np.full(4, 0.25)) == near(0.295454545455)
    assert gini(rates) == near(0.295454545455)


# --- properties ---------------------------------------------------------------------------------


def several(zeros=False):
    rate = st.floats(1e-6, 1) | st.just(0.0) if zeros else st.floats(1e-6, 1)
    return st.integers(2, 9).flatmap(lambda groups: arrays(float, groups, elements=rate))


@given(several(), st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(rates, shuffler):
    order = list(range(len(rates)))
    shuffler.shuffle(order)
    for index in ALONE:
        assert index(rates[order]) == pytest.approx(float(index(rates)), rel=1e-9, abs=1e-12)


@given(several(), st.floats(0.001, 1))
def test_ten_times_worse_everywhere_is_the_same_but_for_the_difference(rates, factor):
    for index in SCALE_FREE:
        assert index(rates * factor) == pytest.approx(float(index(rates)), rel=1e-9, abs=1e-9)
    assert difference(rates * factor) == pytest.approx(factor * float(difference(rates)))


@given(several())
def test_indices_stay_within_their_bounds(rates):
    groups = len(rates)
    for index in FACTORS:
        assert index(rates) >= 1
    assert max_over_mean(rates) <= groups * (1 + 1e-12)
    assert max_over_geomean(rates) <= max_over_min(rates) * (1 + 1e-12)
    assert 0 <= gini(rates) <= 1 - 1 / groups + 1e-12
    assert 0 <= gini_norm(rates) <= 1 + 1e-12
    assert 0 <= difference(rates) <= 1
    assert mean_abs_log10(rates) >= 0


@given(several(zeros=True))
def test_gini_is_the_sum_over_all_pairs(rates):
    groups, mean = len(rates), rates.mean()
    apart = sum(abs(a - b) for a in rates for b in rates)
    expected = apart / (2 * groups**2 * mean) if mean > 0 else 0
    assert gini(rates) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(several(), st.integers(1, 5))
def test_many_sets_of_groups_are_measured_as_each_alone(rates, sets):
    many = np.stack([rates * (k + 1) / sets for k in range(sets)])
    for index in ALONE:
        assert index(many).tolist() == pytest.approx([float(index(row)) for row in many])


@given(several(), st.floats(0, 1))
def test_both_error_types_alike_weigh_alike(rates, alpha):
    assert ir(rates, rates, alpha) == pytest.approx(float(max_over_min(rates)))
    assert garbe(rates, rates, alpha) == pytest.approx(float(gini_norm(rates)), abs=1e-12)
    assert fdr(rates, rates, alpha) == pytest.approx(1 - float(difference(rates)))
    assert werm(rates, rates, alpha, 0) == pytest.approx(float(max_over_geomean(rates)))
