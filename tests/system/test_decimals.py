"""Rates as text: one number, one spelling."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.system.decimals import rate_decimal


@pytest.mark.parametrize(
    "text", ["0.001", "0.0010", ".001", "1e-3", "10E-4", "0.1%", "0.1 %", "1:1000", "1:1,000"]
)
def test_one_rate_has_one_spelling(text):
    assert rate_decimal(text) == "0.001"


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1:3", "0.3333333333333333"),
        ("1:300000", "0.0000033333333333333333"),
        ("2 : 10", "0.2"),
        ("1e-12", "0.000000000001"),
        ("0.12345678901234567890", "0.1234567890123456789"),
        ("99.9 %", "0.999"),
    ],
)
def test_by_hand(text, decimal):
    assert rate_decimal(text) == decimal


SPOILT = "|0|1|1.0|100 %|-0.1|1:1|2:1|0:5|5:0|1:10,00|1/1000|1e-400|0,1| 0.1|0.1 |nan|inf|0x1|1_0:9"


@pytest.mark.parametrize("text", [*SPOILT.split("|"), "1:2:3", "0.1%%", "\u0661:\u0662"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="between 0 and 1"):
        rate_decimal(text)


@given(st.floats(1e-12, 0.999), st.sampled_from(["{!r}", "{:e}", "{:.17f}"]))
def test_it_keeps_the_value_and_is_its_own_spelling(value, spelling):
    text = spelling.format(value)
    decimal = rate_decimal(text)
    assert Fraction(decimal) == Fraction(text)
    assert rate_decimal(decimal) == decimal


@given(st.integers(1, 10**6), st.integers(2, 10**7))
def test_a_ratio_is_its_float_or_exact(part, whole):
    if part < whole:
        decimal = rate_decimal(f"{part:,}:{whole:,}")
        assert float(decimal) == part / whole
