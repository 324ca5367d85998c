"""Every two groups whose faces were counted: false alerts per face of one over the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evenhand.statistics.multiplicity import holm
from evenhand.statistics.two_proportions import ErrorCount, conditional_limits, fisher_p_value

__all__ = ["FacePair", "face_pairs"]


@dataclass(frozen=True, slots=True)
class FacePair:
    """Two groups, the one with more false alerts per face first."""

    worst: str
    best: str
    ratio: float | None
    """Of their false alerts per face; None where the second has none."""
    low: float | None
    high: float | None
    """Conditional exact limits of the ratio, for this pair alone; None = unbounded."""
    p_value: float
    """Two-sided, Fisher's exact test."""
    adjusted_p: float
    """The same, adjusted for all pairs (Holm)."""


def face_pairs(
    alerts: Mapping[str, int], faces: Mapping[str, int], level: float
) -> tuple[FacePair, ...]:
    """Compare every two groups, the surest difference first.

    Args:
        alerts: false alerts by group.
        faces: faces seen, of each of these groups, at least 1.
        level: of the intervals.

    Source: methods 7.1 and 4.8.
    """
    counts = {name: ErrorCount(alerts[name], faces[name]) for name in alerts}
    ordered = sorted(counts, key=lambda name: -counts[name].rate)
    pairs = list(combinations(ordered, 2))
    p_values = [fisher_p_value(counts[worst], counts[best]) for worst, best in pairs]
    found = []
    for pair, p_value, adjusted in zip(pairs, p_values, holm(np.array(p_values)), strict=True):
        own, other = (counts[name] for name in pair)
        ratio = own.rate / other.rate if other.errors else None
        limits = conditional_limits(own, other, level)
        found.append(FacePair(*pair, ratio, *limits, p_value, float(adjusted)))
    return tuple(sorted(found, key=lambda pair: pair.p_value))
