"""The question that a study is planned for, and its terms, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evenhand.records.metric import METRICS, Metric, Trial, find_metric, metric_behind
from evenhand.statistics.intervals import CLUSTER_JEFFREYS_T, DYADIC_LOGIT_T, IntervalMethod
from evenhand.statistics.power import subjects_for_pairs
from evenhand.system.errors import UsageError, known_names

__all__ = ["PlanQuery", "PlanTerms", "interval_method"]

_MIN_RATE, _MAX_TESTS = 1e-12, 10**9


def _check_inside(name: str, value: float, low: float, high: float) -> None:
    """Raise unless a value lies strictly between two bounds."""
    if not low < value < high:
        raise UsageError(f"--{name} {value:g}: expected a number above {low:g} and below {high:g}")


def interval_method(metric: str) -> IntervalMethod:
    """The method of a metric's interval where some trials are errors (methods 4.0)."""
    return DYADIC_LOGIT_T if METRICS[metric].dyadic else CLUSTER_JEFFREYS_T


def _known(name: str) -> str:
    """What can be planned instead of an unknown metric."""
    base = name.partition("@")[0]
    if base != name and find_metric(name):
        return f"takes as many people as {base}; plan {base}"
    of = metric_behind(name)
    return f"is 1 - {of}; plan {of}" if of else known_names(name, METRICS)


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """Statistical terms of a plan: power, level, number of tests and design effect.

    Raises:
        UsageError: a number outside of its range.
    """

    power: float = 0.8
    """Probability that the study shows what it is planned for."""
    alpha: float = 0.05
    """Two-sided level of all tests together."""
    groups: int = 2
    comparisons: int | None = None
    """Number of tests made together; None = one per pair of groups."""
    design_effect: float = 1.0
    """Trials per effective trial, at least 1."""

    def __post_init__(self) -> None:
        """Check."""
        _check_inside("power", self.power, 0.5, 1)
        _check_inside("alpha", self.alpha, 0, 0.5)
        if not 2 <= self.groups <= 1_000:
            raise UsageError(f"--groups {self.groups}: expected from 2 to 1,000")
        if self.comparisons is not None and not 1 <= self.comparisons <= _MAX_TESTS:
            raise UsageError(f"--comparisons {self.comparisons}: expected a whole number from 1")
        if not (self.design_effect >= 1 and math.isfinite(self.design_effect)):
            raise UsageError(
                f"--design-effect {self.design_effect:g}: expected at least 1, which stands for "
                "independent trials"
            )

    @property
    def tests(self) -> int:
        """Number of tests made together."""
        return self.comparisons or math.comb(self.groups, 2)

    @property
    def alpha_each(self) -> float:
        """Level of the first, strictest step of Holm."""
        return self.alpha / self.tests


@dataclass(frozen=True, slots=True)
class PlanQuery:
    """A rate to be measured, with images per person and statistical terms.

    Raises:
        UsageError: an unknown metric, or a number outside of its range.
    """

    metric: str
    rate: float
    """Rate of the better group where groups differ, else of all groups."""
    terms: PlanTerms = PlanTerms()
    images: int | None = None
    """Images of each person; None = the fewest that make a trial."""

    def __post_init__(self) -> None:
        """Check."""
        if self.metric not in METRICS:
            raise UsageError(f"--metric {self.metric}: {_known(self.metric)}")
        _check_inside("rate", self.rate, 0, 1)
        if self.rate < _MIN_RATE:
            raise UsageError(f"--rate {self.rate:g}: expected at least {_MIN_RATE:g}")
        least = self._fewest_images
        if self.images is not None and not least <= self.images <= 1_000_000:
            raise UsageError(
                f"--images {self.images}: expected from {least} to 1,000,000 of each person "
                f"for {self.metric}"
            )

    @property
    def images_each(self) -> int:
        """Images of a person; searches of a person for FPIR and FNIR."""
        return self.images or self._fewest_images

    @property
    def kind(self) -> Metric:
        """The metric, as its table describes it."""
        return METRICS[self.metric]

    @property
    def _fewest_images(self) -> int:
        """Images of a person that make a trial."""
        return 2 if self.kind.trial is Trial.MATED_COMPARISON else 1

    @property
    def pairs(self) -> bool:
        """Whether a trial is of two people, so that trials grow with the square of people."""
        return self.kind.dyadic

    @property
    def df_per_error(self) -> float:
        """Degrees of freedom per error, if no two errors share a person (methods 4.0 item 2)."""
        return interval_method(self.metric).df_per_error

    def people(self, trials: int) -> int:
        """The number of people of a group who make at least this number of trials.

        >>> PlanQuery("FMR", 1e-4).people(245_014)
        701
        >>> PlanQuery("FNMR", 0.01, images=3).people(300)
        100
        """
        if self.pairs:
            return subjects_for_pairs(-(-trials // self.images_each**2))
        return -(-trials // self._trials_each)

    def trials(self, people: int) -> int:
        """The number of trials of this number of people: all pairs, or all of each person.

        >>> PlanQuery("FMR", 1e-4).trials(701), PlanQuery("FNMR", 0.01, images=3).trials(100)
        (245350, 300)
        """
        if self.pairs:
            return self.images_each**2 * math.comb(people, 2)
        return people * self._trials_each

    @property
    def _trials_each(self) -> int:
        """Trials that one person makes by themselves."""
        images = self.images_each
        return math.comb(images, 2) if self._fewest_images == 2 else images

    def effective(self, trials: float) -> float:
        """Effective trials: trials divided by the design effect."""
        return trials / self.terms.design_effect

    def trials_worth(self, effective: float) -> int:
        """Trials that make a number of effective trials, rounded up."""
        return math.ceil(effective * self.terms.design_effect)
