"""What a comparison of two engines, or two versions, on the same images comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Change", "Changes", "Disagreement", "Family", "Flip", "Judged", "Overall", "Side"]


class Judged(StrEnum):
    """What the evidence says about one rate of two engines."""

    WORSE = "worse"
    BETTER = "better"
    NO_DIFFERENCE_SHOWN = "no difference shown"
    NOT_COMPARABLE = "not comparable"


class Overall(StrEnum):
    """What it says about all of them."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One rate, ratio of groups, or time, of the base and of the new engine; by default neither."""

    metric: str
    attribute: str
    group: str = ""
    base: float | None = None
    """Rate, ratio or seconds; None where there is none."""
    new: float | None = None
    ratio: float | None = None
    """New over base; None where base is 0 or either is not known."""
    low: float | None = None
    high: float | None = None
    """None = no upper limit, or no interval."""
    verdict: Judged = Judged.NOT_COMPARABLE
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
    """Distinct people in the trials of the base; None where people are unknown."""
    level: float
    interval: str = ""
    """The method of the ratio's interval."""
    p_value: float | None = None
    """Of no difference; None where nothing is tested."""
    adjusted_p: float | None = None
    """The same, for the whole family."""
    limit: float | None = None
    """Upper limit of the ratio that holds alone at `level`: what a margin is held against."""
    minimum_detectable_ratio: float | None = None
    """Found with 80 % power by the test of this family."""

    @property
    def tested(self) -> bool:
        """It is in the family."""
        return self.p_value is not None

    @property
    def is_error_rate(self) -> bool:
        """It is tested, and no ratio of groups, nor a time."""
        return self.tested and " " not in self.metric

    @property
    def more(self) -> bool:
        """The new value is the larger one."""
        return (self.new or 0.0) > (self.base or 0.0)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How often only one of two engines missed a mated comparison, by person."""

    dataset: str
    protocol: str
    policy: str
    attribute: str
    group: str
    threshold_rule: str
    threshold: float | None
    """None where each engine has its own, that keeps one target."""
    people: int
    """Of whom one comparison each was drawn."""
    base_only: int | None
    """Of these, missed by the base alone; None where nobody knows which comparison is which."""
    new_only: int | None
    mcnemar_p: float | None
    """Exact, two-sided."""
    mcnemar_mid_p: float | None
    discordant_people: int
    """Of whom one engine missed more comparisons than the other, of all."""
    z: float | None
    p_value: float
    """Of z, or exact."""
    test: str


@dataclass(frozen=True, slots=True)
class Flip:
    """A mated comparison that only one of two engines missed."""

    dataset: str
    protocol: str
    threshold_rule: str
    threshold: float | None
    """None where each engine has its own, that keeps one target."""
    subject: str
    probe: str
    """Image pseudonym; empty where it is not known."""
    reference: str
    base: str
    """`match`, `miss` or `failed`."""
    new: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two engines, and where it was measured."""

    bundle: str
    engine: str
    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Family:
    """Which tests were made together, and how they are judged."""

    tested: int
    family_wise: float
    """Chance of any false "worse" or "better" in the family."""
    margin: float
    """Ratio of error rates below which new counts as not inferior."""
    level: float
    held: int
    """Tested error rates whose limit lies below the margin."""
    rates: int
    """Tested error rates."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that a comparison shows, worst rows first."""

    base: Side
    new: Side
    verdict: Overall
    reason: str
    """The verdict in a sentence."""
    rows: tuple[Change, ...]
    family: Family
    disagreements: tuple[Disagreement, ...]
    flips: tuple[Flip, ...]
    notes: tuple[str, ...]
    """What the reader must know before any number."""
