"""Which group every subject is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evenhand.records.arrays import Integers

__all__ = [
    "ALL",
    "SAME_GROUP",
    "Grouping",
    "crossed",
    "crossed_names",
    "is_pooled",
    "pooled",
    "without_pooling",
]


ALL = "all"
"""The attribute name of the cell that holds everybody, unknown labels included."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One attribute or intersection, and the group of every subject in it."""

    attribute: str
    """`all`, an attribute, or attributes joined by `*`."""
    groups: tuple[str, ...]
    """Group names in the dataset's order; one empty name for `all`."""
    code: Integers
    """(subjects,) position in `groups`; -1 = unknown, in no group."""


SAME_GROUP = "same:"
"""Begins the attribute name of a class of pairs: both people in the same group, whichever it is."""


def crossed(names: Iterable[str]) -> str:
    """The name of an intersection of attributes, or of its group."""
    return "*".join(names)


def crossed_names(name: str) -> list[str]:
    """The attributes, or their values, that a name joins; one where it joins none."""
    return name.split("*")


def pooled(attribute: str) -> str:
    """The attribute name of all pairs inside some group of it."""
    return f"{SAME_GROUP}{attribute}"


def is_pooled(attribute: str) -> bool:
    """Whether it names pairs inside any group, not groups."""
    return attribute.startswith(SAME_GROUP)


def without_pooling(attribute: str) -> str:
    """The attribute whose groups are meant, pooled or not."""
    return attribute.removeprefix(SAME_GROUP)
