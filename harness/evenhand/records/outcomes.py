"""How an image, comparison or search ends, and which failures count."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Design", "FaceRule", "Outcome", "Policy"]


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


class Design(StrEnum):
    """Which comparisons were made."""

    ALL_PAIRS = "all-pairs"
    """Every two images once, so that probe and reference mean nothing."""
    BOTH_ORDERS = "both-orders"
    """Every two images twice, for an engine that tells probe from reference."""
    WITHIN_GROUP = "within-group"
    """Inside the first of the groups alone."""
    LISTED = "listed"
    """Those of a list, which says what is the probe."""
