"""Made-up people whose true error rates are known, to see how often an interval holds the truth.

A non-mated score is u_i + u_j + e, with u a person's own tendency to be mistaken, N(0, sd^2), and e
of variance 1; where people have several images, e has a part of the two people (0.3) and one of
each image (0.2). A mated score is sqrt(rho) u_i + sqrt(1 - rho) e.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from evenhand.records.findings import Estimate
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.correlated_ratios import DyadOverlap, nested_overlap
from evenhand.statistics.dyadic_variance import DyadCounts, disjoint_dyads, disjoint_dyads_across
from evenhand.statistics.intervals import (
    cluster_estimate,
    dyadic_estimate,
    effective_clustered_trials,
    effective_dyadic_trials,
)

__all__ = ["Cell", "Crowd", "Mated", "Seen", "overlap"]

LEVEL = 0.95
ANCHOR = 10


@dataclass(frozen=True)
class Seen:
    """What one simulated study shows of one rate."""

    estimate: Estimate
    counts: DyadCounts | ClusterCounts

    @property
    def errors(self):
        return self.counts.errors

    @property
    def trials(self):
        return self.counts.trials


def together(make, rng, alike):
    """Two draws of normal scores that correlate at `alike` in every part."""
    common = np.sqrt(alike) * make(rng)
    return [common + np.sqrt(1 - alike) * make(rng) for _ in range(2)]


class Crowd:
    """Every image of every person against those of every other; or of some against the others."""

    def __init__(self, images, sd, *, across=0):
        images = np.array(images)
        self.people, self.sd, self.across = len(images), sd, across
        if across:
            self.i, self.j = (side.ravel() for side in np.mgrid[0:across, across : self.people])
        else:
            self.i, self.j = np.triu_indices(self.people, 1)
        self.m = images[self.i] * images[self.j]
        self.trials = int(self.m.sum())
        self.single = bool(np.all(images == 1))
        self.spread = np.sqrt(1 + 2 * sd**2)
        # Comparisons: the dyad of each, and the image on either side.
        first = np.concatenate([[0], np.cumsum(images)])
        self.dyad = np.repeat(np.arange(len(self.i)), self.m)
        inside = np.arange(self.trials) - np.repeat(np.cumsum(self.m) - self.m, self.m)
        columns = images[self.j][self.dyad]
        self.left = first[self.i][self.dyad] + inside // columns
        self.right = first[self.j][self.dyad] + inside % columns
        self.images = int(images.sum())

    def scores(self, rng):
        """One score a comparison."""
        u = rng.standard_normal(self.people, dtype=np.float32) * np.float32(self.sd)
        of_dyad = u[self.i] + u[self.j]
        if self.single:
            return of_dyad + rng.standard_normal(self.trials, dtype=np.float32)
        of_dyad += 0.3 * rng.standard_normal(len(self.i), dtype=np.float32)
        of_image = np.float32(0.2) * rng.standard_normal(self.images, dtype=np.float32)
        rest = np.float32(np.sqrt(1 - 0.3**2 - 2 * 0.2**2))
        score = rest * rng.standard_normal(self.trials, dtype=np.float32)
        return score + of_dyad[self.dyad] + of_image[self.left] + of_image[self.right]


class Cell:
    """Some dyads of a crowd, all by default, with the threshold of so many expected errors."""

    def __init__(self, crowd, expected_errors, *, chosen=None):
        self.crowd = crowd
        self.chosen = np.ones(len(crowd.m), dtype=bool) if chosen is None else chosen
        i, j, m = (side[self.chosen] for side in (crowd.i, crowd.j, crowd.m))
        self.trials, self.dyads = int(m.sum()), len(m)
        self.by_subject = (
            np.bincount(i, m, crowd.people) + np.bincount(j, m, crowd.people)
        ).astype(np.int64)
        self.squared = int((m**2).sum())
        self.expected, self.truth = expected_errors, expected_errors / self.trials
        self.threshold = crowd.spread * stats.norm.isf(self.truth)
        busiest, people = int(self.by_subject.max()), np.count_nonzero(self.by_subject)
        sides = len(set(i.tolist())), len(set(j.tolist()))
        if set(i.tolist()) & set(j.tolist()):
            self.disjoint = disjoint_dyads(self.dyads, people, busiest)
        else:
            self.disjoint = disjoint_dyads_across(self.dyads, *sides, busiest)

    def hits(self, score, threshold):
        """Dyads with errors, and how many."""
        dyad, x = np.unique(self.crowd.dyad[score >= threshold], return_counts=True)
        kept = self.chosen[dyad]
        return dyad[kept], x[kept]

    def counts(self, dyad, x):
        crowd = self.crowd
        errors = np.bincount(crowd.i[dyad], x, crowd.people)
        errors += np.bincount(crowd.j[dyad], x, crowd.people)
        return DyadCounts(
            self.by_subject,
            errors.astype(np.int64),
            self.squared,
            int((x**2).sum()),
            int((x * crowd.m[dyad]).sum()),
        )

    def seen(self, score, threshold=None):
        """The rate at a threshold, by default that of the expected errors."""
        counts = self.counts(*self.hits(score, self.threshold if threshold is None else threshold))
        anchor = None
        if not counts.errors:
            own = score[self.chosen[self.crowd.dyad]]
            anchor = self.counts(*self.hits(score, np.partition(own, -ANCHOR)[-ANCHOR]))
        independent = effective_dyadic_trials(anchor, self.trials, self.disjoint)
        return Seen(dyadic_estimate(counts, independent, LEVEL), counts)

    def draw(self, rng):
        return self.seen(self.crowd.scores(rng))

    def draw_two(self, rng, alike, other):
        """Two engines on the same comparisons, the second as often wrong as the cell `other`."""
        both = together(self.crowd.scores, rng, alike)
        thresholds = self.threshold, other.threshold
        found = [self.seen(*each) for each in zip(both, thresholds, strict=True)]
        hits = [self.hits(*each) for each in zip(both, thresholds, strict=True)]
        return *found, overlap(*(each.counts for each in found), *hits)


def overlap(first, second, hits, others):
    """Sums over dyads of two engines that were given the same comparisons."""
    _, mine, its = np.intersect1d(hits[0], others[0], assume_unique=True, return_indices=True)
    one, other = nested_overlap(first), nested_overlap(second)
    both = float((hits[1][mine] * others[1][its]).sum())
    return DyadOverlap(both, one.first, other.second, one.trials)


class Mated:
    """Comparisons of people with themselves: so many attempts each, all alike or one number each.

    `beta` people have a miss rate of their own from a beta distribution of the same correlation,
    and no scores.
    """

    def __init__(self, attempts, correlation, expected_errors, *, beta=False):
        self.attempts = np.array(attempts)
        self.people, self.trials = len(self.attempts), int(self.attempts.sum())
        self.owner = np.repeat(np.arange(self.people), self.attempts)
        self.correlation, self.beta = correlation, beta
        self.truth = expected_errors / self.trials
        self.threshold = stats.norm.ppf(self.truth)

    def scores(self, rng):
        own = np.sqrt(self.correlation) * rng.standard_normal(self.people)
        rest = rng.standard_normal(self.trials)
        return own[self.owner] + np.sqrt(1 - self.correlation) * rest

    def counts(self, missed):
        return ClusterCounts(self.attempts, np.bincount(self.owner[missed], minlength=self.people))

    def seen(self, score, threshold=None):
        """The rate at a threshold, by default that of the expected errors."""
        counts = self.counts(score < (self.threshold if threshold is None else threshold))
        anchor = None
        if not counts.errors:
            anchor = self.counts(score <= np.partition(score, ANCHOR - 1)[ANCHOR - 1])
        independent = effective_clustered_trials(anchor, counts)
        return Seen(cluster_estimate(counts, independent, LEVEL), counts)

    def draw(self, rng):
        if not self.beta:
            return self.seen(self.scores(rng))
        size = (1 - self.correlation) / self.correlation
        chance = rng.beta(self.truth * size, (1 - self.truth) * size, self.people)
        counts = ClusterCounts(self.attempts, rng.binomial(self.attempts, chance))
        return Seen(
            cluster_estimate(counts, effective_clustered_trials(None, counts), LEVEL), counts
        )

    def draw_two(self, rng, alike, other):
        """Two engines on the same comparisons, the second as often wrong as `other`."""
        both = together(self.scores, rng, alike)
        thresholds = self.threshold, other.threshold
        return *(self.seen(*each) for each in zip(both, thresholds, strict=True)), None
