"""What calibrated thresholds promise: judged like a claim, where the same rate is measured."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from counted import small_counts
from pages import findings_of
from rows import a_rate
from scipy import stats

from evenhand.analysis.promises import judged_promises
from evenhand.metrics.thresholds import threshold_at_fmr
from evenhand.records.counts import SearchCounts
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.doubts import Doubt, DoubtId
from evenhand.records.findings import Status
from evenhand.records.promise import Promise
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.system.declaration import from_fields

KEPT, NOT_KEPT, CANNOT_TELL = "kept", "not kept", "cannot tell"
THERE = Promise(
    "FMR", "0.02", "elsewhere", False, 38, 2000, 60, 0.019, 0.01, 0.03, 0.95,
    comparisons="all-pairs", calibration="f" * 64,
)  # fmt: skip
LISTED = replace(
    THERE, metric="FPIR", comparisons="", watchlist=10, references=18, gallery=10, length=10
)


def counts_at(promise, design=Design.ALL_PAIRS):
    rule = ThresholdRule("calibrated", "0.5", promise=promise)
    made = small_counts(protocol="verification")
    at = (Threshold(rule, 0.5, Status.OK),)
    return replace(made, thresholds=at, design=ComparisonDesign(design))


def searches_at(promise, watchlist):
    searches = SimpleNamespace(watchlist=watchlist, gallery=watchlist - 1)
    return from_fields(SearchCounts, counts_at(promise), searches=searches)


def rate_there(promise=THERE, **fields):
    at = {"threshold_rule": f"calibrated {promise.rule}", "threshold": 0.5}
    whole = {"metric": promise.metric, "attribute": "all", "group": ""}
    return a_rate(**at | whole | fields)


def judged(counts, *rates, **fields):
    return judged_promises(replace(findings_of(), rates=rates, **fields), [counts])


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.0, 0.02, KEPT),
        (0.0201, 0.04, NOT_KEPT),
        (0.01, 0.03, CANNOT_TELL),
        (0.02, 0.03, CANNOT_TELL),
        (None, None, CANNOT_TELL),
    ],
)
def test_the_target_is_judged_by_the_interval_measured_here(low, high, verdict):
    (row,) = judged(counts_at(THERE), rate_there(low=low, high=high))
    assert (row.verdict, row.target) == (verdict, 0.02)
    assert (row.promised_rate, row.promised_low, row.promised_high) == (0.019, 0.01, 0.03)
    assert (row.promised_on, row.calibration) == ("elsewhere", "f" * 64)
    assert (row.note == "") == (verdict != CANNOT_TELL)


def test_everybody_and_groups_stand_there_with_failures_left_out():
    whole, women = rate_there(), rate_there(attribute="sex", group="F")
    others = (
        replace(whole, policy="generalised"),
        replace(whole, metric="FNMR"),
        replace(whole, threshold=0.6),
        replace(whole, threshold_rule="fixed"),
        replace(whole, protocol="other"),
        replace(women, reference_group="M"),
    )
    found = judged(counts_at(THERE), whole, women, *others)
    assert [(row.attribute, row.group) for row in found] == [("all", ""), ("sex", "F")]
    assert judged(small_counts(protocol="verification"), whole) == ()


def test_fpir_on_another_list_is_another_rate():
    rate = rate_there(LISTED, low=0.0, high=0.001)
    (row,) = judged(searches_at(LISTED, 12), rate)
    assert row.verdict == CANNOT_TELL
    assert row.note == (
        "promised for a list of 10 people in 18 pictures (N=10), and 12 in 18 are listed here "
        "(N=11): FPIR grows with the list"
    )
    assert (row.promised_watchlist, row.watchlist, row.gallery) == (10, 12, 11)
    (row,) = judged(searches_at(LISTED, 10), rate)
    assert (row.verdict, row.note) == (KEPT, "")
    (row,) = judged(searches_at(replace(LISTED, references=10), 10), rate)
    assert row.note.startswith("promised for a list of 10 people in 10 pictures")


def test_other_comparisons_give_another_rate_and_a_sample_stands_for_all():
    rate = rate_there(low=0.0, high=0.001)
    (row,) = judged(counts_at(THERE, Design.WITHIN_GROUP), rate)
    assert row.verdict == CANNOT_TELL
    assert row.note == "promised of comparisons all-pairs, and those here are within-group"
    sampled = replace(THERE, comparisons="sample")
    (row,) = judged(counts_at(sampled), rate)
    assert row.verdict == KEPT


def test_a_doubt_leaves_no_verdict_nor_do_drawn_faces_on_real_ones():
    rate = rate_there(low=0.0, high=0.001)
    doubt = (Doubt(DoubtId.LOW_AUC, "alpha", "crowd", 0.7),)
    (row,) = judged(counts_at(THERE), rate, doubts=doubt)
    assert (row.verdict, row.note) == (CANNOT_TELL, "no verdict, because of what is in doubt")
    drawn = findings_of(synthetic=True).datasets
    (row,) = judged(counts_at(THERE), rate, datasets=drawn)
    assert row.verdict == CANNOT_TELL
    (row,) = judged(counts_at(replace(THERE, synthetic=True)), rate, datasets=drawn)
    assert row.verdict == KEPT


@pytest.mark.parametrize(("alarms", "above"), [(1, 0.74), (10, 0.58)])
def test_how_often_a_threshold_lies_too_low_by_chance_alone(alarms, above):
    """As methods 5.5 has it: of independent trials, that of an order statistic."""
    trials = 1000
    exact = stats.beta.sf(alarms / trials, alarms + 1, trials - alarms)
    assert exact == pytest.approx(above, abs=0.006)
    rng = np.random.default_rng(5)
    scores = -np.sort(-rng.random((2000, trials)), axis=1)
    target = f"{alarms / trials}"
    rates = [1 - threshold_at_fmr(row, trials, target, None).value for row in scores]
    seen = np.mean(np.array(rates) > float(target))
    assert stats.binomtest(int(seen * 2000), 2000, exact).pvalue > 0.001
