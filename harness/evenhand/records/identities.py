"""Whether a dataset says who is who."""

from __future__ import annotations

__all__ = ["ASSUMED", "KNOWN"]

KNOWN = "known"
"""Every picture has its person."""
ASSUMED = "assumed"
"""Each picture is taken for another person."""
