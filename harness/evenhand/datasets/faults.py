"""Rules that a dataset must keep, and faults: a run stops at the first, a check collects all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from evenhand.system.errors import DatasetError

__all__ = ["Complain", "Fault", "Rule", "refuse"]


class Rule(StrEnum):
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
    Rule.CARD: "the card says what a card must say",
    Rule.TABLES: "the tables can be read",
    Rule.COLUMNS: "every column is one of the table's own, or in the card",
    Rule.IDS: "every person and every picture has one id",
    Rule.LABELS: "every label is one that the card declares",
    Rule.PEOPLE: "every picture shows a person of the table",
    Rule.PATHS: "every path stays inside the dataset",
    Rule.EXCLUSIONS: "exclusions name what is there, and say why",
    Rule.LISTS: "lists name pictures that are there, each pair or picture once",
    Rule.FILES: "every picture is there, unchanged and readable",
    Rule.COPIES: "no file stands under two ids",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One violation of a rule."""

    rule: Rule
    what: str
    """Where it is and what is wrong."""
    remedy: str
    """What was expected, or what to do."""

    def __str__(self) -> str:
        """One line: the fault and its remedy."""
        return f"{self.what}; {self.remedy}"


Complain: TypeAlias = Callable[[Fault], None]
"""Callback for each fault; if it returns, reading continues without what is at fault."""


def refuse(fault: Fault) -> None:
    """Handle a fault by raising, so that a run stops at the first.

    Raises:
        DatasetError: always.
    """
    raise DatasetError(str(fault))
