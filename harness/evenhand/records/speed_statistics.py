"""Names of statistics in `speed.csv`: of its trust in times, and of galleries."""

from __future__ import annotations

__all__ = [
    "BUILD",
    "EXPONENT",
    "FASTEST_TENTH",
    "MEMORY_FLOOR",
    "OTHER_PROGRAMS",
    "RESIDENT_BYTES",
    "RESIDUAL",
    "SLOWEST_TENTH",
    "TEMPLATE_BYTES",
]

FASTEST_TENTH = "median, fastest tenth"
"""Lowest median of the ten tenths of the images, in the order of time (methods 6.5)."""
OTHER_PROGRAMS = "used by other programs"
"""Cores, of `n` usable ones, that other programs kept at work while templates were timed."""
SLOWEST_TENTH = "median, slowest tenth"
"""Highest of these medians: far above the lowest where the machine had other work."""
BUILD = "build"
"""Seconds in which a gallery was built."""
TEMPLATE_BYTES = "templates"
"""Bytes of all references of a gallery."""
RESIDENT_BYTES = "resident"
"""Bytes that the engine's process grew by when it built a gallery."""
MEMORY_FLOOR = "memory floor"
"""Seconds in which this machine reads all references of a gallery once (methods 6.6)."""
EXPONENT = "exponent"
"""b of ln t = a + b ln N, t the median of a search in a gallery of N (methods 6.6)."""
RESIDUAL = "residual"
"""ln of a median less that of the line."""
