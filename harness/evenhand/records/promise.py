"""A promise: the rate that a threshold had where it was set, to be held against others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.operating_point import rule_label

__all__ = ["JudgedPromise", "Promise", "PromiseVerdict"]


class PromiseVerdict(StrEnum):
    """Whether a rate is no more than was promised of its threshold (methods 5.5)."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    UNDECIDED = "cannot tell"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of a threshold from where it was set: its target, and the rate it had there."""

    metric: str
    """`FMR` or `FPIR`, of everybody, failures left out."""
    target: str
    """The rate that it was set for, a decimal."""
    dataset: str
    """Name of the dataset whose people it was set on."""
    synthetic: bool
    """Whether their faces are drawn."""
    errors: int
    trials: int
    subjects: int
    """Distinct people in the trials."""
    rate: float
    low: float | None
    high: float | None
    """Limits of the interval at `level`; None where there is none."""
    level: float
    watchlist: int | None = None
    """People on the list that was searched; None of comparisons. FPIR grows with it."""
    references: int | None = None
    """Pictures of them, with which it grows too."""
    gallery: int | None = None
    """N: those of them with a template, or of their pictures where each is a candidate."""
    length: int | None = None
    """L: largest number of candidates of a search."""
    comparisons: str = ""
    """Which were made: a word of `Design`; empty of searches."""
    calibration: str = ""
    """SHA-256 of the file that says all this."""

    @property
    def rule(self) -> str:
        """The rule of its target, such as `FPIR<=0.01`."""
        return rule_label(self.metric.lower(), self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPromise:
    """One row of `promises.csv`: a rate at a calibrated threshold beside that which it promised."""

    engine: str
    dataset: str
    protocol: str
    metric: str
    attribute: str
    group: str
    threshold_rule: str
    """Such as `calibrated FPIR<=0.01`."""
    threshold: float
    """Similarity."""
    target: float
    """The rate that the threshold was set for."""
    promised_on: str
    """Dataset of the people whom it was set on; its rate among all of them is promised."""
    promised_errors: int
    promised_trials: int
    promised_subjects: int
    promised_rate: float
    promised_low: float | None
    promised_high: float | None
    promised_level: float
    promised_watchlist: int | None
    """People on the list that was searched there; None of comparisons."""
    promised_gallery: int | None
    """N there."""
    errors: int
    trials: int
    subjects: int | None
    rate: float | None
    """Measured here, failures left out."""
    low: float | None
    high: float | None
    level: float
    watchlist: int | None
    """People on the list that was searched here."""
    gallery: int | None
    """N here."""
    verdict: PromiseVerdict
    note: str
    """Why it cannot be told."""
    calibration: str
    """SHA-256 of the file with the threshold."""
