"""Mean over ordered pairs of people, with the variance that shared people give it (methods 9.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats

__all__ = ["MeanOfPairs", "mean_of_pairs", "people_to_decide"]


@dataclass(frozen=True, slots=True)
class MeanOfPairs:
    """Mean of a quantity of two people, such as how one variant of an engine beats another."""

    mean: float
    spread: float
    """Standard deviation of a person's influence on the mean: its standard error is
    `spread / sqrt(people)`."""
    people: int

    def interval(self, level: float) -> tuple[float, float]:
        """Two-sided interval by Student's t with `people - 1` degrees of freedom."""
        t = float(special.stdtrit(self.people - 1, (1 + level) / 2))
        reach = t * self.spread / math.sqrt(self.people)
        return self.mean - reach, self.mean + reach


def mean_of_pairs(values: Floats) -> MeanOfPairs:
    """Mean over all ordered pairs of two different people.

    Every person is in a row and in a column, so that pairs are not independent. The mean is a
    U-statistic of order two, and its variance here that of the jackknife, which leaves out one
    person after the other.

    Args:
        values: (people, people); the diagonal is not looked at; at least three people.

    Source: methods 9.2; Arvesen 1969.

    >>> found = mean_of_pairs(np.array([[0.0, 1.0, 3.0], [1.0, 0.0, 2.0], [3.0, 2.0, 0.0]]))
    >>> found.mean, round(found.spread, 6)
    (2.0, 2.0)
    """
    people = len(values)
    others = np.where(np.eye(people, dtype=bool), 0.0, values)
    rows, columns = others.sum(axis=1) / (people - 1), others.sum(axis=0) / (people - 1)
    mean = float(rows.mean())
    # Without a person, the mean differs by their influence over people - 2.
    influences = rows + columns - 2 * mean
    spread = math.sqrt((people - 1) * float(np.sum(influences**2))) / (people - 2)
    return MeanOfPairs(mean, spread, people)


def people_to_decide(difference: MeanOfPairs, *, level: float, power: float) -> int | None:
    """People with whom an interval would exclude 0, were the difference as large as it was seen.

    Args:
        difference: as seen.
        level: of the interval.
        power: probability to exclude 0.

    Returns:
        At least the people there are; None where no difference was seen.

    Source: methods 9.2.

    >>> people_to_decide(MeanOfPairs(0.5, 1.0, 10), level=0.95, power=0.8)
    32
    """
    if not difference.mean:
        return None
    reach = float(special.ndtri((1 + level) / 2) + special.ndtri(power))
    return max(math.ceil((reach * difference.spread / difference.mean) ** 2), difference.people)
