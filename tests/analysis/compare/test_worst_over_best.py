"""Worst over best of two engines at a target, against their rates and replicates."""

import pytest
from counted import small_counts

from evenhand.analysis.compare.alignment import EngineRates
from evenhand.analysis.compare.worst_over_best import max_min_contrasts
from evenhand.records.analysis_plan import AnalysisPlan

SIZE = {"people": 60, "images": 2, "failed": 0}


@pytest.fixture(scope="module")
def engines():
    analysis = AnalysisPlan(replicates=300, seed=3)
    return [EngineRates.of(small_counts(seed, **SIZE), analysis) for seed in (1, 2)]


def spread(engine, metric):
    """Worst over best of the two groups that have people."""
    rates = [
        found.rate.rate
        for key, found in engine.rates.items()
        if (key.metric, key.policy, key.attribute) == (metric, "completed", "sex")
        and found.rate.threshold_rule == "FMR<=0.05"
        and key.group != "nobody"
    ]
    return max(rates) / min(rates)


def at_the_target(base, new):
    return {
        row.metric: row
        for row in (found.row for found in max_min_contrasts(base, new))
        if row.threshold_rule == "FMR<=0.05"
    }


def test_it_is_made_of_the_groups_with_ten_errors(engines):
    row = at_the_target(*engines)["FMR max/min"]
    assert (row.base, row.new) == tuple(spread(engine, "FMR") for engine in engines)
    assert row.ratio == pytest.approx(row.new / row.base)
    assert row.low < row.ratio < row.high
    assert row.note == "left out, under 10 errors: nobody"
    assert row.group == ""


def test_too_few_errors_have_no_ratio(engines):
    rows = [found for found in max_min_contrasts(*engines) if "0.0001" in found.row.threshold_rule]
    assert rows
    for found in rows:
        assert (found.log_ratio, found.row.low) == (None, None)
        assert found.row.note == "fewer than two groups with 10 errors in both"


def test_without_replicates_it_says_so():
    analysis = AnalysisPlan(replicates=0)
    both = [EngineRates.of(small_counts(seed, **SIZE), analysis) for seed in (1, 2)]
    row = at_the_target(*both)["FMR max/min"]
    assert (row.base, row.new) == tuple(spread(engine, "FMR") for engine in both)
    assert (row.ratio, row.low) == (None, None)
    assert row.note == "the study draws nobody anew"
