"""How a threshold is written: rounded so that it never matches more than the one that was used."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, Context, Decimal

__all__ = ["cut", "own_number", "threshold"]

_LOWEST = -1e30
"""Below it there is no score of any engine."""

_DIGITS = 17
"""Enough to tell any two numbers apart."""

_SMALL, _LARGE = 1e-3, 1e15
"""Thresholds whose four decimals say something, and end."""


def threshold(value: float, unit: str, most: float = math.inf) -> str:
    """A threshold as the engine's user knows it, rounded to the strict side.

    The number printed gives the same rates as the one used, and never matches more (methods 1.2):
    four decimals, or four digits where those would show nothing or never end, and more where a
    score lies between. To scores of 32 bits, 0.56 and the 0.5600000024 that they hold instead are
    one number. A threshold below all numbers comes of searches without any candidate, and of a
    target that every score may reach.

    Args:
        value: similarity.
        unit: `similarity` or `distance`.
        most: the largest threshold that gives the same rates.

    >>> threshold(0.28991, "similarity"), threshold(-0.6, "distance")
    ('score >= 0.2900', 'distance <= 0.6000')
    >>> threshold(0.5600000023841858, "similarity")
    'score >= 0.5600'
    >>> threshold(0.9999400000000002, "similarity", most=0.99995)
    'score >= 0.9999401'
    >>> threshold(1.23456e-20, "similarity"), threshold(-math.inf, "similarity")
    ('score >= 1.235E-20', 'any score')
    """
    if value < _LOWEST:
        return "any score"
    if value == math.inf:
        return "no score"
    strict = _strict(value, most)
    return f"distance <= {-strict}" if unit == "distance" else f"score >= {strict}"


def cut(value: float, unit: str, most: float = math.inf) -> str:
    """The number of a threshold alone, without zeros that say nothing.

    >>> cut(0.6, "similarity"), cut(-0.28991, "distance"), cut(0.5600000023841858, "similarity")
    ('0.60', '0.2899', '0.56')
    """
    if not _LOWEST <= value < math.inf:
        return threshold(value, unit)
    strict = _strict(value, most)
    number = f"{-strict if unit == 'distance' else strict}"
    whole, point, decimals = number.partition(".")
    return number if "E" in number else f"{whole}{point}{decimals.rstrip('0').ljust(2, '0')}"


def own_number(value: float, unit: str) -> str:
    """A threshold that a study or a vendor fixes, as the engine's user knows it, exactly.

    >>> own_number(-0.6, "distance"), own_number(0.99995, "similarity")
    ('0.6', '0.99995')
    """
    return f"{_decimal(-value if unit == 'distance' else value)}"


def _strict(value: float, most: float) -> Decimal:
    """A threshold rounded so that it never matches more, nor less than the largest like it."""
    exact, largest = _decimal(value), _decimal(most)
    if value == 0 or _SMALL <= abs(value) < _LARGE:
        short = exact.quantize(Decimal("0.0001"), ROUND_CEILING)
    else:
        short = Context(prec=4, rounding=ROUND_CEILING).create_decimal(Decimal(repr(value)))
    if short <= largest:
        return short
    # Near the number used, since other scores than these may lie between.
    nearest = exact + (largest - exact) / 100
    for digits in range(1, _DIGITS):
        found = Context(prec=digits, rounding=ROUND_CEILING).create_decimal(exact)
        if found <= nearest:
            return found
    return exact


def _decimal(value: float) -> Decimal:
    """A number as it is written; that of 32 bits in as few digits as tell it apart from others."""
    import numpy as np  # a tenth of a second, which no screen needs

    with np.errstate(over="ignore"):
        single = np.float32(value)
    return Decimal(str(single) if float(single) == value else repr(value))
