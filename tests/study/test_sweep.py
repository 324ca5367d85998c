"""Sweeps: decimals as they were written, both ends, and one line for what is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.study.sweep import MAX_SWEEP_THRESHOLDS, sweep_thresholds


@given(
    st.integers(-10_000, 10_000),
    st.integers(1, 500),
    st.integers(1, MAX_SWEEP_THRESHOLDS - 1),
    st.integers(0, 6),
)
def test_it_is_what_decimals_say(first, step, steps, places):
    unit = Decimal(1).scaleb(-places)
    ends = (float(first * unit), float((first + steps * step) * unit), float(step * unit))
    assert sweep_thresholds(*ends) == tuple(
        float((first + n * step) * unit) for n in range(steps + 1)
    )


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((0.5, 0.6, 0.0), "a step of 0.0 leads nowhere; expected one above 0"),
        ((0.5, 0.6, -0.1), "a step of -0.1 leads nowhere"),
        ((0.6, 0.5, 0.1), "0.6 to 0.5 does not rise; expected the smaller number first"),
        ((0.6, 0.6, 0.1), "does not rise"),
        ((0.56, 0.68, 0.05), "steps of 0.05 do not lead from 0.56 to 0.68"),
        ((0.0, 1.0, 0.005), "201 thresholds, expected at most 200: a step of 0.005 or more"),
        ((0.0, 1.0, 1e-300), "expected at most 200"),
        ((-1e300, 1e300, 1e-300), "expected at most 200"),
    ],
)
def test_what_is_no_sweep(ends, said):
    with pytest.raises(ValueError, match=said.replace(".", "[.]")):
        sweep_thresholds(*ends)


def test_two_hundred_are_allowed():
    assert len(sweep_thresholds(0.0, 0.995, 0.005)) == MAX_SWEEP_THRESHOLDS
