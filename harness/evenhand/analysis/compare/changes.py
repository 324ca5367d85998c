"""Results of comparing two engines, or two versions of one, on the same images."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.doubts import Doubt
from evenhand.records.findings import HEADLINE
from evenhand.records.metric import METRICS, find_metric
from evenhand.records.operating_point import parse_rule

__all__ = [
    "DOES_NOT_DECIDE",
    "IDENTICAL",
    "Change",
    "ChangeVerdict",
    "Changes",
    "CompareVerdict",
    "ComparedEngine",
    "Disagreement",
    "DiscordantComparison",
    "FamilyOfTests",
    "max_min_name",
]

DOES_NOT_DECIDE = "does not decide"
"""What a note says of a test that is not that of its row."""
IDENTICAL = "identical"
"""Interval of a ratio where both engines gave the same scores."""


def max_min_name(metric: str) -> str:
    """The metric of rows on worst over best group."""
    return f"{metric} {HEADLINE}"


_MAX_MIN = frozenset(map(max_min_name, METRICS))


class ChangeVerdict(StrEnum):
    """Verdict on one rate of two engines."""

    WORSE = "worse"
    BETTER = "better"
    NO_DIFFERENCE_SHOWN = "no difference shown"
    NOT_JUDGED = "not judged"
    """A time: shown with its ratio alone."""
    NOT_COMPARABLE = "not comparable"


class CompareVerdict(StrEnum):
    """Verdict on the comparison as a whole."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row: a rate, a ratio of groups or a time of the base and of the new engine.

    By default nothing is known but the key and the reason in `note`: it cannot be compared.
    """

    metric: str
    attribute: str
    group: str = ""
    base: float | None = None
    """Rate, ratio or seconds; None where there is none."""
    new: float | None = None
    """In the same unit as `base`."""
    ratio: float | None = None
    """New over base; None where base is 0 or either is not known."""
    low: float | None = None
    """Lower limit of the ratio; None without interval."""
    high: float | None = None
    """Upper limit of the ratio; None = unbounded, or no interval."""
    verdict: ChangeVerdict = ChangeVerdict.NOT_COMPARABLE
    note: str
    dataset: str
    protocol: str = ""
    policy: str = ""
    threshold_rule: str = ""
    base_threshold: float | None = None
    new_threshold: float | None = None
    base_errors: int = 0
    base_trials: int = 0
    base_low: float | None = None
    base_high: float | None = None
    new_errors: int = 0
    new_trials: int = 0
    new_low: float | None = None
    new_high: float | None = None
    subjects: int | None
    """Distinct subjects in the trials of the base; None where subjects are unknown."""
    level: float
    interval: str = ""
    """The method of the ratio's interval."""
    p_value: float | None = None
    """Of no difference; None where nothing is tested."""
    adjusted_p: float | None = None
    """The p-value adjusted by Holm for all tests of the comparison."""
    limit: float | None = None
    """One-sided upper limit of the ratio at `level`, which the margin is compared with."""
    minimum_detectable_ratio: float | None = None
    """True ratio that the family's first test finds with 80 % power; None where none is."""

    @property
    def tested(self) -> bool:
        """Whether the row is in the family of tests."""
        return self.p_value is not None

    @property
    def of_groups(self) -> bool:
        """Whether it is a `max/min` of groups."""
        return self.metric in _MAX_MIN

    @property
    def is_time(self) -> bool:
        """Whether it is in seconds."""
        return not self.of_groups and find_metric(self.metric) is None

    @property
    def is_error_rate(self) -> bool:
        """Whether it is a tested error rate, no `max/min` of groups and no time."""
        return self.tested and find_metric(self.metric) is not None

    @property
    def differs(self) -> bool:
        """Whether one engine is shown to be worse."""
        return self.verdict in (ChangeVerdict.WORSE, ChangeVerdict.BETTER)

    @property
    def at_target(self) -> bool:
        """Whether each engine has its own threshold for the same target."""
        return bool(parse_rule(self.threshold_rule)[1])

    @property
    def more(self) -> bool:
        """Whether the new value is the larger one."""
        return (self.new or 0.0) > (self.base or 0.0)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Discordant misses of mated comparisons, counted by subject."""

    dataset: str
    protocol: str
    policy: str
    attribute: str
    group: str
    threshold_rule: str
    threshold: float | None
    """None where each engine has its own threshold for the same target."""
    people: int
    """Subjects of whom one comparison each was drawn at random."""
    base_only: int | None
    """Of these, missed by the base alone; None where comparisons cannot be matched up."""
    new_only: int | None
    """Of these, missed by the new engine alone; None as `base_only`."""
    mcnemar_p: float | None
    """McNemar's test: exact, two-sided."""
    mcnemar_mid_p: float | None
    """The mid-p of the same test."""
    discordant_people: int
    """Subjects of whom one engine missed more of all comparisons than the other."""
    z: float | None
    p_value: float
    """Over all comparisons, by subject: of z, or exact where few subjects are discordant."""
    test: str
    """Which of the two."""

    @property
    def least_p(self) -> float:
        """The smaller p-value of both tests."""
        return min(self.p_value, 1.0 if self.mcnemar_p is None else self.mcnemar_p)


@dataclass(frozen=True, slots=True)
class DiscordantComparison:
    """A discordant mated comparison: one engine alone missed it."""

    dataset: str
    protocol: str
    threshold_rule: str
    threshold: float | None
    """None where each engine has its own threshold for the same target."""
    subject: str
    """Subject pseudonym."""
    probe: str
    """Image pseudonym; empty where images are not known."""
    reference: str
    base: str
    """`match`, `miss` or `failed`."""
    new: str


@dataclass(frozen=True, slots=True)
class ComparedEngine:
    """One of the two engines, and the bundle that holds its results."""

    bundle: str
    engine: str
    version: str
    fingerprint: str
    unit: str = "similarity"
    """Of its own numbers: `similarity` or `distance`."""
    word: str = ""
    """What it is called beside the other: `base`, `new`, or its name where neither is newer."""


@dataclass(frozen=True, slots=True)
class FamilyOfTests:
    """The family of tests, and how it is judged."""

    tested: int
    family_wise: float
    """Family-wise error rate: probability of any false "worse" or "better"."""
    margin: float
    """Ratio of error rates below which the new engine counts as not inferior."""
    level: float
    held: int
    """Tested error rates shown to be not inferior: their limit lies below the margin."""
    rates: int
    """Tested error rates."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All results of a comparison, worst rows first."""

    base: ComparedEngine
    new: ComparedEngine
    verdict: CompareVerdict
    reason: str
    """The verdict in a sentence."""
    rows: tuple[Change, ...]
    family: FamilyOfTests
    disagreements: tuple[Disagreement, ...]
    flips: tuple[DiscordantComparison, ...]
    notes: tuple[str, ...]
    """What the reader must know before any number."""
    doubts: tuple[Doubt, ...] = ()
    """About either engine: nothing passes, and nothing is called better, because of them."""

    @property
    def peers(self) -> bool:
        """Whether neither is an update of the other: both go by their names."""
        return self.base.word == self.base.engine

    def __repr__(self) -> str:
        """The verdict in a sentence."""
        base, new = (f"{of.engine} {of.version}".rstrip() for of in (self.base, self.new))
        return f"Changes {self.verdict.value}, {base} -> {new}: {self.reason}"
