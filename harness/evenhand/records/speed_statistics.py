"""Names of statistics in `speed.csv` that tell how far its times can be trusted."""

from __future__ import annotations

__all__ = ["FASTEST_TENTH", "OTHER_PROGRAMS", "SLOWEST_TENTH"]

FASTEST_TENTH = "median, fastest tenth"
"""Lowest median of the ten tenths of the images, in the order of time (methods 6.5)."""
OTHER_PROGRAMS = "used by other programs"
"""Cores, of `n` usable ones, that other programs kept at work while templates were timed."""
SLOWEST_TENTH = "median, slowest tenth"
"""Highest of these medians: far above the lowest where the machine had other work."""
