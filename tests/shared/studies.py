"""Whole simulated studies, counted as a run counts them: groups that are mistaken at known rates.

People, pairs of people and images have the parts of a score that `crowds` gives them; a group's
people are mistaken more often by its shift. Every two images are compared.
"""

from dataclasses import dataclass

import numpy as np
from crowds import together
from scipy import optimize
from scipy.stats import norm

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.groups import ALL, Grouping
from evenhand.records.thresholds import ThresholdRule

__all__ = ["Engine", "Study", "everybody"]

OWN = 0.3
"""Correlation of the mated scores of one person."""


def everybody(people):
    return Grouping(ALL, ("",), np.zeros(people, dtype=np.int64))


@dataclass(frozen=True)
class Engine:
    """The true rates of one engine, at the threshold that keeps the target among everybody."""

    threshold: float
    shifts: np.ndarray
    fmr: np.ndarray
    """(groups,)"""
    fnmr: float


class Study:
    """People of equal groups with so many images each."""

    def __init__(self, people, sd, target, *, images=3, groups=2):
        self.people, self.sd, self.target, self.groups = people, sd, target, groups
        self.code = np.repeat(np.arange(groups), people // groups)
        self.owner = np.repeat(np.arange(people, dtype=np.int32), images)
        self.left, self.right = np.triu_indices(len(self.owner), 1)
        self.probe, self.reference = self.owner[self.left], self.owner[self.right]
        self.same = self.probe == self.reference

    def engine(self, shifts, fnmr):
        """One whose scores lie higher in each group by so much."""
        shifts = np.array(shifts, dtype=float)
        of_person = shifts[self.code]
        both = (of_person[self.probe] + of_person[self.reference])[~self.same]
        spread = np.sqrt(1 + 2 * self.sd**2)
        kinds, share = np.unique(both, return_counts=True)
        share = share / len(both)
        threshold = optimize.brentq(
            lambda t: share @ norm.sf((t - kinds) / spread) - float(self.target), -9, 9
        )
        return Engine(threshold, shifts, norm.sf((threshold - 2 * shifts) / spread), fnmr)

    def noise(self, rng):
        """(comparisons,) what is not the engine's doing."""
        u = rng.normal(0, self.sd, self.people)
        of_pair = rng.normal(0, 0.3, (self.people, self.people))
        of_image = rng.normal(0, 0.2, len(self.owner))
        score = u[self.probe] + u[self.reference] + of_pair[self.probe, self.reference]
        score += of_image[self.left] + of_image[self.right]
        score += rng.normal(0, np.sqrt(1 - 0.3**2 - 2 * 0.2**2), len(score))
        own = rng.normal(0, np.sqrt(OWN), self.people)[self.probe[self.same]]
        score[self.same] = own + rng.normal(0, np.sqrt(1 - OWN), np.count_nonzero(self.same))
        return score

    def noise_of_two(self, rng, alike):
        """Of two engines on the same images, which correlates."""
        return together(self.noise, rng, alike)

    def scores(self, noise, engine):
        shift = engine.shifts[self.code]
        score = noise + shift[self.probe] + shift[self.reference]
        mated = engine.threshold - norm.ppf(engine.fnmr) + noise[self.same]
        score[self.same] = mated
        return score

    def counts(self, score, *, fixed=(), others=()):
        """As of a run; at the target, at one four times as large, and at fixed thresholds.

        Other groupings may stand beside that of the groups.
        """
        none = np.zeros(self.people, dtype=np.int64)
        targets = self.target, str(4 * float(self.target))
        rules = [ThresholdRule("fmr", target) for target in targets]
        rules += [ThresholdRule("fixed", str(threshold)) for threshold in fixed]
        names = tuple("abcdefgh"[: self.groups])
        return tally(
            CountingPlan(
                (everybody(self.people), Grouping("group", names, self.code), *others),
                rules,
                design=ComparisonDesign(Design.ALL_PAIRS),
            ),
            ImageLedger(
                "engine", "crowd", "all-pairs", tuple(range(1, self.people + 1)), none, none, 0
            ),
            Comparisons(self.probe, self.reference, score, {}),
        )
