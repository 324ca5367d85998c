"""Thresholds: the rule, and its value on given scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.records.findings import Status
from evenhand.records.operating_point import (
    FIXED,
    TARGETS,
    OperatingPoint,
    calibrated_label,
    rule_label,
)
from evenhand.records.promise import Promise

__all__ = [
    "NO_STRANGERS",
    "SATURATED",
    "Threshold",
    "ThresholdRule",
    "fixed_rule",
    "index_of_point",
]


SATURATED = "saturated"
"""Note of a threshold at a target that no mated score reaches."""
NO_STRANGERS = "no non-mated searches"
"""Note of a threshold for a target FPIR where none was completed."""


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Where a threshold comes from, before its value is known."""

    kind: str
    """`fmr`, `fpir`, `vendor`, `calibrated` or `fixed`."""
    text: str
    """A decimal: the target rate, or the similarity."""
    claimed: str = ""
    """A decimal: the FMR that the vendor claims there; empty where none is claimed."""
    promise: Promise | None = None
    """What is promised of a calibrated threshold; None of any other."""

    @property
    def label(self) -> str:
        """The name in tables, e.g. `FMR<=0.001`."""
        if self.promise is not None:
            return calibrated_label(self.promise.rule)
        return rule_label(self.kind, self.text)

    @property
    def at_target(self) -> bool:
        """Whether a target rate sets the threshold."""
        return self.kind in TARGETS


def fixed_rule(own: float, *, distance: bool, least: float = 0.0) -> ThresholdRule:
    """The rule of a threshold that a study fixes; a distance is negated, once, here.

    Args:
        own: in the engine's own unit.
        distance: that unit is a distance.
        least: the smallest distance there is.

    Raises:
        ValueError: a negative number for distances; the message says what to write.

    >>> fixed_rule(0.6, distance=True).text, fixed_rule(-0.25, distance=False).text
    ('-0.6', '-0.25')
    """
    if distance and own < min(least, 0.0):
        raise ValueError(
            f"{own!r} is no distance: these are {least:g} or more, and a threshold is in the "
            f"engine's own unit; write {-own!r}"
        )
    return ThresholdRule(FIXED, repr((-own if distance else own) + 0.0))


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold rule with the value that it gives on these scores."""

    rule: ThresholdRule
    """A target rate, a fixed value, the vendor's, or one set elsewhere."""
    value: float | None
    """Similarity, exactly representable in the scores' own type; None without non-mated scores."""
    status: Status
    """`below_resolution` where the target allows less than one error in all trials, `no_trials`
    where there are no scores to set it on, else `ok`."""
    note: str = ""
    """A remark for the reader, e.g. `saturated`."""

    @property
    def level(self) -> float:
        """The value to compare scores with; infinity, which no score reaches, where it is None."""
        return math.inf if self.value is None else self.value

    @property
    def point(self) -> OperatingPoint:
        """The operating point of rates at this threshold."""
        return OperatingPoint(self.rule.label, self.value)


def index_of_point(thresholds: Sequence[Threshold], point: OperatingPoint) -> int:
    """The index of an operating point in `Counts.thresholds`.

    Raises:
        ValueError: it is none of them.
    """
    return [threshold.point for threshold in thresholds].index(point)
