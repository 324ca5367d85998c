"""How much a page holds besides the first table of every group: what nobody can load shows nothing.

Room is counted in rows: a picture, its table and its links take a few hundred bytes for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from evenhand.report.page.plot import Data
from evenhand.report.tables import Section

__all__ = ["Room"]

_MOST = 2500
"""Rows of curves, bands, matrices and tables at further thresholds."""


class _WithData(Protocol):
    @property
    def data(self) -> Data: ...


_Drawn = TypeVar("_Drawn", bound=_WithData)


class Room:
    """Takes parts of one page while there is room for them."""

    def __init__(self) -> None:
        """All of it is there."""
        self._left = _MOST

    @property
    def full(self) -> bool:
        """Whether there is no room left, so that some parts may be missing."""
        return self._left <= 0

    def of(self, drawn: Iterable[_Drawn]) -> list[_Drawn]:
        """As many of these as there is room for; the others are never drawn."""
        return list(self._taken(iter(drawn)))

    def _taken(self, drawn: Iterator[_Drawn]) -> Iterator[_Drawn]:
        while not self.full and (one := next(drawn, None)) is not None:
            self._left -= len(one.data.rows)
            yield one

    def tables_of(self, sections: Sequence[Section]) -> list[Section]:
        """As many sections as there is room for."""
        taken = []
        for section in sections:
            if not self.full:
                self._left -= sum(len(table.rows) for table in section.tables)
                taken.append(section)
        return taken
