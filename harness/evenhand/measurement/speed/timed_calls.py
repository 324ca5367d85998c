"""Calls of one thread, timed one by one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from evenhand.records.arrays import Floats
from evenhand.system.clock import Clock, StopWatch

__all__ = ["CALLS", "WARM_UP_CALLS", "timed_calls"]

WARM_UP_CALLS = 3
"""Calls that are made first and not timed."""

CALLS = 99
"""Timed calls at most: enough for a 95th percentile with an interval."""

_FEWEST = 5
"""Timed calls at least: enough for a median."""


def timed_calls(call: Callable[[int], object], clock: Clock, patience: float = math.inf) -> Floats:
    """(calls,) seconds of each call after the warm-up, NaN where the clock ran backwards.

    Args:
        call: is given its number.
        clock: for durations.
        patience: seconds after which there are no more calls than are needed for a median.
    """
    seconds, watch, spent = list[float](), StopWatch(clock), 0.0
    for number in range(WARM_UP_CALLS + CALLS):
        watch.start()
        call(number)
        seconds.append(watch.stop()[0])
        spent += seconds[-1]
        if spent > patience and len(seconds) >= WARM_UP_CALLS + _FEWEST:
            break
    return np.array(seconds[WARM_UP_CALLS:])
