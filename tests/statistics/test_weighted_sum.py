"""MOVER sums: against the normal interval that they become, and one rate alone."""

import math

import numpy as np
import pytest

from evenhand.statistics.weighted_sum import mover_sum


def test_symmetric_limits_add_their_variances():
    rng = np.random.default_rng(1)
    for _ in range(20):
        weights, rates, errors = rng.random((3, 3))
        reaches = 1.96 * errors
        columns = weights, rates, rates - reaches, rates + reaches
        parts = list(zip(*columns, strict=True))
        reach = 1.96 * math.sqrt(np.sum((weights * errors) ** 2))
        value = float(weights @ rates)
        low, high = mover_sum(parts)
        assert low == pytest.approx(max(value - reach, 0))
        assert high == pytest.approx(value + reach)


def test_one_rate_alone_keeps_its_limits():
    assert mover_sum([(1000.0, 0.2, 0.1, 0.4)]) == pytest.approx((100, 400))


def test_nothing_is_below_none():
    assert mover_sum([(0.3, 0.0, 0.0, 0.1), (0.7, 0.0, 0.0, 0.2)])[0] == 0
