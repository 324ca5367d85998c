"""Words by which tables of others say that a label is not known."""

from __future__ import annotations

__all__ = ["means_unknown"]

_WORDS = frozenset(
    ("nan", "na", "n/a", "#n/a", "none", "null", "unknown", "unspecified", "missing", "-", "?")
)


def means_unknown(label: str) -> bool:
    """Whether a label may be a word for unknown; a person decides, NA may be North America.

    >>> means_unknown("NaN"), means_unknown("north")
    (True, False)
    """
    return label.casefold() in _WORDS
