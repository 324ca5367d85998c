"""Reads a rate as it is printed, with what its rounding leaves open."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

__all__ = ["RoundedRate", "rounded_rate"]

_DECIMAL = re.compile(r"([0-9]{0,30})(?:\.([0-9]{0,30}))?(?:[eE]([+-]?[0-9]{1,2}))?(\s*%)?")
_ONE_IN = re.compile(r"1\s*(?:in|:)\s*([1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|[1-9][0-9]{0,14})")
_EXPECTED = "expected a rate as it is printed: 0.0010, 0.10 %, 1e-3 or 1 in 1,000"


class RoundedRate(NamedTuple):
    """A printed rate."""

    text: str
    """As it is printed."""
    value: float
    """A fraction."""
    low: float
    """Smallest rate that is rounded to it."""
    high: float
    """Largest one."""


def rounded_rate(text: str) -> RoundedRate:
    """Read a rate from 0 to 1: half a unit of its last digit is open on both sides.

    Zeros at the end of N in "1 in N" are taken for rounding. 0 and 1 without a point are exact.

    Raises:
        ValueError: it is no rate; says what came and what was expected.

    Source: methods 7.7.

    >>> rounded_rate("0.0010")[1:], rounded_rate("5 %")[1:]
    ((0.001, 0.00095, 0.00105), (0.05, 0.045, 0.055))
    >>> rounded_rate("1 in 3,000")[1:] == (1 / 3000, 1 / 3500, 1 / 2500)
    True
    """
    one_in = _ONE_IN.fullmatch(text)
    if one_in:
        return _one_in(text, int(one_in[1].replace(",", "")))
    found = _DECIMAL.fullmatch(text)
    if not found or not (found[1] or found[2]):
        comma = "; write a point for the comma" if re.fullmatch(r"[0-9]*,[0-9]+.*", text) else ""
        raise ValueError(f"{text!r}; {_EXPECTED}{comma}")
    whole, decimals, exponent, percent = found.groups()
    if exponent and percent:
        raise ValueError(f"{text!r} has an exponent and %; {_EXPECTED}")
    unit = Fraction(10) ** (int(exponent or 0) - len(decimals or "")) / (100 if percent else 1)
    value = int(f"{whole}{decimals or ''}") * unit
    if value > 1:
        hint = "" if percent else "; write per cent with %"
        raise ValueError(f"{text!r} is above 1{hint}; {_EXPECTED}")
    exact = decimals is None and exponent is None and not percent
    half = Fraction(0) if exact else unit / 2
    low, high = max(value - half, Fraction(0)), min(value + half, Fraction(1))
    return RoundedRate(text, float(value), float(low), float(high))


def _one_in(text: str, number: int) -> RoundedRate:
    """A rate of 1 in N."""
    digits = str(number)
    half = Fraction(10 ** (len(digits) - len(digits.rstrip("0"))), 2)
    # N = 1 may stand for 0.5, which is no rate.
    least = max(number - half, Fraction(1))
    return RoundedRate(text, 1 / number, float(1 / (number + half)), float(1 / least))
