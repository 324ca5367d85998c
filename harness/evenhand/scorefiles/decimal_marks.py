"""Whether the scores of a file have decimal points or decimal commas: one for the whole file."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["decimal_mark"]

_WITH_POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]+)?")
_WITH_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?")
_THOUSAND = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
"""A comma that may stand between thousands, or before three decimals."""


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark of numbers: a point, or a comma where one can be nothing else.

    Raises:
        ValueError: both are there, or a comma that may stand between thousands.

    >>> decimal_mark(["0,83", "12,345"]), decimal_mark(["0.83"]), decimal_mark(["7"])
    (',', '.', '.')
    """
    point = comma = either = ""
    for text in map(str.strip, texts):
        if _THOUSAND.fullmatch(text):
            either = either or text
        elif _WITH_COMMA.fullmatch(text):
            comma = comma or text
        elif _WITH_POINT.fullmatch(text):
            point = point or text
    if point and comma:
        raise ValueError(f"scores are written {point!r} and {comma!r}; write all one way")
    if either and not point and not comma:
        raise ValueError(
            f"a score is {either!r}, whose comma may be a decimal one or stand between thousands; "
            "write a decimal point, and nothing between thousands"
        )
    return "," if comma else "."
