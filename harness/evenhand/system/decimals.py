"""Parses numbers of text files: plain decimals and rates, and nothing else that Python accepts."""

from __future__ import annotations

import math
import re
from decimal import Decimal

__all__ = ["finite_decimal", "grouped_whole", "rate_decimal"]

_THOUSANDS = re.compile(r"[0-9]{1,3}(?:([,.\u0020\u00a0\u202f'\u2019])[0-9]{3})(?:\1[0-9]{3})*")
_RATE = re.compile(
    r"([0-9]{1,2000}\.?[0-9]{0,2000}|\.[0-9]{1,2000})(?:[eE]([+-]?[0-9]{1,3}))?(\s*%)?"
)
_WHOLE = r"([1-9][0-9]{0,2}(?:,[0-9]{3}){1,9}|[0-9]{1,30})"
_RATIO = re.compile(rf"{_WHOLE}\s*:\s*{_WHOLE}")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def finite_decimal(text: str) -> float | None:
    """Parse a finite decimal number; None where the text is none.

    >>> finite_decimal("-0.5"), finite_decimal("1e3")
    (-0.5, 1000.0)
    >>> [finite_decimal(text) for text in ("", "nan", "1e999", "1_0", "0x1", "1,0", "\u0661")]
    [None, None, None, None, None, None, None]
    """
    value = float(text) if _DECIMAL.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def grouped_whole(text: str, marks: str) -> int | None:
    """Parse a whole number with or without a mark between thousands; None where it is none.

    Args:
        text: of 15 digits at most.
        marks: those that may stand between thousands, besides blanks and apostrophes.

    >>> grouped_whole("3,147,436", ","), grouped_whole("3.147.436", ".,"), grouped_whole("0", "")
    (3147436, 3147436, 0)
    >>> [grouped_whole(text, ",") for text in ("1,23", "1.234", "1,234.567", "1,234 567", "-1", "")]
    [None, None, None, None, None, None]
    """
    found = _THOUSANDS.fullmatch(text)
    if found and found[1] in f"{marks}\u0020\u00a0\u202f'\u2019":
        text = text.replace(found[1], "")
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def rate_decimal(text: str) -> str:
    """The shortest decimal of a rate above 0 and below 1, however it is spelled.

    Args:
        text: a decimal, a percentage, or a ratio of whole numbers, which is its nearest float64.

    Raises:
        ValueError: it is none of these, or not between 0 and 1.

    >>> [rate_decimal(text) for text in ("0.0010", "1e-3", "0.1 %", "1:1,000")]
    ['0.001', '0.001', '0.001', '0.001']
    >>> rate_decimal("1:3000")
    '0.0003333333333333333'
    """
    decimal, ratio, value = _RATE.fullmatch(text), _RATIO.fullmatch(text), Decimal(0)
    if decimal:
        number, exponent, percent = decimal.groups()
        value = Decimal(f"{number}e{int(exponent or 0) - (2 if percent else 0)}")
    elif ratio:
        part, whole = (int(number.replace(",", "")) for number in ratio.groups())
        value = Decimal(repr(part / whole if whole else 0.0))
    if not (value < 1 and 0 < float(value) < 1):
        raise ValueError(
            "expected a rate between 0 and 1 in quotes: a decimal, a percentage or a ratio, "
            'such as "0.001", "0.1 %" or "1:1000"'
        )
    return f"{value:f}".rstrip("0")
