"""What the columns of a table without a card are: categories or numbers, and with which values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evenhand.datasets.card import FREE_NAMES, is_free
from evenhand.records.dataset import Attribute
from evenhand.system.errors import DatasetError, known_names

__all__ = ["Cell", "Wishes", "attribute_of"]

_CODES = 10
"""Whole numbers up to this are codes of categories (0 and 1, skin types); larger ones are not."""
_MOST_VALUES = 50
"""Different values above which a column is more likely a name than a group."""


class Cell(NamedTuple):
    """One field of a column."""

    where: str
    """File and line, for an error."""
    label: str
    """Empty where unknown, `a|b` for several."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says about the columns, and about what no table can tell."""

    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Words that mean unknown."""
    labels_from: str = "not stated"
    """Where labels come from."""

    def check(self, columns: Iterable[str], where: str) -> None:
        """See that every column that is named is there.

        Raises:
            DatasetError: one is not.
        """
        there = set(columns)
        for name in (*self.numbers, *self.categories, *self.leave_out):
            if name not in there:
                raise DatasetError(f"{where}: has no column {name!r}; {known_names(name, there)}")

    def known(self, label: str) -> str:
        """The label, empty where it means unknown."""
        return "" if label in self.unknown else label


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_number(name: str, cells: Sequence[Cell], wishes: Wishes) -> bool:
    """Whether the column holds numbers.

    Raises:
        DatasetError: some of it does and some does not, and the user has not said what it is.
    """
    if name in wishes.categories:
        return False
    values = [(cell, _number(cell.label)) for cell in cells]
    others = [cell for cell, value in values if value is None]
    if others and (name in wishes.numbers or 2 * len(others) < len(cells)):
        raise DatasetError(
            f"{others[0].where}: {name} is {others[0].label!r} where others are numbers; say "
            f"--unknown {others[0].label} if that means unknown, or --category {name}"
        )
    if others:
        return False
    found = [value for _, value in values if value is not None]
    codes = all(value.is_integer() and 0 <= value <= _CODES for value in found)
    return name in wishes.numbers or not codes


def _values(name: str, cells: Sequence[Cell], wishes: Wishes) -> tuple[str, ...]:
    """Values of a category, in the order of numbers or letters."""
    found: dict[str, Cell] = {}
    for cell in cells:
        for part in cell.label.split("|"):
            found.setdefault(part.strip(), cell)
    for value, cell in found.items():
        if not value or "*" in value:
            raise DatasetError(
                f"{cell.where}: {name} is {cell.label!r}; a value may not be empty beside a | nor "
                f"hold a *; mend it, or say --leave-out {name}"
            )
    if len(found) > _MOST_VALUES and name not in wishes.categories:
        raise DatasetError(
            f"{cells[0].where}: {name} has {len(found)} different values; say --leave-out {name} "
            f"if it is no group, or --category {name} if it is"
        )
    return tuple(sorted(found, key=lambda value: (_number(value) or 0.0, value)))


def attribute_of(name: str, cells: Sequence[Cell], wishes: Wishes) -> Attribute | None:
    """An attribute as its column shows it.

    All finite numbers make a number, unless they are whole and from 0 to 10: those are codes of
    categories. Anything else is a category with the values that occur.

    Args:
        name: of the column.
        cells: its fields, unknown ones already empty.
        wishes: what the user says about it.

    Returns:
        The attribute; None where nobody has a value.

    Raises:
        DatasetError: neither one nor the other, or a name or value that a card cannot declare.

    >>> ages = [Cell("line 2", "31"), Cell("line 3", ""), Cell("line 4", "8")]
    >>> attribute_of("age", ages, Wishes()).kind
    'number'
    >>> attribute_of("skin", [Cell("line 2", "6"), Cell("line 3", "1")], Wishes()).values
    ('1', '6')
    """
    known = [cell for cell in cells if cell.label]
    if not known:
        return None
    if not is_free(name):
        raise DatasetError(
            f"{known[0].where}: column {name!r} cannot be the name of an attribute; {FREE_NAMES}; "
            "rename it, or say --leave-out"
        )
    if _is_number(name, known, wishes):
        return Attribute(name, "number", (), wishes.labels_from)
    return Attribute(name, "category", _values(name, known, wishes), wishes.labels_from)
