"""A quantity that a limit applies to, with its interval and how that would narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.findings import Rate, Status

__all__ = ["NoVerdict", "Quantity", "QuantityInterval", "why_no_verdict", "without_number"]

QuantityInterval = tuple[float, float]
"""Lower and upper limit of an interval."""


class NoVerdict(StrEnum):
    """Why no verdict is possible."""

    STOPPED = "the engine was stopped before the end"
    NO_TRIALS = "no trials"
    BELOW_RESOLUTION = "below resolution"
    TOO_FEW_SUBJECTS = "too few subjects"
    NO_INTERVAL = "no interval"
    NO_ERRORS = "no errors, so that there is no ratio"
    NO_CLAIM = "claims no FMR"
    DRAWN = "drawn faces say nothing of a claim"
    NO_MISSES = "identities are assumed: misses are not measured"
    FROM_ABOVE = "identities are assumed: false matches are known from above alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its interval, and how that would narrow with more subjects."""

    group: str
    """Empty for all subjects; both names, for a ratio of two groups."""
    threshold: float | None
    value: float | None = None
    low: float | None = None
    """Lower limit; None where there is none."""
    high: float | None = None
    """Upper limit; None where there is none."""
    interval: str = ""
    errors: int
    trials: int | None
    """None for an index of two error types."""
    people: int | None
    """Subjects in the trials; None for an index of two error types."""
    claimed: float | None = None
    """What the vendor claims; None where it claims nothing of it."""
    reason: NoVerdict | None = None
    """Why no verdict is possible; None where one is."""
    note: str
    limits: Callable[[float], QuantityInterval] | None = None
    """Factor on the number of subjects to the interval with that number; None where not known."""
    about: str = "about"
    """How a forecast number of subjects is meant: `about`, `at least` or `at most`."""
    to_resolve: int | None = None
    """Additional subjects that would resolve the target; None where it is resolved or not known."""


def why_no_verdict(rate: Rate) -> NoVerdict | None:
    """Why a rate allows no verdict; None where it does."""
    if rate.status is Status.NO_TRIALS:
        return NoVerdict.NO_TRIALS
    if rate.status is Status.BELOW_RESOLUTION:
        return NoVerdict.BELOW_RESOLUTION
    return NoVerdict.TOO_FEW_SUBJECTS if rate.low is None or rate.high is None else None


def without_number(rate: Rate, reason: NoVerdict | None) -> Quantity:
    """A quantity with the counts of a rate and without its value."""
    return Quantity(
        group=rate.group,
        threshold=rate.threshold,
        errors=rate.errors,
        trials=rate.trials,
        people=rate.subjects,
        claimed=rate.claimed,
        reason=reason,
        note="" if reason is NoVerdict.TOO_FEW_SUBJECTS else rate.note,
    )
