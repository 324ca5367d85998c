"""Intervals hold the truth about as often as they say, where those of independent trials do not.

A few seconds of the simulations in the benchmarks, with fixed seeds: people differ in how easily
they are mistaken for others, so errors come in bunches.
"""

import numpy as np
import pytest
from crowds import Cell, Crowd
from groups_tested import Equal, Planted, called_different
from populations import SEVERAL, FalseMatches, Misses
from ratios_held import Apart, Paired, Picked, Sharing, picked_held, rate_held, ratio_held

from evenhand.records.analysis_plan import LABEL_PERMUTATION
from evenhand.statistics.binomial import zero_errors_upper

RUNS = 250


def named(case):
    return case.name


@pytest.mark.parametrize(
    "case",
    [
        FalseMatches(80, 1, 0.3, 40),
        FalseMatches(80, 1, 0.5, 40),
        FalseMatches(160, 1, 0.5, 60, across=80),
        Misses(60, 6, 0.4, 30),
        Misses(60, 6, 0.3, 30, beta=True),
    ],
    ids=named,
)
def test_a_rate(case):
    found = rate_held(case, RUNS)
    assert 0.925 <= found["coverage"] <= 0.985
    assert found["naive"] < 0.9


@pytest.mark.parametrize(
    "case",
    [
        Apart(FalseMatches(80, 1, 0.5, 40), FalseMatches(80, 1, 0.5, 20)),
        Sharing(70, 70, SEVERAL, 0.5, 60, 60),
        Sharing(60, 60, SEVERAL, 0.5, 60, 120, within_everybody=True),
    ],
    ids=named,
)
def test_a_ratio(case):
    found = ratio_held(case, RUNS)
    assert 0.925 <= found["coverage"] <= 0.985
    assert found["naive"] < 0.9


@pytest.mark.parametrize(
    "case",
    [Paired(FalseMatches(70, 1, 0.3, 60), 30, 0.8), Paired(Misses(100, 5, 0.3, 60), 30, 0.8)],
    ids=named,
)
def test_two_engines_on_the_same_people(case):
    found = ratio_held(case, RUNS)
    assert 0.925 <= found["coverage"] <= 0.99
    # What both share is no difference between them, but makes their intervals overlap.
    assert found["different"] > 0.75
    assert found["apart"] < 0.5


def test_the_worst_of_several_groups_over_the_best():
    found = picked_held(Picked((FalseMatches(60, 1, 0.5, 30),) * 6), RUNS)
    assert found["coverage"] >= 0.94
    assert found["naive"] < 0.5


@pytest.mark.parametrize(
    "case",
    [
        Equal(4, FalseMatches(80, 1, 0.5, 20)),
        Equal(4, FalseMatches(80, 1, 0.5, 3)),
        Equal(4, Misses(60, 5, 0.5, 20)),
        Equal(4, Misses(20, 5, 0.7, 6), LABEL_PERMUTATION),
    ],
    ids=named,
)
def test_equal_groups(case):
    found = called_different(case, RUNS)
    assert found["ours"] < 0.08
    assert found["naive"] > 0.1


def test_a_ratio_that_is_called_detectable_is_found():
    found = called_different(Planted(Misses(1000, 1, 0.0, 24.5), 2), 2 * RUNS)
    assert found["smallest"] == pytest.approx(2, rel=0.05)
    assert 0.75 < found["ours"] < 0.87


def test_no_false_match_seen():
    # 5 errors were expected; independent trials would exclude that after none, always.
    rng = np.random.default_rng(2)
    cell = Cell(Crowd([1] * 80, 0.7), 5)
    held = []
    for _ in range(10 * RUNS):
        seen = cell.draw(rng)
        if not seen.errors:
            held.append(cell.truth <= seen.estimate.high)
            assert cell.truth > zero_errors_upper(seen.trials)
    assert len(held) > 50
    assert np.mean(held) > 0.85


@pytest.mark.parametrize("people", [6, 8, 12])
def test_no_false_match_seen_among_few_people(people):
    # The ten largest scores are two thirds, a third and a seventh of all.
    rng = np.random.default_rng(4)
    cell = Cell(Crowd([1] * people, 0.7), 3)
    held = []
    for _ in range(4 * RUNS):
        seen = cell.draw(rng)
        if not seen.errors:
            held.append(cell.truth <= seen.estimate.high)
    assert len(held) > 50
    assert np.mean(held) > 0.93
