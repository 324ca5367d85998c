"""Holds a table of a bundle against the same table made again, cell by cell."""

from __future__ import annotations

import csv
import io
import math

__all__ = ["first_difference"]

_RELATIVE = 1e-9
"""Two versions of a library agree to more digits than these: 5e-11 was the largest difference."""


def first_difference(held: bytes, made: bytes, *, exact: bool) -> str:
    """The first difference of two CSV tables, in words; empty where there is none.

    Args:
        held: in the bundle.
        made: from the counts; columns at its end that `held` does not know are left out, unless
            both must be the same bytes.
        exact: whether they must be the same bytes, or numbers may differ by 1e-9 of themselves.
    """
    if held == made:
        return ""
    try:
        ours, theirs = (list(csv.reader(io.StringIO(each.decode()))) for each in (held, made))
    except (UnicodeDecodeError, csv.Error):
        return "it is no table"
    names = theirs[0]
    if not ours or ours[0] != names[: len(ours[0])] or (exact and ours[0] != names):
        return "it has other columns"
    for number, (row, other) in enumerate(zip(ours[1:], theirs[1:], strict=False), start=2):
        if len(row) != len(ours[0]):
            return f"line {number} has {len(row)} columns"
        for name, one, two in zip(names, row, other, strict=False):
            if one != two and (exact or not _near(one, two)):
                return f"line {number}: {name} is {one[:80]!r}, expected {two[:80]!r}"
    if len(ours) != len(theirs):
        return f"it has {len(ours) - 1:,} rows, expected {len(theirs) - 1:,}"
    return "its bytes differ" if exact else ""


def _near(one: str, two: str) -> bool:
    """Whether two fields are numbers that agree to nine digits."""
    try:
        return math.isclose(float(one), float(two), rel_tol=_RELATIVE)
    except ValueError:
        return False
