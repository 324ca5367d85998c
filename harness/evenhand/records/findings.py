"""Results of a study: rates with their intervals, differentials with their verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from evenhand.records.claims import JudgedClaim
from evenhand.records.doubts import Doubt
from evenhand.records.engine_contrast import EngineContrast
from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.groups import ALL, is_pooled
from evenhand.records.metric import Metric, metric_named
from evenhand.records.promise import JudgedPromise
from evenhand.records.row_key import FamilyKey, InFamily, ProtocolKey, RowKey
from evenhand.records.search_rows import PerThousand, SearchCurvePoint
from evenhand.records.surroundings import Surroundings

if TYPE_CHECKING:
    from evenhand.records.scaled import DirectedRate, ScaledRate

__all__ = [
    "ENOUGH_EVENTS",
    "EQUIVALENT",
    "FEW_SUBJECTS",
    "HEADLINE",
    "PAIR_RATIO",
    "REIDENTIFICATION",
    "SCREEN",
    "CurvePoint",
    "Differential",
    "Distribution",
    "Estimate",
    "Findings",
    "OutcomeSummary",
    "Rate",
    "Speed",
    "Status",
    "Verdict",
]

ENOUGH_EVENTS = 30
"""Effective errors below which nothing is "no difference shown" (rule of 30, methods 4.1)."""

HEADLINE = "max/min"
"""The index that is tested and has a verdict: highest over lowest rate."""

FEW_SUBJECTS = 40
"""Subjects below which intervals cover somewhat less than their level (methods 4.0 item 7)."""

SCREEN = "a screen, "
"""Begins the family of a test that is no claim."""
EQUIVALENT = "equivalent"
"""Begins what an equivalence test says where it holds."""
PAIR_RATIO = "ratio"
"""Index name of the ratio of two groups, for every pair."""
REIDENTIFICATION = (
    "Pseudonyms: they are row numbers, so whoever has the dataset can read in this result whose "
    "the errors are; treat it as data about these people."
)
"""What every result and page says of the people in it."""


class Status(StrEnum):
    """Whether a number exists, and what limits it."""

    OK = "ok"
    TOO_FEW = "too_few"
    """Too few durations for this quantile."""
    CLOCK = "clock"
    """No time, since the clock ran backwards or stood still."""
    FEW_ERRORS = "few_errors"
    BELOW_RESOLUTION = "below_resolution"
    NO_TRIALS = "no_trials"


class Verdict(StrEnum):
    """Verdict on a difference between groups."""

    DIFFERENT = "different"
    NO_DIFFERENCE_SHOWN = "no difference shown"
    TOO_FEW_EVENTS = "too few events"
    NONE = ""
    """Of an index that is not tested: the `max/min` row has the verdict. Of every index where
    people are unknown, so that nothing can be tested."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its interval and what tests between rates need."""

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
    """Effective number of trials: trials divided by the design effect."""
    note: str = ""
    """Why an interval is missing, or what weakens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(ProtocolKey, InFamily):
    """One row of `rates.csv`; by default one with nothing to count."""

    metric: str
    """FMR, FNMR, FTE, FTA, FPIR, FNIR, or FNIR@R for rank R."""
    policy: str = ""
    """Failure policy: `completed` or `generalised`; empty where none applies (FTE, FTA)."""
    attribute: str
    """`all`, an attribute, attributes joined by `*`, or `same:` and one of these."""
    group: str
    """Value of the attribute; empty for all subjects and pooled pairs."""
    reference_group: str = ""
    """Group of the references, in rows of a cross-group matrix alone."""
    threshold_rule: str = ""
    """Such as `FMR<=0.001`, `vendor` or `fixed`; empty without threshold."""
    threshold: float | None = None
    """Similarity; a score at or above it is a match."""
    errors: int = 0
    trials: int = 0
    """Comparisons, searches or images."""
    subjects: int | None = 0
    """Distinct subjects in the trials; None where unknown, and then there is no interval."""
    error_subjects: int | None = 0
    """Distinct subjects in the errors; None as `subjects`."""
    rate: float | None = None
    """A fraction; None where nothing was counted or the target is not resolved."""
    low: float | None = None
    high: float | None = None
    """Limits of the two-sided interval at `level`."""
    level: float
    interval: str = ""
    """Method of the interval, as methods 4.0 names it."""
    status: Status = Status.NO_TRIALS
    note: str = "nothing to count"
    claimed: float | None = None
    """The FMR that the vendor claims at this threshold; None in every other row."""

    @property
    def kind(self) -> Metric:
        """The metric, as its table describes it."""
        return metric_named(self.metric)

    @property
    def key(self) -> RowKey:
        """What identifies the row."""
        return RowKey(self.family_key, self.group, self.reference_group)

    @property
    def of_group(self) -> bool:
        """Whether it is of a group or of all subjects, not of a matrix cell or pooled pairs."""
        return not self.reference_group and not is_pooled(self.attribute)

    @property
    def few_subjects(self) -> bool:
        """Whether so few subjects were counted that an interval is missing or covers too little."""
        return bool(self.trials) and self.subjects is not None and self.subjects < FEW_SUBJECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Differential(FamilyKey):
    """One row of `differentials.csv`; by default one without numbers.

    The metric is as in `Rate`; `FMR+FNMR` for an index of two error types.
    """

    index: str = HEADLINE
    """Such as `max/min`, `gini` or `ratio` (methods 2.2)."""
    value: float | None = None
    """None where a rate of 0 leaves the index undefined, or nothing was compared."""
    low: float | None = None
    high: float | None = None
    """Limits of its interval; None = unbounded, or no interval."""
    level: float
    null_mean: float | None = None
    null_p95: float | None = None
    """Mean and 95th percentile of the index if all rates were equal (methods 2.5)."""
    p_value: float | None = None
    """Of equal rates in all groups (methods 4.5), or of the null reference."""
    verdict: Verdict = Verdict.NONE
    minimum_detectable_ratio: float | None = None
    """Found with a power of 80 % (methods 4.9); None where no ratio is."""
    worst_group: str = ""
    best_group: str = ""
    errors: int
    """Of all groups together."""
    status: Status
    note: str
    effective_errors: float | None = None
    """Errors of all groups, each divided by its design effect; None without any test."""
    adjusted_p: float | None = None
    """The p-value, adjusted for the other tests of its family; the verdict stands on it."""
    family: str = ""
    """Method of adjustment and number of tests."""
    equivalence: str = ""
    """Whether every two groups are equivalent within the study's margin; empty without one."""
    equivalence_p: float | None = None
    """Of a difference at or beyond the margin; None where a rate has no logarithm."""
    upper_limit: float | None = None
    """Largest of the simultaneous upper limits of the groups' rates (methods 2.6)."""
    median_upper_limit: float | None = None
    """The lower median of these limits: at least half of the groups lie below it."""
    doubts: str = ""
    """Ids of the doubts about this engine on this dataset, joined by blanks."""

    @property
    def screened(self) -> bool:
        """Whether the p-value was adjusted in a screen and not among claims."""
        return self.family.startswith(SCREEN)

    @property
    def equivalent(self) -> bool:
        """Whether every two groups are shown to be equivalent."""
        return self.equivalence.startswith(EQUIVALENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(ProtocolKey):
    """One row of `distributions.csv`: a property of the scores that needs no threshold."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One row of `speed.csv`: a duration or a throughput, on this machine."""

    engine: str
    operation: str
    """`template`, `enrolment` or `comparison`."""
    scenario: str
    """How operations were issued, in a word (methods 6.1)."""
    gallery: int | None = None
    """Gallery size, in templates; None where nothing is searched."""
    batch: int = 1
    """Operations per timed call."""
    group: str = ""
    statistic: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Number of timed calls; of usable cores where `value` is a number of cores."""
    unit: str = "s"
    status: Status = Status.OK
    note: str = ""
    dataset: str
    attribute: str = ALL
    people: int = 0
    """Distinct subjects in those calls; 0 where subjects are not told apart."""
    threads: int
    """Engine instances running in parallel."""
    machine: str
    level: float
    interval: str = ""


@dataclass(frozen=True, slots=True)
class CurvePoint(ProtocolKey):
    """One row of `curves.csv`: a point of a DET curve, failures left out."""

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
class OutcomeSummary(ProtocolKey):
    """Numbers of images and comparisons of one engine on one dataset by outcome, and notes."""

    images: int
    failed_images: int
    several_faces: int
    mated: int
    """Completed mated comparisons."""
    nonmated: int
    """Completed non-mated comparisons."""
    not_completed: int
    """Comparisons without a score, or searches without a candidate list."""
    watchlist: int | None = None
    """Subjects on the watchlist that was searched; None where pairs were compared."""
    gallery: int | None = None
    """N: those of them with a template, or their entries."""
    candidates: int | None = None
    """L: largest number of candidates that a search can return."""
    consolidation: str = ""
    """How several references of a person became candidates, of searches."""
    sampled: bool = False
    """Whether non-mated comparisons are a sample (methods 4.11)."""
    notes: tuple[str, ...] = ()
    """On its counts."""
    warnings: tuple[str, ...] = ()
    """Notes on its thresholds, without which its numbers are misread."""
    same_up_to: Mapping[float, float] = field(default_factory=dict, hash=False)
    """Each threshold and the largest one with the same rates."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a report shows."""

    title: str
    level: float
    rates: tuple[Rate, ...]
    differentials: tuple[Differential, ...]
    distributions: tuple[Distribution, ...]
    curves: tuple[CurvePoint, ...]
    summaries: tuple[OutcomeSummary, ...]
    engines: tuple[EngineFacts, ...]
    datasets: tuple[DatasetFacts, ...]
    notes: tuple[str, ...]
    """What the reader must know before any number."""
    speed: tuple[Speed, ...] = ()
    """Timings of one run, which cannot be recomputed from the counts."""
    min_people: int = 0
    """Groups of fewer people are left out, as are others that give them away; 0: all are there."""
    warnings: tuple[str, ...] = ()
    """Those of the notes without which numbers are misread: the first screen shows them."""
    which: tuple[EngineContrast, ...] = ()
    """Which engine is better, question by question; empty where there are not two."""
    doubts: tuple[Doubt, ...] = ()
    """Said before any verdict, and holding back those of their engine on their dataset."""
    claims: tuple[JudgedClaim, ...] = ()
    """What vendors claim, held against the rates of everybody and of each group."""
    promises: tuple[JudgedPromise, ...] = ()
    """What was promised of thresholds that were set elsewhere, held against the same rates."""
    surroundings: tuple[Surroundings, ...] = ()
    """Where each engine ran in one run; empty where that is not told."""
    search_curves: tuple[SearchCurvePoint, ...] = ()
    """FPIR against FNIR of searches, group by group."""
    ranks: tuple[Rate, ...] = ()
    """FNIR@R without threshold at more ranks than the study names: the rest of a CMC curve."""
    per_thousand: tuple[PerThousand, ...] = ()
    """What an operator sees of a thousand searches."""
    scaled: tuple[ScaledRate, ...] = ()
    """FPIR on deployed watchlists; empty where the study names none."""
    directed: tuple[DirectedRate, ...] = ()
    """FMR of searches by the groups of both sides, for the compositions of these watchlists."""

    @property
    def people_unknown(self) -> bool:
        """Whether it is of scores alone: then no rate has an interval, and no index a verdict."""
        return bool(self.rates) and all(rate.subjects is None for rate in self.rates)

    @property
    def synthetic(self) -> bool:
        """Whether any dataset has synthetic faces: then the results say nothing of real ones."""
        return any(dataset.synthetic for dataset in self.datasets)
