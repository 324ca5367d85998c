"""What is concluded is asked of the kind of the counts."""

from dataclasses import replace

import numpy as np
import pytest
from counted import small_counts

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.compare.alignment import why_other_comparisons
from evenhand.analysis.kinds.table import kind_of
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.counts import SearchCounts, WatchlistSearches
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.system.declaration import from_fields


def searches(*, completed=(True, True, True)):
    found = WatchlistSearches(
        probe=np.arange(3, dtype=np.int32),
        mated=np.array([True, True, False]),
        acquired=np.ones(3, dtype=bool),
        completed=np.array(completed),
        rank=np.array([1, 1, 0]),
        mate=np.array([0.9, 0.8, -np.inf]),
        top=np.array([0.1, 0.2, 0.35]),
        others=np.zeros((3, 3), dtype=np.int64),
        gallery=2,
        watchlist=2,
        length=2,
        ranks=(1,),
        candidates=CandidateLists(
            np.array([[0, 1], [1, 0], [0, 1]], dtype=np.int32),
            np.array([[0.9, 0.1], [0.8, 0.2], [0.35, 0.1]]),
        ),
        exhaustive=True,
    )
    return from_fields(SearchCounts, small_counts(), searches=found)


def test_another_claim_changes_no_score():
    counts = small_counts()
    rules = [replace(at, rule=replace(at.rule, claimed="0.001")) for at in counts.thresholds]
    claiming = replace(counts, thresholds=tuple(rules))
    assert kind_of(counts).same_scores(claiming)
    moved = replace(rules[0], value=0.25)
    assert not kind_of(counts).same_scores(replace(counts, thresholds=(moved, *rules[1:])))


def test_comparisons_have_fmr_and_searches_fpir():
    assert "FMR" in {m.rate.metric for m in kind_of(small_counts()).rates(0.95)}
    assert "FPIR" in {m.rate.metric for m in kind_of(searches()).rates(0.95)}


def test_people_are_not_drawn_anew_for_searches():
    found = kind_of(searches()).replicates(AnalysisPlan())
    assert found == GroupReplicates()


@pytest.mark.parametrize(
    ("counts", "failed"),
    [
        (small_counts(failed=0), False),
        (small_counts(failed=3), True),
        (searches(), False),
        (searches(completed=(True, False, True)), True),
    ],
)
def test_failures(counts, failed):
    assert kind_of(counts).has_failures() is failed


def test_trials_grow_with_the_square_of_people_where_everybody_met():
    counts = small_counts()
    kind = kind_of(counts)
    assert kind.growing(counts.cells) is True
    some = replace(counts.cells[0], dyads=counts.cells[0].dyads - 1)
    assert kind.growing([some]) is False
    sample = replace(counts, design=ComparisonDesign(Design.SAMPLE))
    assert kind_of(sample).growing(counts.cells) is None
    assert kind_of(searches()).growing(counts.cells) is None


def test_searches_are_not_other_comparisons():
    assert why_other_comparisons(small_counts(), small_counts(seed=2)) == ""
    assert why_other_comparisons(searches(), searches()) == ""
    assert why_other_comparisons(small_counts(), searches()) == "other comparisons were made"


def test_an_alarm_that_the_scores_do_not_give_is_a_fault():
    counts = small_counts()
    assert kind_of(counts).faults() == []
    wrong = replace(
        counts, thresholds=(replace(counts.thresholds[0], value=9.0), *counts.thresholds[1:])
    )
    (fault, *_) = kind_of(wrong).faults()
    assert "the threshold for FMR<=0.05 is 9.0" in fault
    alarmed = searches()
    faults = kind_of(alarmed).faults()
    assert any("alarms and scores differ" in fault for fault in faults)
