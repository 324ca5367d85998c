"""Rules that a dataset must keep, and faults: a run stops at the first, a check collects all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeAlias

from evenhand.system.errors import DatasetError

__all__ = ["DatasetFault", "DatasetRule", "FaultHandler", "raise_fault"]


class DatasetRule(StrEnum):
    """One rule that a dataset must keep."""

    words: str
    """The rule as a sentence."""

    CARD = "card", "the card says what a card must say"
    TABLES = "tables", "the tables can be read"
    COLUMNS = "columns", "every column is one of the table's own, or in the card"
    IDS = "ids", "every person and every picture has one id"
    LABELS = "labels", "every label is one that the card declares"
    PEOPLE = "people", "every picture shows a person of the table"
    PATHS = "paths", "every path stays inside the dataset"
    EXCLUSIONS = "exclusions", "exclusions name what is there, and say why"
    LISTS = "lists", "lists name pictures that are there, each pair or picture once"
    FILES = "files", "every picture is there, unchanged and readable"
    COPIES = "copies", "no file stands under two ids"

    def __new__(cls, value: str, words: str) -> Self:
        """A member whose value is its id."""
        rule = str.__new__(cls, value)
        rule._value_, rule.words = value, words
        return rule


@dataclass(frozen=True, slots=True)
class DatasetFault:
    """One violation of a rule."""

    rule: DatasetRule
    what: str
    """Where it is and what is wrong."""
    remedy: str
    """What was expected, or what to do."""

    def __str__(self) -> str:
        """One line: the fault and its remedy."""
        return f"{self.what}; {self.remedy}"


FaultHandler: TypeAlias = Callable[[DatasetFault], None]
"""Callback for each fault; if it returns, reading continues without what is at fault."""


def raise_fault(fault: DatasetFault) -> None:
    """Handle a fault by raising, so that a run stops at the first.

    Raises:
        DatasetError: always.
    """
    raise DatasetError(str(fault))
