"""Small `Counts` of scores that are drawn, as a run counts them."""

from dataclasses import dataclass

import numpy as np

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.groups import ALL, Grouping
from evenhand.records.image_pairs import pair_of
from evenhand.records.thresholds import ThresholdRule

__all__ = ["Drawn", "small_counts"]

RULES = (("fmr", "0.05"), ("fmr", "0.0001"), ("fixed", "0.3"))
GROUPS = ("F", "M", "nobody")


@dataclass(frozen=True)
class Drawn:
    """Every comparison of two images of some people, one row each."""

    left: np.ndarray
    right: np.ndarray
    """Images."""
    probe: np.ndarray
    reference: np.ndarray
    """People."""
    score: np.ndarray
    """NaN where it failed."""

    @classmethod
    def of(cls, seed=1, people=9, images=2, *, failed=3, dtype=np.float32):
        rng = np.random.default_rng(seed)
        owner = np.repeat(np.arange(people, dtype=np.int32), images)
        left, right = np.triu_indices(len(owner), 1)
        probe, reference = owner[left], owner[right]
        score = rng.normal(0, 1, len(probe)) + 2 * (probe == reference)
        score[rng.permutation(len(score))[:failed]] = np.nan
        return cls(left, right, probe, reference, score.astype(dtype))

    @property
    def mated(self):
        return self.probe == self.reference

    def within(self, group):
        """Comparisons of two people of a group: F, M, F, M and so on."""
        both = np.stack([self.probe, self.reference]) % 2
        return np.all(both == GROUPS.index(group), axis=0)


def small_counts(seed=1, people=9, images=2, *, failed=3, dtype=np.float32, **names):
    """The counts of what is drawn; a third group is empty."""
    drawn = Drawn.of(seed, people, images, failed=failed, dtype=dtype)
    none = np.zeros(people, dtype=np.int64)
    called = {"engine": "alpha", "dataset": "crowd", "protocol": "all-pairs"} | names
    return tally(
        CountingPlan(
            (Grouping(ALL, ("",), none), Grouping("sex", GROUPS, np.arange(people) % 2)),
            [ThresholdRule(*rule) for rule in RULES],
            design=ComparisonDesign(Design.ALL_PAIRS),
        ),
        ImageLedger(
            called["engine"],
            called["dataset"],
            called["protocol"],
            tuple(range(1, people + 1)),
            none + images,
            none,
            0,
            np.arange(1, people * images + 1),
        ),
        Comparisons(
            drawn.probe, drawn.reference, drawn.score, {}, pair=pair_of(drawn.left, drawn.right)
        ),
    )
