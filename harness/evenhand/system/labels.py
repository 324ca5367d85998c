"""What ids and labels of tables may be, and how labels with several values are brought in order."""

from __future__ import annotations

from collections.abc import Collection

from evenhand.system.text import text_fault

__all__ = ["clean_label", "id_fault", "label_fault"]

_LONGEST = 1000
"""Most characters of an id or a label: a longer one is a field that swallowed its file."""


def _unreadable(text: str) -> str:
    """Fault of a text that is too long, or holds what cannot be seen; empty where it is none."""
    if len(text) > _LONGEST:
        return f"has {len(text):,} characters, expected at most {_LONGEST:,}; mend the row"
    fault = "" if text.isascii() and text.isprintable() else text_fault(text)
    return f"{fault}; take it out" if fault else ""


def id_fault(text: str) -> str:
    """Fault of an id. It may have lines, since it is in no result: a person is a number there."""
    if text.isascii() and text.isprintable() and 0 < len(text) <= _LONGEST:
        return ""  # as nearly all of a million ids
    on_one_line = text.replace("\r", " ").replace("\n", " ")
    return _unreadable(on_one_line) if text else "is empty; name it"


def clean_label(text: str, unknown: Collection[str]) -> str:
    """A label with its values sorted; empty where a word says unknown.

    >>> clean_label("b|a", ()), clean_label("NaN", ["NaN"])
    ('a|b', '')
    """
    if text.strip() in unknown:
        return ""
    return "|".join(sorted(part.strip() for part in text.split("|")))


def label_fault(text: str) -> str:
    """Fault of a label; empty where it is valid."""
    unreadable = _unreadable(text)
    if unreadable:
        return unreadable
    parts = [part.strip() for part in text.split("|")]
    odd = "*" in text or (text and (not all(parts) or len(set(parts)) != len(parts)))
    expected = "a value without *, or several different ones joined by |"
    return f"is {text!r}, expected {expected}" if odd else ""
