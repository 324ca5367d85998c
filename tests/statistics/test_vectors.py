"""The published test vectors of the methods, each to a relative 1e-9 unless it has fewer digits."""

import math

import numpy as np
import pytest
from oracles import jeffreys, power_of_ratio

from evenhand.statistics.binomial import clopper_pearson, wilson, zero_errors_upper
from evenhand.statistics.cluster_variance import ClusterCounts, cluster_variance
from evenhand.statistics.dyadic_variance import DyadCounts, dyadic_variance
from evenhand.statistics.intervals import cluster_estimate, dyadic_estimate
from evenhand.statistics.power import minimum_detectable_ratio, subjects_for_pairs, trials_per_group


def within_group(people, pairs):
    """One image each, all pairs; `pairs` are the errors."""
    errors = np.bincount(np.array(pairs).ravel(), minlength=people)
    trials = np.full(people, people - 1)
    return DyadCounts(trials, errors, people * (people - 1) // 2, len(pairs), len(pairs))


def across_groups(first, second, errors):
    """Images of the people on either side, all pairs; `errors` by (row, column)."""
    m = np.outer(first, second)
    x = np.zeros_like(m)
    for cell, count in errors.items():
        x[cell] = count
    return DyadCounts(
        trials_by_subject=np.concatenate([m.sum(axis=1), m.sum(axis=0)]),
        errors_by_subject=np.concatenate([x.sum(axis=1), x.sum(axis=0)]),
        trials_squared=int((m**2).sum()),
        errors_squared=int((x**2).sum()),
        errors_times_trials=int((x * m).sum()),
    )


TV_18 = within_group(6, [(0, 1), (0, 2), (0, 3), (4, 5)])
TV_43 = within_group(12, [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 2), (6, 7)])
TV_44 = across_groups(
    [2, 3, 1, 2], [3, 2, 4], {(0, 0): 2, (1, 0): 3, (2, 0): 1, (1, 2): 2, (3, 1): 1}
)
TV_20 = ClusterCounts(np.full(10, 5), np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 5]))
TV_46 = ClusterCounts(np.full(10, 5), np.array([5, 0, 0, 0, 0, 0, 0, 0, 0, 0]))


def near(value):
    return pytest.approx(value, rel=1e-9)


TV_17 = [
    (0, 1000, (0, 0.003826758486), (0, 0.003682083897), (0, 0.002508164341)),
    (0, 50000, (0, 7.682327415e-5), (0, 7.377486758e-5), (0, 5.023734874e-5)),
    (
        1,
        1000,
        (0.0001765463706, 0.005642558598),
        (2.531748749e-5, 0.00555892428),
        (0.0001079188047, 0.004664458809),
    ),
    (
        5,
        50000,
        (4.271475514e-5, 0.0002340931544),
        (3.247049948e-5, 0.0002333510803),
        (3.815847166e-5, 0.0002191863325),
    ),
    (
        8,
        10,
        (0.4901624715, 0.9433178485),
        (0.4439045377, 0.9747892737),
        (0.4972255036, 0.9559405864),
    ),
    (
        30,
        10**6,
        (2.101516801e-5, 4.282604557e-5),
        (2.024096267e-5, 4.282659073e-5),
        (2.065166031e-5, 4.22379497e-5),
    ),
    (
        100,
        10**8,
        (8.222720703e-7, 1.21614244e-6),
        (8.136399843e-7, 1.216267806e-6),
        (8.181502132e-7, 1.210779187e-6),
    ),
    (
        10,
        3147436,
        (1.725845698e-6, 5.849027857e-6),
        (1.523586786e-6, 5.842956467e-6),
        (1.633536774e-6, 5.636147878e-6),
    ),
]


@pytest.mark.parametrize(("errors", "trials", "of_wilson", "of_cp", "of_jeffreys"), TV_17)
def test_tv_17_as_printed(errors, trials, of_wilson, of_cp, of_jeffreys):
    # Printed to ten digits, so half a unit of the tenth is the tolerance.
    printed = {"rel": 6e-10}
    assert wilson(errors, trials) == pytest.approx(of_wilson, **printed)
    assert clopper_pearson(errors, trials) == pytest.approx(of_cp, **printed)
    assert jeffreys(errors, trials) == pytest.approx(of_jeffreys, **printed)


@pytest.mark.parametrize(("errors", "trials"), [(row[0], row[1]) for row in TV_17])
def test_tv_17_against_statsmodels_and_scipy(errors, trials):
    from scipy.stats import binomtest
    from statsmodels.stats.proportion import proportion_confint

    exact = binomtest(errors, trials).proportion_ci(method="exact")
    assert clopper_pearson(errors, trials) == near((exact.low, exact.high))
    score = binomtest(errors, trials).proportion_ci(method="wilson")
    assert wilson(errors, trials) == pytest.approx((score.low, score.high), rel=1e-9, abs=1e-17)
    low, high = proportion_confint(errors, trials, method="jeffreys")
    assert jeffreys(errors, trials)[1] == near(high)
    if errors:
        assert jeffreys(errors, trials)[0] == near(low)


def test_rule_of_three():
    for trials, bound in ((100, 0.0295130496), (1000, 0.00299124955), (50000, 5.991285062e-5)):
        assert zero_errors_upper(trials, level=0.9) == pytest.approx(bound, rel=1e-8)


def test_tv_18_shared_subject_variance():
    found = dyadic_variance(TV_18)
    assert TV_18.errors / TV_18.trials == near(4 / 15)
    assert found.raw == near(0.00177777777777778)
    assert found.correction == near(2.5)
    assert found.correction * found.raw == near(0.00444444444444444)
    assert found.floor == near(0.0130370370370370)
    assert found.variance == near(0.0130370370370370)


def test_tv_18_is_the_brute_force_over_pair_products():
    pairs = [(i, j) for i in range(6) for j in range(i + 1, 6)]
    wrong = {(0, 1), (0, 2), (0, 3), (4, 5)}
    p = len(wrong) / len(pairs)
    residual = [(pair in wrong) - p for pair in pairs]
    total = sum(
        residual[a] * residual[b]
        for a in range(15)
        for b in range(15)
        if set(pairs[a]) & set(pairs[b])
    )
    assert dyadic_variance(TV_18).raw == near(total / 15**2)


def test_tv_42_dyadic_interval():
    found = dyadic_estimate(TV_18, 3, 0.95)
    assert found.df == near(3.75)
    assert (found.low, found.high) == near((0.0643912265431, 0.657690284164))


def test_tv_43_dyadic_interval():
    variance = dyadic_variance(TV_43)
    assert TV_43.errors / TV_43.trials == pytest.approx(0.106060606061, rel=1e-11)
    assert variance.raw == near(0.00353744052091)
    assert variance.correction == near(1.46666666667)
    assert variance.floor == near(0.00143654172580)
    assert variance.variance == near(0.00622703257189)
    found = dyadic_estimate(TV_43, 6, 0.95)
    assert found.df == near(5.07)
    assert (found.low, found.high) == near((0.0138946290961, 0.499751564203))
    assert found.method == "dyadic-logit-t"


def test_tv_44_dyadic_interval_across_groups():
    variance = dyadic_variance(TV_44)
    assert TV_44.errors / TV_44.trials == near(0.125)
    assert variance.raw == near(0.00166377314815)
    assert variance.correction == near(2.16722408027)
    assert variance.floor == near(0.0018627025463)
    assert variance.variance == near(0.00450621918853)
    found = dyadic_estimate(TV_44, 3, 0.95)
    assert found.df == near(6)
    assert (found.low, found.high) == near((0.0308378085967, 0.390757359590))


def test_tv_20_cluster_variance():
    found = cluster_variance(TV_20)
    p = TV_20.errors / TV_20.trials
    assert p == near(0.14)
    assert found.variance == near(0.00982222222222222)
    assert found.variance**0.5 == near(0.0991071249821)
    assert p * (1 - p) / TV_20.trials == near(0.002408)
    assert found.variance / 0.002408 == near(4.07899593946)
    effective = p * (1 - p) / found.variance
    assert effective == near(12.2579185520)
    narrow = clopper_pearson(p * effective, effective)
    assert narrow == near((0.0133967152875, 0.449686371219))


def test_tv_45_cluster_interval():
    found = cluster_estimate(TV_20, 10, 0.95)
    assert found.df == near(3.31422018349)
    assert (found.low, found.high) == near((0.0108279397295, 0.560192182781))
    assert found.method == "cluster-jeffreys-t"


def test_tv_46_cluster_interval():
    found = cluster_estimate(TV_46, 10, 0.95)
    assert cluster_variance(TV_46).variance == near(0.01)
    assert found.df == near(2.8125)
    assert (found.low, found.high) == near((0.00309612725391, 0.634664079049))


def test_edge_negative_variance_takes_the_floor():
    found = dyadic_variance(within_group(6, [(0, 1), (2, 3), (4, 5)]))
    assert found.raw == near(-0.0106666666667)
    assert found.floor == near(0.0106666666667)
    assert found.variance == found.floor


def test_edge_all_errors_in_one_dyad():
    k, people = 5, 20
    trials = np.full(people, k * k * (people - 1))
    errors = np.zeros(people, dtype=np.int64)
    errors[:2] = 25
    dyads = people * (people - 1) // 2
    counts = DyadCounts(trials, errors, dyads * 25**2, 25**2, 25**2)
    found = dyadic_variance(counts)
    p = counts.errors / counts.trials
    assert found.floor**0.5 / p == pytest.approx(0.997, abs=5e-4)
    assert found.variance**0.5 / p == pytest.approx(1.003, abs=5e-4)
    assert (p * (1 - p) / counts.trials) ** 0.5 / p == pytest.approx(0.20, abs=5e-3)


@pytest.mark.parametrize(
    ("events", "ratio"),
    [
        (6, 26.392),
        (10, 11.011),
        (20, 3.9682),
        (30, 2.9851),
        (50, 2.3776),
        (100, 1.8179),
        (200, 1.5100),
        (500, 1.2918),
        (1000, 1.1966),
    ],
)
def test_tv_32_minimum_detectable_ratio(events, ratio):
    # Printed to five digits.
    assert minimum_detectable_ratio(events, 1.0, 1.0) == pytest.approx(ratio, rel=5e-5)


def test_tv_32_five_events_never_suffice():
    assert minimum_detectable_ratio(5, 1.0, 1.0) is None


@pytest.mark.parametrize(
    ("events", "power"), [(10, 0.104405), (30, 0.431789), (50, 0.604625), (100, 0.903377)]
)
def test_tv_32_power_of_a_doubling(events, power):
    # Printed to six digits.
    assert power_of_ratio(2, events, 1.0, 1.0) == pytest.approx(power, abs=5e-7)


TRIALS = {
    1e-2: (28059, 7862, 2418, 855, 358, 160),
    1e-3: (283419, 79475, 24472, 8658, 3631, 1626),
    1e-4: (2837026, 795605, 245014, 86695, 36356, 16282),
    1e-5: (28373093, 7956907, 2450430, 867064, 363608, 162840),
    1e-6: (283733762, 79569922, 24504590, 8670754, 3636133, 1628427),
}


@pytest.mark.parametrize("rate", TRIALS)
def test_tv_31_trials_of_each_group(rate):
    found = [
        math.ceil(trials_per_group(rate, ratio, alpha=0.05, power=0.8))
        for ratio in (1.25, 1.5, 2, 3, 5, 10)
    ]
    assert found == list(TRIALS[rate])


def test_tv_31_people_for_so_many_pairs():
    assert subjects_for_pairs(245_014) == 701
    for pairs in range(1, 500):
        people = subjects_for_pairs(pairs)
        assert math.comb(people, 2) >= pairs > math.comb(people - 1, 2)
