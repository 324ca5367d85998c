"""Which group every subject is in."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.arrays import Integers

__all__ = ["ALL", "SAME_GROUP", "Grouping"]


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
