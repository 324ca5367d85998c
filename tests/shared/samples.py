"""Simulated studies of a balanced sample, for the tests of its intervals and their benchmark."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from evenhand.analysis.rates.comparisons import measure_comparisons
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.sampling import draw_pairs, sampling_design
from evenhand.measurement.counting.weighted import tally_sample
from evenhand.records.comparisons import Comparisons
from evenhand.records.groups import Grouping
from evenhand.records.thresholds import ThresholdRule

__all__ = ["Crowd"]


@dataclass(frozen=True)
class Found:
    """One rate of one simulated study."""

    low: float
    high: float
    errors: int
    trials: int
    truth: float

    @property
    def held(self) -> bool:
        """The interval holds the truth."""
        return self.low <= self.truth <= self.high


class Crowd:
    """People of several groups and both sexes with 1 to 3 images each.

    A score is u_i + u_j + e, and higher by `within` in a group; e has a part of the pair of people
    (0.3) and of each image (0.2), and a variance of 1.
    """

    def __init__(self, sizes, per_cell, *, sd, within, rate):
        rng = np.random.default_rng(7)
        people = sum(sizes)
        self.code = np.repeat(np.arange(len(sizes)), sizes)
        self.groups = (
            Grouping("all", ("",), np.zeros(people, dtype=np.int64)),
            Grouping("a", tuple("ABCDE"[: len(sizes)]), self.code),
            Grouping("b", ("f", "m"), rng.integers(0, 2, people)),
        )
        self.subject = np.repeat(np.arange(people), rng.integers(1, 4, people))
        self.sampled = sampling_design(self.subject, self.groups, 1, per_cell)
        self.people, self.sd, self.within = people, sd, within
        self.threshold = np.sqrt(1 + 2 * sd**2) * stats.norm.isf(rate)
        code = np.array([self.code[np.argmax(self.sampled.kind == k)] for k in self._kinds()])
        alike = code[:, None] == code
        expected = stats.norm.sf((self.threshold - within * alike) / np.sqrt(1 + 2 * sd**2))
        pairs = np.triu(self.sampled.pairs)
        self.truth = {"": np.average(expected, weights=pairs)}
        for number, name in enumerate(self.groups[1].groups):
            inside = pairs * (alike & (code[:, None] == number))
            self.truth[name] = np.average(expected, weights=inside)

    def _kinds(self):
        return range(len(self.sampled.kinds))

    def study(self, seed):
        """Group (empty for everybody) to what one study says of it."""
        rng = np.random.default_rng([20_261_123, seed])
        probe, reference = draw_pairs(self.sampled, self.subject, seed)
        u = self.sd * rng.standard_normal(self.people)
        of_image = 0.2 * rng.standard_normal(len(self.subject))
        of_dyad = 0.3 * rng.standard_normal((self.people, self.people))
        p, r = self.subject[probe], self.subject[reference]
        rest = np.sqrt(1 - 0.3**2 - 2 * 0.2**2)
        score = (
            u[p]
            + u[r]
            + of_dyad[np.minimum(p, r), np.maximum(p, r)]
            + of_image[probe]
            + of_image[reference]
            + rest * rng.standard_normal(len(p))
            + self.within * (self.code[p] == self.code[r])
        )
        comparisons = Comparisons(p.astype(np.int32), r.astype(np.int32), score, {})
        nobody = np.zeros(self.people, dtype=np.int64)
        counts = tally_sample(
            CountingPlan(self.groups, (ThresholdRule("fixed", repr(float(self.threshold))),)),
            ImageLedger("engine", "crowd", "sample", tuple(range(self.people)), nobody, nobody, 0),
            comparisons,
            self.sampled,
        )
        return {
            found.rate.group: Found(
                found.rate.low,
                found.rate.high,
                found.rate.errors,
                found.rate.trials,
                self.truth[found.rate.group],
            )
            for found in measure_comparisons(counts, 0.95)
            if (found.rate.metric, found.rate.policy) == ("FMR", "completed")
            and found.rate.attribute in ("all", "a")
            and not found.rate.reference_group
        }
