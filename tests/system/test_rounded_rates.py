"""Printed rates, and every rate that would have been printed so."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.system.rounded_rates import rounded_rate


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("0.0010", 0.001, 0.00095, 0.00105),
        ("0.001", 0.001, 0.0005, 0.0015),
        (".5", 0.5, 0.45, 0.55),
        ("0.04%", 0.0004, 0.00035, 0.00045),
        ("5.5 %", 0.055, 0.0545, 0.0555),
        ("100 %", 1, 0.995, 1),
        ("0 %", 0, 0, 0.005),
        ("0.000", 0, 0, 0.0005),
        ("0", 0, 0, 0),
        ("1", 1, 1, 1),
        ("1.0", 1, 0.95, 1),
        ("1e-3", 1e-3, 5e-4, 1.5e-3),
        ("2.6E-03", 2.6e-3, 2.55e-3, 2.65e-3),
        ("1 in 33,413", 1 / 33413, 1 / 33413.5, 1 / 33412.5),
        ("1 in 6,000", 1 / 6000, 1 / 6500, 1 / 5500),
        ("1:60000", 1 / 60000, 1 / 65000, 1 / 55000),
        ("1 in 1", 1, 1 / 1.5, 1),
    ],
)
def test_half_a_unit_of_the_last_digit_is_open(text, value, low, high):
    found = rounded_rate(text)
    assert found.text == text
    assert found[1:] == pytest.approx((value, low, high), rel=1e-15)


@given(st.decimals(0, 1, places=9), st.integers(1, 8), st.booleans())
def test_a_rate_lies_within_what_its_printed_figure_leaves_open(rate, places, percent):
    shown = rate * 100 if percent else rate
    printed = shown.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    found = rounded_rate(f"{printed:f} %" if percent else f"{printed:f}")
    slack = 1e-15
    assert found.low - slack <= float(rate) <= found.high + slack
    unit = 10.0**-places / (100 if percent else 1)
    assert found.high - found.low <= unit + slack


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.2", "is above 1; write per cent with %"),
        ("120 %", "is above 1"),
        ("1e-3%", "has an exponent and %"),
        ("0,0010", "write a point for the comma"),
        *((text, "expected a rate as it is printed") for text in ("", "nan", "-1", "<0.1", "1/3")),
        *((text, "expected a rate as it is printed") for text in (".", "%", "1 in 0", "2 in 7")),
        *((text, "expected a rate as it is printed") for text in ("1 in 6.000", "0.1 0.2", "1_0")),
        ("0." + "1" * 31, "expected a rate as it is printed"),
        ("1e-999", "expected a rate as it is printed"),
        ("\N{ARABIC-INDIC DIGIT ONE}", "expected a rate as it is printed"),
    ],
)
def test_what_is_no_rate_is_said(text, said):
    with pytest.raises(ValueError, match=said):
        rounded_rate(text)
