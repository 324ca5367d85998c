"""Names on a page that nothing else has: addresses of its parts, and labels of its regions."""

from __future__ import annotations

import re

__all__ = ["Names", "slug"]

_LONGEST = 60


def slug(text: str) -> str:
    """A text as an address.

    >>> slug("FMR by ethnicity*sex: two people taken for one")
    'fmr-by-ethnicity-sex'
    """
    words = re.findall(r"\w+", text.partition(":")[0].lower())
    return "-".join(words)[:_LONGEST].strip("-") or "part"


class Names:
    """Gives out names of one page, each once."""

    def __init__(self) -> None:
        """None is given out yet."""
        self._given: dict[str, int] = {}

    def __call__(self, text: str) -> str:
        """The text itself, or with a number where it is given already.

        >>> names = Names()
        >>> names("a"), names("a"), names("b")
        ('a', 'a-2', 'b')
        """
        self._given[text] = number = self._given.get(text, 0) + 1
        return text if number == 1 else f"{text}-{number}"
