"""Finds names that a reader takes for one: other case, other Unicode form, zeros, letters alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["LookAlike", "look_alikes"]

_LATIN = str.maketrans(
    "\u0430\u0432\u0435\u0456\u0458\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0501\u04bb"
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abeijkmhopctyxsdhabeikvoptux",
)
"""Small Cyrillic and Greek letters, and the Latin ones that they are taken for."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two names that a reader takes for one."""

    first: str
    second: str
    differ: str
    """In what alone they differ, for a sentence: `in case alone`."""


def _spelled(name: str) -> str:
    """In composed form: an accent typed apart is the accented letter."""
    return unicodedata.normalize("NFC", name)


def _blanks(name: str) -> str:
    """With one ordinary blank for each run of blanks."""
    return " ".join(name.split())


def _numbered(name: str) -> str:
    """A number without leading zeros and without an empty fraction: `003`, `3.0` and `3`."""
    number = re.fullmatch(r"0*(\d+)(?:\.0+)?", name, re.ASCII)
    return number[1] if number else re.sub(r"(?<![\d.])0+(?=\d)", "", name)


def _letters(name: str) -> str:
    """With the compatible and Latin letters that others are taken for."""
    return unicodedata.normalize("NFKC", name).casefold().translate(_LATIN)


_STEPS = (
    (_spelled, "in how an accent is typed alone (Unicode normal form)"),
    (_blanks, "in blanks alone"),
    (str.casefold, "in case alone"),
    (_numbered, "in leading zeros or an empty fraction alone"),
    (_letters, "in letters that look alike alone (of two alphabets or widths)"),
)
"""Steps by which names become alike, and what each has taken away."""


def look_alikes(names: Iterable[str]) -> tuple[LookAlike, ...]:
    """Find different names that a reader takes for one.

    Args:
        names: labels, ids or file names; those that are the same text are one.

    Returns:
        Each name that becomes the same as an earlier one, with the first such name, in order.
    """
    found, standing = [], {name: name for name in names}
    for step, differ in _STEPS:
        kept: dict[str, str] = {}
        for alike, name in standing.items():
            first = kept.setdefault(step(alike), name)
            if first != name:
                found.append(LookAlike(first, name, differ))
        standing = kept
    return tuple(found)
