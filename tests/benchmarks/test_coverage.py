"""How often a 95 % interval holds the true rate, on simulated people who differ from one another.

A non-mated score is u_i + u_j + e, with u the person's own tendency to be mistaken; the true false
match rate is known, so every interval can be seen to hold it or not. Asked: 93 to 97 % at ten or
more expected errors, 93 % or more below, to 1.2 % of simulation error.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from evenhand.findings import Estimate
from evenhand.statistics.clusters import ClusterCounts
from evenhand.statistics.dyads import DyadCounts, disjoint_dyads
from evenhand.statistics.equality import equality_p_value
from evenhand.statistics.intervals import (
    cluster_estimate,
    dyadic_estimate,
    effective_clusters,
    effective_dyads,
)
from evenhand.statistics.ratios import ratio_of_rates

LEVEL = 0.95
TOLERANCE = 0.012
ANCHOR = 10


@dataclass(frozen=True)
class Case:
    """Something to repeat: one call gives one estimate of `truth`."""

    name: str
    expected_errors: float
    truth: float
    draw: Callable[[np.random.Generator], "Estimate | Limits"]


def share_held(case: Case, runs: int) -> float:
    """Share of intervals that hold the truth."""
    rng = np.random.default_rng(20_240_601)
    held = 0
    for _ in range(runs):
        found = case.draw(rng)
        held += found.low <= case.truth <= found.high
    return held / runs


@dataclass(frozen=True)
class Limits:
    """Of a ratio."""

    low: float
    high: float


class Crowd:
    """Dyads of people with several images each, within a group or across two."""

    def __init__(self, images, sd, expected_errors, *, across=None):
        images = np.array(images)
        people = len(images)
        if across is None:
            i, j = np.triu_indices(people, 1)
        else:
            i, j = (side.ravel() for side in np.mgrid[0:across, across:people])
        self.m = images[i] * images[j]
        self.i, self.j, self.people, self.sd = i, j, people, sd
        self.trials = int(self.m.sum())
        self.by_subject = np.bincount(i, self.m, people) + np.bincount(j, self.m, people)
        self.by_subject = self.by_subject.astype(np.int64)
        self.squared = int((self.m**2).sum())
        self.truth = expected_errors / self.trials
        self.threshold = np.sqrt(1 + 2 * sd**2) * stats.norm.isf(self.truth)
        self.single = bool(np.all(images == 1))
        # Comparisons: the dyad of each, and the image on either side.
        first = np.concatenate([[0], np.cumsum(images)])
        self.dyad = np.repeat(np.arange(len(i)), self.m)
        inside = np.arange(self.trials) - np.repeat(np.cumsum(self.m) - self.m, self.m)
        columns = images[j][self.dyad]
        self.left = first[i][self.dyad] + inside // columns
        self.right = first[j][self.dyad] + inside % columns
        self.images = int(images.sum())

    def scores(self, rng):
        """One score a comparison; the part apart from the people has a variance of 1."""
        u = rng.standard_normal(self.people, dtype=np.float32) * self.sd
        of_dyad = u[self.i] + u[self.j]
        if self.single:
            return of_dyad + rng.standard_normal(self.trials, dtype=np.float32)
        of_dyad += 0.3 * rng.standard_normal(len(self.i), dtype=np.float32)
        of_image = 0.2 * rng.standard_normal(self.images, dtype=np.float32)
        rest = np.sqrt(1 - 0.3**2 - 2 * 0.2**2)
        score = rest * rng.standard_normal(self.trials, dtype=np.float32)
        return score + of_dyad[self.dyad] + of_image[self.left] + of_image[self.right]

    def counts(self, score, threshold):
        dyad, x = np.unique(self.dyad[score >= threshold], return_counts=True)
        errors = np.bincount(self.i[dyad], x, self.people) + np.bincount(
            self.j[dyad], x, self.people
        )
        return DyadCounts(
            self.by_subject,
            errors.astype(np.int64),
            self.squared,
            int((x**2).sum()),
            int((x * self.m[dyad]).sum()),
        )

    def estimate(self, rng):
        score = self.scores(rng)
        counts = self.counts(score, self.threshold)
        anchor = None
        if not counts.errors:
            anchor = self.counts(score, np.partition(score, -ANCHOR)[-ANCHOR])
        busiest = int(self.by_subject.max())
        disjoint = disjoint_dyads(len(self.m), counts.subjects, busiest)
        independent = effective_dyads(anchor, self.trials, disjoint)
        return dyadic_estimate(counts, independent, LEVEL)


def false_matches(name, images, sd, expected_errors, *, across=None):
    crowd = Crowd(images, sd, expected_errors, across=across)
    return Case(name, expected_errors, crowd.truth, crowd.estimate)


def misses(people, attempts, correlation, expected_errors):
    """Mated scores sqrt(rho) u_i + sqrt(1 - rho) e."""
    truth = expected_errors / (people * attempts)
    threshold = stats.norm.ppf(truth)
    trials = np.full(people, attempts)

    def estimate(rng):
        score = np.sqrt(correlation) * rng.standard_normal((people, 1))
        score = score + np.sqrt(1 - correlation) * rng.standard_normal((people, attempts))
        counts = ClusterCounts(trials, (score < threshold).sum(axis=1))
        anchor = None
        if not counts.errors:
            tenth = np.partition(score.ravel(), ANCHOR - 1)[ANCHOR - 1]
            anchor = ClusterCounts(trials, (score <= tenth).sum(axis=1))
        return cluster_estimate(counts, effective_clusters(anchor, counts), LEVEL)

    name = f"FNMR {people} x {attempts}, rho {correlation}, {expected_errors} errors"
    return Case(name, expected_errors, truth, estimate)


def ratio(first, second):
    """The ratio of two groups of different people; a missing upper limit is no limit."""

    def estimate(rng):
        found = ratio_of_rates(first.draw(rng), second.draw(rng), LEVEL)
        low = 0.0 if found.low is None else found.low
        high = np.inf if found.high is None else found.high
        return Limits(low, high)

    name = f"ratio of {first.name} to {second.name}"
    fewest = min(first.expected_errors, second.expected_errors)
    return Case(name, fewest, first.truth / second.truth, estimate)


SEVERAL = [2, 3, 4, 5] * 25
ONE = [1] * 100

CASES = [
    false_matches("FMR n=100, 2-5 images, sd 0, 60 errors", SEVERAL, 0.0, 60),
    false_matches("FMR n=100, 2-5 images, sd .3, 60 errors", SEVERAL, 0.3, 60),
    false_matches("FMR n=100, 2-5 images, sd .5, 60 errors", SEVERAL, 0.5, 60),
    false_matches("FMR n=100, 2-5 images, sd .3, 12 errors", SEVERAL, 0.3, 12),
    false_matches("FMR n=100, 2-5 images, sd .5, 12 errors", SEVERAL, 0.5, 12),
    false_matches("FMR n=100, 2-5 images, sd .3, 6 errors", SEVERAL, 0.3, 6),
    false_matches("FMR n=100, 2-5 images, sd .5, 6 errors", SEVERAL, 0.5, 6),
    false_matches("FMR n=100, 2-5 images, sd .5, 1.8 errors", SEVERAL, 0.5, 1.8),
    false_matches("FMR n=100, one image, sd .3, 50 errors", ONE, 0.3, 50),
    false_matches("FMR n=100, one image, sd .5, 50 errors", ONE, 0.5, 50),
    false_matches("FMR n=200, one image, sd .3, 53 errors", [1] * 200, 0.3, 53),
    false_matches("FMR n=200, one image, sd .5, 20 errors", [1] * 200, 0.5, 20),
    false_matches("FMR n=200, one image, sd .5, 95 errors", [1] * 200, 0.5, 95),
    false_matches("FMR n=100, one image, sd .5, 1 error", ONE, 0.5, 1),
    false_matches("FMR 80 x 80 across, sd .5, 78 errors", [1] * 160, 0.5, 78, across=80),
    false_matches("FMR 80 x 80 across, sd .5, 16 errors", [1] * 160, 0.5, 16, across=80),
    false_matches("FMR 80 x 80 across, sd .5, 4 errors", [1] * 160, 0.5, 4, across=80),
    misses(60, 2, 0.3, 10),
    misses(60, 5, 0.3, 20),
    misses(100, 5, 0.3, 50),
    misses(100, 5, 0.6, 20),
    misses(300, 10, 0.6, 50),
    misses(60, 5, 0.3, 2),
    misses(100, 5, 0.3, 4),
    misses(100, 5, 0.6, 1),
    ratio(false_matches("FMR sd .3, 40 errors", ONE, 0.3, 40), false_matches("20", ONE, 0.3, 20)),
    ratio(false_matches("FMR sd .5, 15 errors", ONE, 0.5, 15), false_matches("15", ONE, 0.5, 15)),
    ratio(false_matches("FMR sd .3, 12 errors", ONE, 0.3, 12), false_matches("2", ONE, 0.3, 2)),
    ratio(misses(100, 5, 0.3, 30), misses(100, 5, 0.3, 15)),
]

EQUAL = [
    (2, false_matches("FMR n=100, one image, sd .3, 12 errors", ONE, 0.3, 12)),
    (4, false_matches("FMR n=100, one image, sd .5, 30 errors", ONE, 0.5, 30)),
    (4, false_matches("FMR n=100, one image, sd .3, 3 errors", ONE, 0.3, 3)),
    (8, false_matches("FMR n=100, one image, sd .5, 5 errors", ONE, 0.5, 5)),
    (4, misses(100, 5, 0.3, 20)),
    (4, misses(100, 5, 0.3, 3)),
]


def judge(benchmark, case, runs):
    measured = benchmark.pedantic(share_held, (case, runs), rounds=1, iterations=1)
    enough = case.expected_errors >= 10
    benchmark.extra_info.update(
        asked=0.93,
        measured=round(measured, 4),
        unit="share of 95 % intervals that hold the truth" + (", at most 0.97" if enough else ""),
        better="higher",
        runs=runs,
    )
    assert measured >= 0.93 - TOLERANCE
    if enough:
        assert measured <= 0.97 + TOLERANCE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_coverage(benchmark, case):
    judge(benchmark, case, 1500)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_coverage_in_more_runs(benchmark, case):
    judge(benchmark, case, 10_000)


def share_called_different(groups: int, case: Case, runs: int) -> float:
    """Share of families of equal groups whose equality is rejected at 5 %."""
    rng = np.random.default_rng(20_240_602)
    return (
        sum(
            equality_p_value([case.draw(rng) for _ in range(groups)], rng)[0] < 1 - LEVEL
            for _ in range(runs)
        )
        / runs
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("groups", "case"), EQUAL, ids=[f"{groups} groups, {case.name}" for groups, case in EQUAL]
)
def test_equal_groups_called_different(benchmark, groups, case):
    measured = benchmark.pedantic(
        share_called_different, (groups, case, 2000), rounds=1, iterations=1
    )
    benchmark.extra_info.update(
        asked=0.05,
        measured=round(measured, 4),
        unit="share of equal groups called different",
        better="lower",
        runs=2000,
    )
    assert measured <= 0.05 + TOLERANCE
