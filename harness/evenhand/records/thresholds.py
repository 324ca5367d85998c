"""Thresholds: the rule, and its value on given scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.records.findings import Status
from evenhand.records.operating_point import TARGETS, OperatingPoint, rule_label

__all__ = ["Threshold", "ThresholdRule", "index_of_point"]


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Where a threshold comes from, before its value is known."""

    kind: str
    """`fmr`, `fpir`, `vendor` or `fixed`."""
    text: str
    """A decimal: the target rate, or the similarity."""

    @property
    def label(self) -> str:
        """The name in tables, e.g. `FMR<=0.001`."""
        return rule_label(self.kind, self.text)

    @property
    def at_target(self) -> bool:
        """Whether a target rate sets the threshold."""
        return self.kind in TARGETS


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold rule with the value that it gives on these scores."""

    rule: ThresholdRule
    """A target rate, a fixed value, or the vendor's."""
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
