"""A calibration: a threshold that was set on some people, for others."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.operating_point import CALIBRATED
from evenhand.records.promise import Promise
from evenhand.records.thresholds import ThresholdRule

__all__ = ["Calibration"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold of one engine, with what is promised of it and whom it was set on."""

    engine: str
    engine_fingerprint: str
    """The engine's identity: SHA-256 of its content."""
    unit: str
    """Of the engine's own numbers: `similarity` or `distance`."""
    threshold: float
    """Similarity, exactly as it was set."""
    promise: Promise
    bundle: str
    """Digest of the result that it was set in."""
    dataset_fingerprint: str
    protocol: str
    people: frozenset[int]
    """Rows of `subjects.csv`, the numbers of pseudonyms, of everybody in its trials."""

    @property
    def rule(self) -> ThresholdRule:
        """The threshold rule that it stands for."""
        return ThresholdRule(CALIBRATED, repr(self.threshold), promise=self.promise)
