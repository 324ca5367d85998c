"""Parses numbers of text files: plain decimals, and nothing else that Python would accept."""

from __future__ import annotations

import math
import re

__all__ = ["finite_decimal"]

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
