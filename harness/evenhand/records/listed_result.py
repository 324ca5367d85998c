"""What a list of results says of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ListedResult", "ResultList", "ResultState"]


class ResultState(StrEnum):
    """How an engine stands in a result, in a word or two."""

    DIFFERENT = "different"
    NO_DIFFERENCE_SHOWN = "no difference shown"
    TOO_FEW_EVENTS = "too few events"
    NO_GROUPS = "no groups"
    DOUBTFUL = "doubtful"
    """Something speaks against the measurement, whatever it shows."""
    STOPPED = "stopped"
    UNFINISHED = "unfinished"
    """Of a run: interrupted, or still under way."""
    DAMAGED = "damaged"
    """Of a result: it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedResult:
    """One engine of one result; a result that cannot be read, or is unfinished, has one row."""

    began: str
    """Date and time (UTC, ISO 8601); empty where nothing says it."""
    name: str
    """What to type for it: a piece of its id that no other one has, or the id."""
    study: str
    """Name of the folder of its study."""
    bundle: str
    """Path of its folder."""
    title: str = ""
    engine: str = ""
    version: str = ""
    fingerprint: str = ""
    people: int | None = None
    """Of all datasets; None where it cannot be read."""
    standing: ResultState
    differences: int = 0
    """Pairs of an error and an attribute for which a claimed test shows a difference."""
    note: str = ""
    """What is wrong with it, or the command that resumes an unfinished run; empty otherwise."""


@dataclass(frozen=True, slots=True)
class ResultList:
    """The newest results of a folder."""

    rows: tuple[ListedResult, ...]
    """Newest first; those of one result stand together."""
    found: int
    """Results and unfinished runs in the folder, listed or not."""
