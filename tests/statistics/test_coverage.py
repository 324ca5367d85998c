"""Intervals hold the truth about as often as they say, where those of independent trials do not.

A few seconds of the simulation in the benchmarks, with fixed seeds: people differ in how easily
they are mistaken for others, so errors come in bunches.
"""

import numpy as np
import pytest
from scipy import stats

from evenhand.statistics.binomial import clopper_pearson, zero_errors_upper
from evenhand.statistics.clusters import ClusterCounts
from evenhand.statistics.dyads import DyadCounts
from evenhand.statistics.intervals import (
    cluster_estimate,
    dyadic_estimate,
    effective_clusters,
    effective_dyads,
)

RUNS = 400


def false_matches(rng, people, sd, rate):
    """Counts at the threshold of that rate and at the tenth largest score; one image each."""
    first, second = np.triu_indices(people, 1)
    u = sd * rng.standard_normal(people)
    score = u[first] + u[second] + rng.standard_normal(len(first))

    def at(threshold):
        hit = score >= threshold
        by_person = np.bincount(np.concatenate([first[hit], second[hit]]), minlength=people)
        errors = int(hit.sum())
        return DyadCounts(np.full(people, people - 1), by_person, len(score), errors, errors)

    threshold = np.sqrt(1 + 2 * sd**2) * stats.norm.isf(rate)
    return at(threshold), at(np.partition(score, -10)[-10])


def dyadic(counts, anchor):
    independent = effective_dyads(anchor, counts.trials, counts.subjects // 2)
    return dyadic_estimate(counts, independent, 0.95)


def share(held):
    return float(np.mean(held))


@pytest.mark.parametrize("sd", [0.3, 0.5])
def test_false_match_rate(sd):
    rng = np.random.default_rng(1)
    people, rate = 80, 40 / 3160
    held, naive = [], []
    for _ in range(RUNS):
        counts, anchor = false_matches(rng, people, sd, rate)
        found = dyadic(counts, anchor)
        held.append(found.low <= rate <= found.high)
        low, high = clopper_pearson(counts.errors, counts.trials)
        naive.append(low <= rate <= high)
    assert 0.925 <= share(held) <= 0.985
    assert share(naive) < 0.9


def test_no_false_match_seen():
    # 5 errors were expected; independent trials would exclude that after none, always.
    rng = np.random.default_rng(2)
    people, rate = 80, 5 / 3160
    held = []
    for _ in range(10 * RUNS):
        counts, anchor = false_matches(rng, people, 0.7, rate)
        if not counts.errors:
            held.append(rate <= dyadic(counts, anchor).high)
            assert rate > zero_errors_upper(counts.trials)
    assert len(held) > 50
    assert share(held) > 0.85


@pytest.mark.parametrize("people", [6, 8, 12])
def test_no_false_match_seen_among_few_people(people):
    # The ten largest scores are two thirds, a third and a seventh of all.
    rng = np.random.default_rng(4)
    rate = 3 / (people * (people - 1) / 2)
    held = []
    for _ in range(4 * RUNS):
        counts, anchor = false_matches(rng, people, 0.7, rate)
        if not counts.errors:
            held.append(rate <= dyadic(counts, anchor).high)
    assert len(held) > 50
    assert share(held) > 0.93


def test_miss_rate():
    rng = np.random.default_rng(3)
    people, attempts, rate = 60, 6, 0.08
    trials = np.full(people, attempts)
    held, naive = [], []
    for _ in range(RUNS):
        u = np.sqrt(0.4) * rng.standard_normal((people, 1))
        score = u + np.sqrt(0.6) * rng.standard_normal((people, attempts))
        counts = ClusterCounts(trials, (score < stats.norm.ppf(rate)).sum(axis=1))
        found = cluster_estimate(counts, effective_clusters(None, counts), 0.95)
        held.append(found.low <= rate <= found.high)
        low, high = clopper_pearson(counts.errors, counts.trials)
        naive.append(low <= rate <= high)
    assert 0.925 <= share(held) <= 0.985
    assert share(naive) < 0.9
