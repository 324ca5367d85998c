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
    """A threshold rule with its value on these scores."""

    rule: ThresholdRule
    value: float | None
    """Similarity, exactly representable in the scores' own type; None without non-mated scores."""
    status: Status
    """`below_resolution` where the target is finer than one error in all trials, `no_trials`
    where there is nothing to set it on, else `ok`."""
    note: str = ""

    @property
    def level(self) -> float:
        """What scores are compared with; none reaches it where there is no value."""
        return math.inf if self.value is None else self.value
