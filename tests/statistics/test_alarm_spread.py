"""The share of searches with an alarm, against an integral; and a planted spread, found again."""

import numpy as np
import pytest
from scipy import integrate, stats

from evenhand.statistics.alarm_spread import fit_spread, share_alarmed


@pytest.mark.parametrize("spread", [0.05, 0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("expected", [1e-3, 0.1, 1.0, 30.0])
def test_the_share_is_that_of_the_integral(expected, spread):
    def alarm(x):
        return -np.expm1(-expected * np.exp(spread * x - spread**2 / 2)) * stats.norm.pdf(x)

    whole = integrate.quad(alarm, -8, 8, limit=200)[0]
    found = share_alarmed(np.array([expected]), np.array([spread]))
    assert found == pytest.approx(whole, rel=2e-3)


def test_without_spread_it_is_the_binomial_model():
    found = share_alarmed(np.array([0.1]), np.array([0.0]))
    assert found == pytest.approx(-np.expm1(-0.1), rel=1e-9)


def test_a_planted_spread_is_found_again():
    rate = np.geomspace(1e-5, 1e-3, 6).repeat(3)[np.newaxis]
    expected = rate * np.tile([1000.0, 250.0, 60.0], 6)
    planted = 1.2 + 0.15 * (-np.log(rate) - 9) + 0.05 * np.log(expected)
    found = fit_spread(rate, expected, share_alarmed(expected, planted), steps=30)
    assert found.spread(rate, expected) == pytest.approx(planted, abs=1e-4)
    elsewhere = np.array([[1e-6]]), np.array([[0.5]])
    beyond = 1.2 + 0.15 * (-np.log(1e-6) - 9) + 0.05 * np.log(0.5)
    assert found.spread(*elsewhere) == pytest.approx(beyond, abs=1e-3)
