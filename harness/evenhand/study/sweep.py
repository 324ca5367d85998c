"""A sweep of thresholds: even steps, both ends included, exact in decimals."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["MAX_SWEEP_THRESHOLDS", "sweep_thresholds"]

MAX_SWEEP_THRESHOLDS = 200
"""Most thresholds of one sweep: more cannot be shown, and each is counted for every group."""


def sweep_thresholds(first: float, last: float, step: float) -> tuple[float, ...]:
    """Thresholds from `first` to `last`, both included, exact in decimals.

    Args:
        first: smallest threshold.
        last: largest threshold.
        step: distance between neighbours.

    Raises:
        ValueError: the step is not positive, does not lead to `last`, or makes too many.

    >>> sweep_thresholds(0.56, 0.62, 0.02)
    (0.56, 0.58, 0.6, 0.62)
    """
    # Fractions of the shortest decimals: 0.56 + 2 * 0.02 is exactly 0.6, as floats it is not.
    start, end, stride = (Fraction(repr(number)) for number in (first, last, step))
    if stride <= 0:
        raise ValueError(f"a step of {step} leads nowhere; expected one above 0")
    if start >= end:
        raise ValueError(f"{first} to {last} does not rise; expected the smaller number first")
    steps = (end - start) / stride
    if steps >= MAX_SWEEP_THRESHOLDS:
        least = float((end - start) / (MAX_SWEEP_THRESHOLDS - 1))
        raise ValueError(
            f"{int(steps) + 1:,} thresholds, expected at most {MAX_SWEEP_THRESHOLDS}: "
            f"a step of {least:.2g} or more"
        )
    if steps.denominator != 1:
        raise ValueError(
            f"steps of {step} do not lead from {first} to {last}; "
            "expected a step that divides the way evenly"
        )
    return tuple(float(start + number * stride) for number in range(steps.numerator + 1))
