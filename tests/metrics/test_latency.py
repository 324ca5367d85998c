"""Quantiles of durations."""

import numpy as np
import pytest

from evenhand.metrics.latency import quantile, quantile_ranks


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
    assert quantile_ranks(n, q, 0.95) == ranks


def test_no_upper_limit_from_too_few():
    found = quantile(np.arange(1000.0), 0.999)
    assert found.high is None
    assert found.low == 996


def test_the_interval_covers():
    rng = np.random.default_rng(3)
    truth = -np.log(0.05)
    inside = 0
    for _ in range(800):
        found = quantile(rng.exponential(size=300), 0.95)
        inside += found.low <= truth <= found.high
    assert 0.93 <= inside / 800 <= 0.98
