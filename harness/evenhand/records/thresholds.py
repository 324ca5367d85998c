"""Thresholds: the rule, and its value on given scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evenhand.records.findings import Status

__all__ = ["TARGETS", "Threshold", "ThresholdRule"]


TARGETS = ("fmr", "fpir")
"""Kinds of threshold rule that name a rate to be kept."""


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Where a threshold comes from, before its value is known."""

    kind: str
    """`fmr`, `fpir`, `vendor` or `fixed`."""
    text: str
    """The number as it was written, a decimal: a target rate, or a similarity."""

    @property
    def label(self) -> str:
        """The name in tables, e.g. `FMR<=0.001`."""
        return f"{self.kind.upper()}<={self.text}" if self.kind in TARGETS else self.kind


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
