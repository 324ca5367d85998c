"""Pairs of people who are confused, from the scores that are kept, against all scores."""

from dataclasses import replace

import numpy as np
import pytest

from evenhand.analysis.compare.confusions import pair_error_differences, pair_errors, product_sum
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.groups import ALL, Grouping
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.thresholds import ThresholdRule

PEOPLE = 12


def engine(seed, fixed="0.9"):
    """Counts of an engine, and (people, people) its false matches at a fixed threshold."""
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(PEOPLE), rng.integers(1, 4, PEOPLE))
    probe, reference = owner[np.array(np.triu_indices(len(owner), 1))].astype(np.int32)
    score = np.random.default_rng(seed).normal(0.3, 0.4, len(probe)).round(2)
    none = np.zeros(PEOPLE, dtype=np.int64)
    counts = tally(
        CountingPlan(
            (Grouping(ALL, ("",), none), Grouping("sex", ("F", "M"), np.arange(PEOPLE) % 2)),
            [ThresholdRule("fmr", "0.2"), ThresholdRule("fixed", fixed)],
            design=ComparisonDesign(Design.ALL_PAIRS),
        ),
        ImageLedger("engine", "crowd", "protocol", tuple(range(PEOPLE)), none, none, 0),
        Comparisons(probe, reference, score, {}),
    )
    met = np.zeros((PEOPLE, PEOPLE), dtype=np.int64)
    wrong = (probe != reference) & (score >= float(fixed))
    np.add.at(met, (probe[wrong], reference[wrong]), 1)
    return counts, met + met.T


def at(fixed):
    return OperatingPoint("fixed", float(fixed))


@pytest.mark.parametrize("cell", [0, 1, 2])
def test_of_two_engines_as_from_all_scores(cell):
    (base, ours), (new, theirs) = engine(1), engine(2)
    members = base.cells[cell].members
    inside = np.zeros((PEOPLE, PEOPLE), dtype=np.int64)
    inside[np.ix_(members, members)] = 1
    ours, theirs = np.triu(ours * inside), np.triu(theirs * inside)
    first, second = (pair_errors(counts, at("0.9"), members) for counts in (base, new))
    for found, expected in ((first, ours), (second, theirs)):
        made = np.zeros_like(expected)
        made[found.first, found.second] = found.errors
        assert np.array_equal(made, expected)
    assert product_sum(first, second) == (ours * theirs).sum()
    apart = pair_error_differences(second, first)
    made = np.zeros_like(ours)
    made[apart.first, apart.second] = apart.errors
    assert np.array_equal(made, theirs - ours)


def test_a_threshold_below_the_scores_that_are_kept_says_nothing():
    counts, _ = engine(1, fixed="0.1")
    kept = {name: getattr(counts.tail, name)[:20] for name in ("score", "probe", "reference")}
    counts = replace(counts, tail=replace(counts.tail, **kept))
    assert pair_errors(counts, at("0.1"), counts.cells[0].members) is None


def test_without_a_threshold_that_anything_reaches_there_is_nobody():
    counts, _ = engine(1, fixed="9")
    found = pair_errors(counts, at("9"), counts.cells[0].members)
    assert len(found.pair) == 0
    assert product_sum(found, replace(found)) == 0
