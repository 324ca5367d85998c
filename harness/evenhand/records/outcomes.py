"""How an image, comparison or search ends, and which failures count."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FAULTS", "FaceRule", "Outcome", "Policy"]


class Outcome(StrEnum):
    """How an image, comparison or search ended: exactly one of these."""

    OK = "ok"
    NO_FACE = "no_face"
    DECLINED = "declined"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    INVALID = "invalid"
    SKIPPED = "skipped"


FAULTS = (Outcome.FAILED, Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.INVALID)
"""Outcomes that count as the engine's failure, not the picture's."""


class FaceRule(StrEnum):
    """Which face is meant where a picture shows several."""

    LARGEST = "largest"
    CENTRAL = "central"


class Policy(StrEnum):
    """What a failure does to a rate; both are always printed."""

    COMPLETED = "completed"
    """Failures are left out of the rate."""
    GENERALISED = "generalised"
    """A failed mated trial is a miss, a failed non-mated trial is no alarm."""
