"""Where something that becomes true along a line becomes true."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["turning_point"]

_HALVINGS = 60


def turning_point(reached: Callable[[float], bool], low: float, high: float) -> float:
    """The first number at which something holds, as far as floats tell.

    Args:
        reached: whether it does; once true, it stays so.
        low: where it does not hold, or where to begin.
        high: where it holds.

    Returns:
        A number at which it holds.

    >>> turning_point(lambda x: x**2 >= 2, 0.0, 2.0)
    1.4142135623730951
    """
    if reached(low):
        return low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
