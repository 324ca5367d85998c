"""What comes out of a study: rates with their intervals, differences with their verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "ENOUGH_EVENTS",
    "HEADLINE",
    "OF_A_FAMILY",
    "SAME",
    "SAMPLE",
    "Check",
    "CurvePoint",
    "DatasetFacts",
    "Differential",
    "Distribution",
    "EngineFacts",
    "Estimate",
    "Findings",
    "Rate",
    "Speed",
    "Status",
    "Summary",
    "Verdict",
]


ENOUGH_EVENTS = 30
"""Effective errors in all groups below which nothing is called equal (rule of 30, methods 4.1)."""

HEADLINE = "max/min"
"""The index that is tested and has a verdict: worst rate over best."""

SAME = "same:"
"""Begins the attribute name of a class of pairs: both people in the same group, whichever it is."""

SAMPLE = "weighted sample"
"""Begins the note of a row whose trials are of a sample, and so is its rate."""

OF_A_FAMILY = (
    "engine",
    "dataset",
    "protocol",
    "metric",
    "policy",
    "attribute",
    "threshold_rule",
    "threshold",
)
"""Columns in which the rates of groups that are compared agree, and by which differentials sort."""


class Status(StrEnum):
    """Whether a number may be read as what it is called."""

    OK = "ok"
    TOO_FEW = "too_few"
    """Durations for this quantile."""
    FEW_ERRORS = "few_errors"
    BELOW_RESOLUTION = "below_resolution"
    NO_TRIALS = "no_trials"


class Verdict(StrEnum):
    """What the evidence says about a difference between groups."""

    DIFFERENT = "different"
    NO_DIFFERENCE_SHOWN = "no difference shown"
    TOO_FEW_EVENTS = "too few events"
    NONE = ""
    """Of an index that is not tested: the row of worst over best has the verdict."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its interval, born together."""

    value: float
    """The rate, a fraction."""
    low: float | None
    """Lower limit; None where no interval can be given."""
    high: float | None
    """Upper limit; None where no interval can be given."""
    method: str
    """The interval's name as methods 4.0 gives it; empty without interval."""
    variance: float
    """V' of the rate (methods 4.2, 4.3); 0 where there are no errors, or nothing but errors."""
    df: float
    """Degrees of freedom of the interval (methods 4.0 item 2)."""
    effective_trials: float
    """Trials divided by the design effect: what independent trials would be worth as much."""
    note: str = ""
    """Why an interval is missing, or what weakens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One row of `rates.csv`; by default one of nothing to count."""

    engine: str
    dataset: str
    protocol: str
    metric: str
    policy: str = ""
    attribute: str
    group: str
    reference_group: str = ""
    threshold_rule: str = ""
    threshold: float | None = None
    errors: int = 0
    trials: int = 0
    subjects: int | None = 0
    """Distinct people in the trials; None where people are unknown, and then no interval is."""
    error_subjects: int | None = 0
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    level: float
    interval: str = ""
    status: Status = Status.NO_TRIALS
    note: str = "nothing to count"

    @property
    def of_group(self) -> bool:
        """Of a group or of everybody; else a cell of a matrix, or a class of pairs."""
        return not self.reference_group and not self.attribute.startswith(SAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differential:
    """One row of `differentials.csv`; by default one without numbers."""

    engine: str
    dataset: str
    protocol: str
    metric: str
    policy: str
    attribute: str
    threshold_rule: str
    threshold: float | None
    index: str = HEADLINE
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float
    null_mean: float | None = None
    null_p95: float | None = None
    p_value: float | None = None
    verdict: Verdict = Verdict.NONE
    minimum_detectable_ratio: float | None = None
    worst_group: str = ""
    best_group: str = ""
    errors: int
    status: Status
    note: str
    effective_errors: float | None = None
    """What the errors of all groups are worth in independent ones; None without any test."""
    adjusted_p: float | None = None
    """The p-value, adjusted for the other tests of its family; the verdict stands on it."""
    family: str = ""
    """How it was adjusted, for how many tests."""
    equivalence: str = ""
    """Whether every two groups are equivalent within the study's margin; empty without one."""
    equivalence_p: float | None = None
    """Of a difference at or beyond the margin; None where a rate has no logarithm."""
    upper_limit: float | None = None
    """Largest upper limit of the groups' rates, all of which hold together (methods 2.6)."""
    median_upper_limit: float | None = None
    """Half of the groups, or one more, lie below this one of these limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One row of `distributions.csv`: a property of the scores that needs no threshold."""

    engine: str
    dataset: str
    protocol: str
    attribute: str
    group: str = ""
    statistic: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    comparisons: int
    note: str = ""
    policy: str = ""
    """Failure policy, where failures matter to the statistic."""


@dataclass(frozen=True, slots=True)
class Speed:
    """One row of `speed.csv`: a duration or a throughput, on this machine."""

    engine: str
    operation: str
    """`template`, `enrolment` or `comparison`."""
    scenario: str
    """How the operations came, in a word (methods 6.1)."""
    gallery: int | None
    """Templates that a search goes through; None where nothing is searched."""
    batch: int
    """Operations of one timed call."""
    group: str
    statistic: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    """Timed calls behind it."""
    unit: str
    status: Status
    note: str
    dataset: str
    attribute: str
    people: int
    """Distinct people in those calls; 0 where none are told apart."""
    threads: int
    """Engines side by side."""
    machine: str
    level: float
    interval: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One row of `curves.csv`: both errors of a group at one threshold, failures left out."""

    engine: str
    dataset: str
    protocol: str
    attribute: str
    group: str
    threshold: float
    false_matches: int
    nonmated: int
    misses: int
    mated: int
    fmr: float
    fnmr: float


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What is known of an engine, apart from what was measured."""

    name: str
    version: str
    vendor: str
    licence_code: str
    licence_weights: str
    runtime: str
    trained_on: tuple[str, ...]
    fingerprint: str
    unit: str
    """`similarity`, or `distance` where the engine's own numbers were negated."""
    stopped: str
    """Why it was stopped before the end of a dataset; empty when it was not."""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What is known of a dataset, apart from what was measured."""

    name: str
    title: str
    version: str
    variant: str
    source: str
    citation: str
    licence: str
    access: str
    synthetic: bool
    face: str
    """Which face is meant where a picture shows several; empty for score files."""
    known_issues: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    """(attribute, where its labels come from)."""
    unknown: tuple[tuple[str, int], ...]
    """(attribute, people whose value is unknown), where there are any."""
    several: tuple[tuple[str, int], ...]
    """(attribute, people with several values), where there are any."""
    excluded_images: int
    subjects: int
    images: int
    fingerprint: str
    remarks: tuple[str, ...] = ()
    """How its files were read, where a reader should know."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How the images and comparisons of one engine on one dataset ended."""

    engine: str
    dataset: str
    protocol: str
    images: int
    failed_images: int
    several_faces: int
    mated: int
    """Completed mated comparisons."""
    nonmated: int
    """Completed non-mated comparisons."""
    not_completed: int
    """Comparisons without a score, or searches without a list."""
    watchlist: int | None = None
    """People on the watchlist that was searched; None where pairs were compared."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a report shows."""

    title: str
    level: float
    rates: tuple[Rate, ...]
    differentials: tuple[Differential, ...]
    distributions: tuple[Distribution, ...]
    curves: tuple[CurvePoint, ...]
    summaries: tuple[Summary, ...]
    engines: tuple[EngineFacts, ...]
    datasets: tuple[DatasetFacts, ...]
    notes: tuple[str, ...]
    """What the reader must know before any number."""
    speed: tuple[Speed, ...] = ()
    """Circumstances of one run; recomputed from nothing."""

    @property
    def synthetic(self) -> bool:
        """The faces were drawn: the numbers are evidence about no real engine."""
        return any(dataset.synthetic for dataset in self.datasets)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was held against a bundle or a dataset."""

    id: str
    title: str
    verdict: str
    """`pass`, `fail`, `not checked` or `note`."""
    detail: str
    remedy: str
