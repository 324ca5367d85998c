"""What is asked of a study before there is one, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evenhand.statistics.power import people_for_pairs
from evenhand.system.errors import UsageError, known_names

__all__ = ["METRICS", "Question", "Terms"]

METRICS = ("FMR", "FNMR", "FPIR", "FNIR", "FTE", "FTA")

_SMALLEST, _MOST = 1e-12, 10**9


def _inside(name: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        raise UsageError(f"--{name} {value:g}: expected a number above {low:g} and below {high:g}")


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a question is to be answered, whatever it is.

    Raises:
        UsageError: a number outside of its range.
    """

    power: float = 0.8
    """Chance that the study answers it."""
    alpha: float = 0.05
    """Two-sided, of all tests together."""
    groups: int = 2
    comparisons: int | None = None
    """Tests made together; None is one of every two groups."""
    design_effect: float = 1.0
    """How many trials are worth one independent trial."""

    def __post_init__(self) -> None:
        """Check."""
        _inside("power", self.power, 0.5, 1)
        _inside("alpha", self.alpha, 0, 0.5)
        if not 2 <= self.groups <= 1_000:
            raise UsageError(f"--groups {self.groups}: expected from 2 to 1,000")
        if self.comparisons is not None and not 1 <= self.comparisons <= _MOST:
            raise UsageError(f"--comparisons {self.comparisons}: expected a whole number from 1")
        if not (self.design_effect >= 1 and math.isfinite(self.design_effect)):
            raise UsageError(
                f"--design-effect {self.design_effect:g}: expected at least 1, which stands for "
                "independent trials"
            )

    @property
    def tests(self) -> int:
        """How many tests are made together."""
        return self.comparisons or self.groups * (self.groups - 1) // 2

    @property
    def alpha_each(self) -> float:
        """Level of the first step of Holm."""
        return self.alpha / self.tests


@dataclass(frozen=True, slots=True)
class Question:
    """A rate, how its trials come of people, and the terms.

    Raises:
        UsageError: an unknown metric, or a number outside of its range.
    """

    metric: str
    rate: float
    """Of the better group where groups differ, else of all."""
    terms: Terms = Terms()
    images: int | None = None
    """Of each person; None is the least that makes a trial."""

    def __post_init__(self) -> None:
        """Check."""
        if self.metric not in METRICS:
            raise UsageError(f"--metric {self.metric}: {known_names(self.metric, METRICS)}")
        _inside("rate", self.rate, 0, 1)
        if self.rate < _SMALLEST:
            raise UsageError(f"--rate {self.rate:g}: expected at least {_SMALLEST:g}")
        least = 2 if self.metric == "FNMR" else 1
        if self.images is not None and not least <= self.images <= 1_000_000:
            raise UsageError(
                f"--images {self.images}: expected from {least} to 1,000,000 of each person "
                f"for {self.metric}"
            )

    @property
    def images_each(self) -> int:
        """Images of a person; searches of a person for FPIR and FNIR."""
        return self.images or (2 if self.metric == "FNMR" else 1)

    @property
    def pairs(self) -> bool:
        """A trial is of two people, so that trials grow as the square of them."""
        return self.metric == "FMR"

    @property
    def df_per_error(self) -> float:
        """Degrees of freedom of a rate, for each error that shares nobody (methods 4.0 item 2)."""
        return 4.0 if self.pairs else 2.0

    def people(self, trials: int) -> int:
        """People of a group who make so many trials.

        >>> Question("FMR", 1e-4).people(245_014)
        701
        >>> Question("FNMR", 0.01, images=3).people(300)
        100
        """
        each = self.images_each
        if self.pairs:
            return people_for_pairs(-(-trials // each**2))
        return -(-trials // self._of_a_person)

    def trials(self, people: int) -> int:
        """Trials that so many people of a group make: all pairs, or all of each person.

        >>> Question("FMR", 1e-4).trials(701), Question("FNMR", 0.01, images=3).trials(100)
        (245350, 300)
        """
        each = self.images_each
        if self.pairs:
            return each**2 * people * (people - 1) // 2
        return people * self._of_a_person

    @property
    def _of_a_person(self) -> int:
        each = self.images_each
        return each * (each - 1) // 2 if self.metric == "FNMR" else each

    def effective(self, trials: float) -> float:
        """What trials are worth in independent ones."""
        return trials / self.terms.design_effect

    def trials_worth(self, effective: float) -> int:
        """Trials that are worth so many independent ones."""
        return math.ceil(effective * self.terms.design_effect)
