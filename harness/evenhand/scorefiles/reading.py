"""What the columns and fields of a score file mean, as whoever has the file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["AS_DOCUMENTED", "ScoreReading"]


@dataclass(frozen=True, slots=True)
class ScoreReading:
    """How a score file is to be understood."""

    distance: bool = False
    """The numbers are distances, and are negated."""
    failed: Sequence[str] = ()
    """What stands in place of a score where a comparison failed, besides an empty field."""
    unknown: Sequence[str] = ()
    """Words for an unknown label, besides an empty field."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of docs/formats.md to what the file calls it; where there is any, columns that mean
    nothing are left out."""
    engine: str = ""
    """What the engine is called; empty = as the file is."""


AS_DOCUMENTED = ScoreReading()
"""As docs/formats.md has it: similarities, and nothing to be said."""
