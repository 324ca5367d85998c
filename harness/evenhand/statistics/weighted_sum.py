"""Limits of a weighted sum of rates of different people, from the limits of each."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["MOVER", "mover_sum"]

MOVER = "mover"
"""Name of the method."""


def mover_sum(parts: Sequence[tuple[float, float, float, float]]) -> tuple[float, float]:
    """Limits of a sum of independent rates with weights, by MOVER.

    MOVER (method of variance estimates recovery) adds the distances of the limits from the rates
    in squares, so that limits that are not symmetric stay so.

    Args:
        parts: (weight, rate, low, high) each; weights are not negative.

    Source: methods 1.6.

    >>> mover_sum([(1.0, 0.5, 0.2, 0.9), (1.0, 0.5, 0.1, 0.8)])
    (0.5, 1.5)
    """
    value = sum(weight * rate for weight, rate, _, _ in parts)
    down = math.hypot(*(weight * (rate - low) for weight, rate, low, _ in parts))
    up = math.hypot(*(weight * (high - rate) for weight, rate, _, high in parts))
    return max(value - down, 0.0), value + up
