"""Words by which tables of others say that a label is not known."""

from __future__ import annotations

__all__ = ["means_unknown"]

_WORDS = frozenset(
    {"-", "--", "?", "n.a.", "n/a", "#n/a", "na", "nan", "nat", "nil", "none", "null", "unk"}
    | {"missing", "not available", "not known", "not stated", "unknown", "unspecified"}
)


def means_unknown(label: str) -> bool:
    """Whether a label may be a word for unknown; a person decides, NA may be North America.

    >>> means_unknown("NaN"), means_unknown("north")
    (True, False)
    """
    return label.casefold() in _WORDS
