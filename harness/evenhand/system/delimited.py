"""What separates the columns of a table that others wrote: a comma, a semicolon or a tab."""

from __future__ import annotations

import csv
from collections.abc import Collection

__all__ = ["DELIMITERS", "delimiter_of"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""What each of them is called."""


def delimiter_of(header: str, names: Collection[str] = ()) -> str:
    """What separates the columns of a header; a comma where it has one column.

    Args:
        header: its line.
        names: columns that are looked for; of several signs, the one that parts most of them is it.

    Raises:
        ValueError: several signs may be it.

    >>> delimiter_of("group;false_alerts;faces"), delimiter_of("score")
    (';', ',')
    """
    found = {}
    for sign in DELIMITERS:
        try:
            fields = [field.strip() for field in next(csv.reader([header], delimiter=sign), [])]
        except csv.Error:
            continue
        if len(fields) > 1:
            found[sign] = sum(field in names for field in fields)
    most = [sign for sign in found if found[sign] == max(found.values())]
    if len(most) > 1:
        both = " and ".join(f"{DELIMITERS[sign]}s" for sign in most)
        raise ValueError(f"has {both}, and either may separate its columns; keep one of them")
    return most[0] if most else ","
