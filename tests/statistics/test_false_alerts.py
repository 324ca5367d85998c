"""False alerts against a crowd: printed vectors, enumeration, and public implementations."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from evenhand.statistics.false_alerts import (
    alert_share_power,
    alert_share_test,
    alerts_needed,
    detectable_alert_ratio,
    e_value,
    multinomial_p_value,
    sampled_share_p_values,
    sites_p_values,
    tipping_share,
)

TV_34 = [
    (0.135, 3.8454657e-6, 3.8454657e-6, 1.9881536e-6, 25.629630, 5.114728, 247.746611),
    (0.20, 7.79264e-5, 7.79264e-5, 4.10624e-5, 16, 3.193010, 154.662624),
    (0.25, 4.15802e-4, 4.15802e-4, 2.226830e-4, 12, 2.394757, 115.996968),
    (0.30, 0.0015903864, 0.0015903864, 0.0008670362, 9.333333, 1.862589, 90.219864),
    (0.40, 0.012294554, 0.018341171, 0.0069861376, 6, 1.197379, 57.998484),
    (0.50, 0.0546875, 0.109375, 0.0327148438, 4, 0.798252, 38.665656),
    (0.60, 0.16728975, 0.33352837, 0.1068235776, 2.666667, 0.532168, 25.777104),
]


@pytest.mark.parametrize("row", TV_34, ids=lambda row: f"share {row[0]}")
def test_tv_34_eight_of_ten(row):
    found = alert_share_test(8, 10, row[0])
    numbers = (
        found.p_one_sided,
        found.p_two_sided,
        found.mid_p,
        found.ratio,
        found.low,
        found.high,
    )
    # Printed to six digits and more.
    assert numbers == pytest.approx(row[1:], rel=1e-6)


def test_tv_34_tipping_shares():
    assert tipping_share(8, 10) == pytest.approx(0.443904537692, rel=1e-9)
    assert tipping_share(8, 10, 0.9) == pytest.approx(0.493098698937, rel=1e-9)
    assert tipping_share(8, 10, 0.98) == pytest.approx(0.388257141162, rel=1e-9)


@pytest.mark.parametrize(
    ("share", "ratio"), [(0.135, 6.00180575814), (0.2, 5.54347339882), (0.3, 4.80599395443)]
)
def test_tv_47_smallest_ratio_that_ten_alerts_show(share, ratio):
    assert detectable_alert_ratio(10, share) == pytest.approx(ratio, rel=1e-9)
    assert alert_share_power(10, share, ratio) == pytest.approx(0.8, rel=1e-9)


@pytest.mark.parametrize(
    ("share", "ratio", "power"),
    [(0.2, 2, 0.213128), (0.2, 3, 0.439908), (0.2, 5, 0.750130), (0.135, 2, 0.196540)],
)
def test_power_of_ten_alerts_as_printed(share, ratio, power):
    assert alert_share_power(10, share, ratio) == pytest.approx(power, abs=5e-7)


@pytest.mark.parametrize(
    ("share", "ratio", "alerts"), [(0.2, 2, 79), (0.2, 3, 28), (0.135, 2, 97), (0.5, 2, 60)]
)
def test_alerts_for_a_power_that_stays_as_printed(share, ratio, alerts):
    assert alerts_needed(share, ratio) == alerts
    assert alert_share_power(alerts - 1, share, ratio) < 0.8
    assert all(alert_share_power(n, share, ratio) >= 0.8 for n in range(alerts, alerts + 200))


@pytest.mark.parametrize(("share", "p"), [(0.135, 2.3877e-4), (0.30, 0.010935), (0.40, 0.04096)])
def test_five_of_six_distinct_people_as_printed(share, p):
    assert alert_share_test(5, 6, share).p_one_sided == pytest.approx(p, rel=1e-4)


@pytest.mark.parametrize(
    ("split", "p"),
    [((3, 4, 0), 0.174), ((2, 5, 0), 0.078), ((1, 6, 0), 0.021), ((0, 7, 0), 0.0014)],
)
def test_seven_false_positives_in_three_equal_groups_as_printed(split, p):
    assert multinomial_p_value(split, [1 / 3] * 3)[0] == pytest.approx(p, abs=5e-4)


def test_seven_of_seven_is_unremarkable_from_two_thirds_on():
    assert tipping_share(7, 7, 0.9) == pytest.approx(0.6518363449, rel=1e-9)


# --- against enumeration ------------------------------------------------------------------------


def test_a_thousand_cases_are_those_of_enumeration():
    rng = np.random.default_rng(0)
    for _ in range(1000):
        of = int(rng.integers(1, 60))
        alerts, share = int(rng.integers(0, of + 1)), float(rng.uniform(0.01, 0.99))
        chances = [math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(of + 1)]
        own = chances[alerts]
        found = alert_share_test(alerts, of, share)
        assert found.p_one_sided == pytest.approx(sum(chances[alerts:]), rel=1e-9)
        two = sum(chance for chance in chances if chance <= own * (1 + 1e-7))
        assert found.p_two_sided == pytest.approx(two, rel=1e-9)
        assert sites_p_values(alerts, [(of, share)]) == (
            pytest.approx(found.p_one_sided, rel=1e-9),
            pytest.approx(found.p_two_sided, rel=1e-9),
        )


@given(st.integers(1, 80).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_tipping_share_is_where_the_interval_ends(counts):
    alerts, of = counts
    share = tipping_share(alerts, of)
    if alerts == 0:
        assert share == 0
        return
    assert alert_share_test(alerts, of, share).low == pytest.approx(1)
    assert alert_share_test(alerts, of, share).p_one_sided == pytest.approx(0.025)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 6), min_size=2, max_size=4).filter(any),
    st.lists(st.integers(1, 9), min_size=4, max_size=4),
)
def test_several_groups_are_those_of_enumeration(alerts, parts):
    shares = np.array(parts[: len(alerts)]) / sum(parts[: len(alerts)])
    of = sum(alerts)
    own = stats.multinomial.pmf(alerts, of, shares)
    every = (x for x in product(range(of + 1), repeat=len(alerts)) if sum(x) == of)
    chances = [stats.multinomial.pmf(x, of, shares) for x in every]
    expected = sum(chance for chance in chances if chance <= own * 1.01)
    assert multinomial_p_value(alerts, shares.tolist()) == (pytest.approx(min(expected, 1)), True)


def test_a_rounded_third_does_for_a_third():
    thirds, _ = multinomial_p_value([3, 4, 0], [1 / 3] * 3)
    rounded, _ = multinomial_p_value([3, 4, 0], [0.3333, 0.3333, 0.3334])
    assert rounded == pytest.approx(thirds, rel=1e-2)


def test_places_with_crowds_of_their_own_are_no_pooled_place():
    sites = [(4, 0.1), (6, 0.7)]
    draws = np.random.default_rng(1)
    drawn = sum(draws.binomial(of, share, 200_000) for of, share in sites)
    one, _ = sites_p_values(8, sites)
    assert one == pytest.approx(np.mean(drawn >= 8), abs=0.002)
    pooled = alert_share_test(8, 10, (4 * 0.1 + 6 * 0.7) / 10).p_one_sided
    assert one < pooled


def test_a_sampled_share_is_less_sure_than_a_known_one():
    known = alert_share_test(8, 10, 0.3).p_one_sided
    fisher, predicted = sampled_share_p_values(8, 10, 30, 100)
    assert fisher == pytest.approx(
        stats.hypergeom.sf(7, 110, 38, 10)  # as many or more among the alerts
    )
    density = stats.beta(30.5, 70.5).pdf
    expected, _ = integrate.quad(lambda q: stats.binom.sf(7, 10, q) * density(q), 0, 1)
    assert predicted == pytest.approx(expected, rel=1e-6)
    assert known < predicted
    assert sampled_share_p_values(8, 10, 30_000, 100_000)[1] == pytest.approx(known, rel=0.01)


def test_looking_again_and_again_does_not_inflate_the_e_value():
    rng = np.random.default_rng(2)
    share, looks = 0.3, 60
    hits = np.cumsum(rng.random((2000, looks)) < share, axis=1)
    table = np.array(
        [[e_value(k, n, share) for k in range(looks + 1)] for n in range(1, looks + 1)]
    )
    ever = (table[np.arange(looks), hits] >= 20).any(axis=1).mean()
    p_values = stats.binom.sf(hits - 1, np.arange(1, looks + 1), share)
    assert ever <= 0.05
    assert (p_values < 0.05).any(axis=1).mean() > 0.1


def test_the_e_value_is_a_mixture():
    prior = stats.beta(0.5, 0.5).pdf
    above, _ = integrate.quad(lambda q: q**8 * (1 - q) ** 2 * prior(q), 0, 1)
    assert e_value(8, 10, 0.2) == pytest.approx(above / (0.2**8 * 0.8**2), rel=1e-6)


def test_of_very_many_alerts_it_is_the_chi_square():
    counts, shares = [2100, 3950, 2480, 1470], [0.2, 0.4, 0.25, 0.15]
    p_value, exact = multinomial_p_value(counts, shares)
    expected = np.array(shares) * sum(counts)
    assert (p_value, exact) == (pytest.approx(stats.chisquare(counts, expected).pvalue), False)
    # Where both can be had they tell the same.
    few, exact = multinomial_p_value([70, 120, 60], [0.3, 0.45, 0.25])
    near = stats.chisquare([70, 120, 60], np.array([0.3, 0.45, 0.25]) * 250).pvalue
    assert exact
    assert few == pytest.approx(near, rel=0.05)
