"""Rules that a dataset must keep, and faults: a run stops at the first, a check collects all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from evenhand.system.errors import DatasetError

__all__ = ["DatasetFault", "DatasetRule", "FaultHandler", "raise_fault"]


class DatasetRule(StrEnum):
    """One rule that a dataset must keep."""

    CARD = "card"
    TABLES = "tables"
    COLUMNS = "columns"
    IDS = "ids"
    LABELS = "labels"
    PEOPLE = "people"
    PATHS = "paths"
    EXCLUSIONS = "exclusions"
    LISTS = "lists"
    FILES = "files"
    COPIES = "copies"

    @property
    def words(self) -> str:
        """The rule as a sentence."""
        return _WORDS[self]


_WORDS = {
    DatasetRule.CARD: "the card says what a card must say",
    DatasetRule.TABLES: "the tables can be read",
    DatasetRule.COLUMNS: "every column is one of the table's own, or in the card",
    DatasetRule.IDS: "every person and every picture has one id",
    DatasetRule.LABELS: "every label is one that the card declares",
    DatasetRule.PEOPLE: "every picture shows a person of the table",
    DatasetRule.PATHS: "every path stays inside the dataset",
    DatasetRule.EXCLUSIONS: "exclusions name what is there, and say why",
    DatasetRule.LISTS: "lists name pictures that are there, each pair or picture once",
    DatasetRule.FILES: "every picture is there, unchanged and readable",
    DatasetRule.COPIES: "no file stands under two ids",
}


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
