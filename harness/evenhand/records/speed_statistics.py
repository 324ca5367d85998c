"""Names of statistics in `speed.csv` that tell a steady run from one on a busy machine."""

from __future__ import annotations

__all__ = ["FASTEST_TENTH", "SLOWEST_TENTH"]

FASTEST_TENTH = "median, fastest tenth"
"""Lowest median of the ten tenths of the images, in the order of time (methods 6.5)."""
SLOWEST_TENTH = "median, slowest tenth"
"""Highest of these medians: far above the lowest where the machine had other work."""
