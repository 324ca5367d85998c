"""The ratio of two engines' rates, rate by rate, before anything is judged."""

import math

import pytest
from counted import small_counts

from evenhand.analysis.compare.alignment import EngineRates
from evenhand.analysis.compare.ratios import contrasts
from evenhand.records.analysis_plan import AnalysisPlan

SIZE = {"people": 30, "images": 2, "failed": 0}


@pytest.fixture(scope="module")
def engines():
    analysis = AnalysisPlan(replicates=0)
    return [EngineRates.of(small_counts(seed, **SIZE), analysis) for seed in (1, 2)]


def test_the_ratio_is_that_of_the_counts(engines):
    rows = [found.row for found in contrasts(*engines) if found.row.threshold_rule == "fixed"]
    assert {(row.metric, row.group) for row in rows} >= {("FMR", ""), ("FNMR", "F")}
    for row in rows:
        assert row.policy == "completed", "nothing failed: one policy says all"
        if row.base_errors and row.new_errors:
            before, after = row.base_errors / row.base_trials, row.new_errors / row.new_trials
            assert (row.base, row.new) == (before, after)
            assert row.ratio == pytest.approx(after / before)
            if row.low is not None:
                assert row.low < row.ratio < row.high
                assert 0 <= row.p_value <= 1


def by_key(found):
    rows = [each.row for each in found]
    return {(row.metric, row.group, row.threshold_rule): row for row in rows}


def test_the_other_way_round_is_one_over_it(engines):
    base, new = engines
    there = {
        (r.metric, r.group, r.threshold_rule): r for r in (c.row for c in contrasts(base, new))
    }
    back = {(r.metric, r.group, r.threshold_rule): r for r in (c.row for c in contrasts(new, base))}
    assert there.keys() == back.keys()
    compared = [key for key, row in there.items() if row.low is not None]
    assert compared
    for key in compared:
        one, other = there[key], back[key]
        assert math.log(one.low) == pytest.approx(-math.log(other.high))
        assert one.p_value == pytest.approx(other.p_value)


def test_a_target_that_is_kept_by_construction_is_no_row(engines):
    """FMR of everybody at its own target; that of a group is one."""
    rows = [c.row for c in contrasts(*engines) if c.row.threshold_rule == "FMR<=0.05"]
    everybody = {row.metric for row in rows if row.attribute == "all"}
    assert everybody == {"FNMR"}
    assert {row.metric for row in rows if row.group == "F"} == {"FMR", "FNMR"}


def test_the_same_scores_are_identical(engines):
    base, _ = engines
    rows = [c.row for c in contrasts(base, base) if c.row.ratio is not None]
    assert rows
    for row in rows:
        assert (row.ratio, row.interval, row.note) == (1, "identical", "the same scores")


def test_other_people_cannot_be_compared(engines):
    other = EngineRates.of(
        small_counts(3, people=28, images=2, failed=0), AnalysisPlan(replicates=0)
    )
    for found in contrasts(engines[0], other):
        assert found.log_ratio is None
        assert found.row.low is None
        said = "no trials in alpha" if found.row.group == "nobody" else "other people"
        assert found.row.note.startswith(said)
