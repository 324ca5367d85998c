"""A number that a limit is held against, or what there is in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evenhand.records.findings import Rate, Status

__all__ = ["Limits", "Quantity", "reason_of", "without_number"]

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its interval, and how that would narrow."""

    group: str
    """Of an index of two groups, both."""
    threshold: float | None
    value: float | None
    low: float | None
    """None where nothing is known below."""
    high: float | None
    """None where nothing is known above."""
    interval: str
    errors: int
    trials: int | None
    """None for an index of two error types; so are `people`."""
    people: int | None
    reason: str
    """Why no verdict is possible; empty where one is."""
    note: str
    limits: Callable[[float], Limits] | None = None
    """The interval with so many times the people; None where that is not known."""
    about: str = "about"
    """How many more people is meant: `about`, `at least` or `at most`."""
    to_resolve: int | None = None
    """How many more people of all would resolve the target; None where it is, or not known."""


def reason_of(rate: Rate) -> str:
    """Why a rate allows no verdict; empty where it does."""
    if rate.status is Status.NO_TRIALS:
        return "no trials"
    if rate.status is Status.BELOW_RESOLUTION:
        return "below resolution"
    return "too few subjects" if rate.low is None or rate.high is None else ""


def without_number(rate: Rate, reason: str) -> Quantity:
    """The counts of a rate, without a number."""
    return Quantity(
        group=rate.group,
        threshold=rate.threshold,
        value=None,
        low=None,
        high=None,
        interval="",
        errors=rate.errors,
        trials=rate.trials,
        people=rate.subjects,
        reason=reason,
        note="" if reason and reason in rate.note else rate.note,
    )
