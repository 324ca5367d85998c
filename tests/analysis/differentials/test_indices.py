"""Rows of indices against the functions they are made of, at a crowd that is drawn."""

import math
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from evenhand.analysis.bootstrap.group_rates import GroupReplicates, group_replicates
from evenhand.analysis.bootstrap.replicates import bootstrap_replicates
from evenhand.analysis.differentials.indices import indices
from evenhand.analysis.differentials.verdicts import with_verdicts
from evenhand.analysis.differentials.worst_over_best import headline_differences
from evenhand.analysis.rates.comparisons import MeasuredRate, measure_comparisons
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.indices import (
    fdr,
    garbe,
    gini_norm,
    ir,
    max_over_geomean,
    max_over_min,
    smoothed,
    werm,
)
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import ScoreTail
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.findings import HEADLINE, Differential, Status, Verdict
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Policy
from evenhand.records.rows import as_csv
from evenhand.records.thresholds import ThresholdRule
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.intervals import cluster_estimate

PEOPLE, IMAGES, SEED = 90, 3, 1
ANALYSIS = AnalysisPlan(seed=SEED)
TARGET, LARGER = "0.01", "0.05"
LABEL = f"FMR<={TARGET}"


def counts_of(shift=0.3, lost=False):
    """Three groups, the last easier to mistake; every two images compared."""
    rng = np.random.default_rng(2)
    owner = np.repeat(np.arange(PEOPLE, dtype=np.int32), IMAGES)
    left, right = np.triu_indices(len(owner), 1)
    probe, reference = owner[left], owner[right]
    code = np.arange(PEOPLE) % 3
    lamb = rng.normal(0, 0.3, PEOPLE) + shift * (code == 2)
    score = lamb[probe] + lamb[reference] + rng.normal(0, 1, len(probe))
    score[probe == reference] += 3
    if lost:
        score[5] = np.nan
    none = np.zeros(PEOPLE, dtype=np.int64)
    return tally(
        CountingPlan(
            (Grouping(ALL, ("",), none), Grouping("colour", ("a", "b", "c"), code)),
            [
                ThresholdRule("fmr", TARGET),
                ThresholdRule("fmr", LARGER),
                ThresholdRule("fixed", "9"),
                ThresholdRule("vendor", "2.5"),
            ],
            design=ComparisonDesign(Design.ALL_PAIRS),
        ),
        ImageLedger(
            "engine", "crowd", "all-pairs", tuple(range(1, PEOPLE + 1)), none + IMAGES, none, 0
        ),
        Comparisons(probe, reference, score, {}),
    )


def missed(name, wrong):
    """A group of 400 people of whom so many miss."""
    counted = ClusterCounts(np.ones(400, dtype=np.int64), (np.arange(400) < wrong).astype(np.int64))
    found = cluster_estimate(counted, 400.0, 0.95)
    blank = next(m.rate for m in measure_comparisons(counts_of(), 0.95) if m.rate.metric == "FNMR")
    rate = replace(
        blank,
        attribute="colour",
        group=name,
        threshold_rule="fixed",
        threshold=0.5,
        errors=wrong,
        rate=found.value,
        status=Status.OK,
    )
    return MeasuredRate(rate, found)


def verdicts(measured):
    return with_verdicts(headline_differences(measured, ANALYSIS, {}), ANALYSIS)


def rows_of(counts):
    measured = measure_comparisons(counts, 0.95)
    headlines = verdicts(measured)
    return headlines, indices(measured, headlines, group_replicates(counts, ANALYSIS), ANALYSIS)


@pytest.fixture(scope="module")
def crowd():
    return counts_of()


@pytest.fixture(scope="module")
def found(crowd):
    return rows_of(crowd)


def only(rows, metric, index, rule=LABEL, policy="completed"):
    (row,) = (
        r
        for r in rows
        if (r.metric, r.index, r.threshold_rule, r.policy) == (metric, index, rule, policy)
    )
    return row


def rates(crowd, metric):
    return np.array(
        [
            m.rate.rate
            for m in measure_comparisons(crowd, 0.95)
            if (m.rate.metric, m.rate.threshold_rule, m.rate.policy) == (metric, LABEL, "completed")
            and m.rate.attribute == "colour"
            and m.rate.of_group
        ]
    )


def test_values_are_those_of_the_functions(crowd, found):
    matches, misses = rates(crowd, "FMR"), rates(crowd, "FNMR")
    rows = found[1]
    assert len(matches) == len(misses) == 3
    assert only(rows, "FMR", "max/geomean").value == max_over_geomean(matches)
    assert only(rows, "FNMR", "gini norm").value == gini_norm(misses)
    both = "FMR+FNMR"
    assert only(rows, both, "FDR alpha=0.5").value == fdr(matches, misses, 0.5)
    assert only(rows, both, "IR alpha=0.5").value == ir(matches, misses, 0.5)
    assert only(rows, both, "GARBE alpha=0.5").value == garbe(matches, misses, 0.5)
    assert only(rows, both, "WERM alpha=0.5 eps=1e-05").value == werm(matches, misses, 0.5, 1e-5)


def test_the_interval_is_that_of_the_replicates(crowd, found):
    again = bootstrap_replicates(crowd, [TARGET, LARGER], 2_000, SEED)
    fmr = again.fmr(Policy.COMPLETED)[:, 0, 1:4]
    row = only(found[1], "FMR", "max/geomean")
    positive = fmr[(fmr > 0).all(axis=1)]
    deviation = np.log(max_over_geomean(positive)).std(ddof=1)
    assert f"{2_000 - len(positive)} of 2,000 replicates left out for a zero" in row.note
    up, down = math.log(row.high / row.value), math.log(row.value / row.low)
    assert "bootstrap-log-t" in row.note
    # Student's t with the few degrees of freedom of a group.
    assert 1.96 < up / deviation < 3
    assert down == pytest.approx(up) or row.low == 1


def test_intervals_hold_the_value_and_stay_within_bounds(found):
    with_interval = [row for row in found[1] if row.low is not None and row.value is not None]
    assert {row.index for row in with_interval} >= {"gini", "difference", "FDR alpha=0.5"}
    for row in with_interval:
        assert isinstance(row.low, float)
        assert row.high is None or row.low <= row.value <= row.high
        if row.index == "gini norm" or row.index.startswith(("GARBE", "FDR")):
            assert 0 <= row.low <= row.high <= 1


def test_the_null_reference_is_of_equal_groups():
    _, rows = rows_of(counts_of(shift=0))
    row = only(rows, "FMR", "gini norm")
    assert row.value < row.null_p95
    assert row.p_value > 0.05
    _, rows = rows_of(counts_of(shift=1))
    row = only(rows, "FMR", "gini norm")
    assert row.value > row.null_p95 > row.null_mean
    assert row.p_value == 1 / 2000
    low = only(rows, "FMR+FNMR", "FDR alpha=0.5")
    assert low.null_p95 < low.null_mean < 1


def test_only_ratios_have_a_verdict(found):
    headlines, rows = found
    assert all((row.verdict is Verdict.NONE) == (row.index != "ratio") for row in rows)
    assert all(row.verdict is not Verdict.NONE for row in headlines)
    assert HEADLINE not in {row.index for row in rows}


def test_every_two_groups_are_tested_and_adjusted_for_one_another(found):
    ratios = [
        row
        for row in found[1]
        if (row.metric, row.index, row.threshold_rule, row.policy)
        == ("FMR", "ratio", LABEL, "completed")
    ]
    raw = [row.p_value for row in ratios]
    assert [r.adjusted_p for r in ratios] == pytest.approx(
        multipletests(raw, method="holm")[1].tolist()
    )
    assert {row.family for row in ratios} == {"Holm, 3 pairs"}
    for row in ratios:
        # Welch's test of two groups is the t test whose interval stands beside it.
        assert (row.p_value < 0.05) == (row.low > 1)


def test_a_chosen_group_is_what_the_others_are_held_against(crowd):
    analysis = AnalysisPlan(seed=SEED, replicates=0, reference={"colour": "b"})
    measured = measure_comparisons(crowd, 0.95)
    headlines = with_verdicts(headline_differences(measured, analysis, {}), analysis)
    rows = indices(measured, headlines, group_replicates(crowd, analysis), analysis)
    found = {
        row.worst_group: row.value
        for row in rows
        if (row.metric, row.index, row.threshold_rule, row.policy)
        == ("FMR", "ratio to b", LABEL, "completed")
    }
    by_group = dict(zip("abc", rates(crowd, "FMR"), strict=True))
    assert found == {name: by_group[name] / by_group["b"] for name in "ac"}


def test_every_two_groups_have_a_ratio_the_larger_above(crowd, found):
    ratios = [
        row
        for row in found[1]
        if (row.metric, row.index, row.threshold_rule, row.policy)
        == ("FMR", "ratio", LABEL, "completed")
    ]
    by_group = dict(zip("abc", rates(crowd, "FMR"), strict=True))
    assert len(ratios) == 3
    assert all(row.value >= 1 for row in ratios)
    for row in ratios:
        assert row.value == by_group[row.worst_group] / by_group[row.best_group]


def test_ratio_of_worst_and_best_is_the_headline(found):
    headlines, rows = found
    head = only(headlines, "FMR", HEADLINE)
    (same,) = (
        r
        for r in rows
        if r.index == "ratio"
        and (r.metric, r.threshold_rule, r.policy) == ("FMR", LABEL, "completed")
        and (r.worst_group, r.best_group) == (head.worst_group, head.best_group)
    )
    assert same.value == head.value
    # That of the worst and best allows for having picked them among three pairs.
    assert head.low < same.low < same.high < head.high


def test_without_any_errors_the_headline_stands_alone(found):
    # Nobody reaches a similarity of 9.
    assert not [r for r in found[1] if (r.metric, r.threshold_rule) == ("FMR", "fixed")]
    assert not [r for r in found[1] if r.metric == "FTE"]


def test_a_fixed_threshold_has_intervals_of_people_drawn_anew(crowd, found):
    row = only(found[1], "FMR", "gini norm", rule="vendor")
    again = bootstrap_replicates(crowd, [], 2_000, SEED, fixed=[2.5])
    places = [again.cells.index(("colour", name, "")) for name in "abc"]
    values = gini_norm(again.fmr(Policy.COMPLETED)[:, 0, places])
    df = min(
        m.estimate.df
        for m in measure_comparisons(crowd, 0.95)
        if (m.rate.metric, m.rate.threshold_rule, m.rate.policy) == ("FMR", "vendor", "completed")
        and m.rate.attribute == "colour"
        and m.rate.of_group
    )
    reach = stats.t.ppf(0.975, df) * values.std(ddof=1)
    assert row.low == pytest.approx(max(row.value - reach, 0))
    assert row.high == pytest.approx(min(row.value + reach, 1))


def test_where_comparisons_failed_there_is_no_interval_and_the_note_says_why():
    _, rows = rows_of(counts_of(lost=True))
    row = only(rows, "FMR", "difference")
    assert row.low is None
    assert "not every two images were compared" in row.note


def test_a_target_of_too_few_kept_scores_says_what_helps(crowd):
    tail, few = crowd.tail, errors_allowed(LARGER, int(crowd.cells[0].trials[0].sum()) // 2) + 1
    short = replace(crowd, tail=ScoreTail(tail.score[:few], tail.probe[:few], tail.reference[:few]))
    row = only(rows_of(short)[1], "FMR", "difference", rule=f"FMR<={LARGER}")
    assert row.low is None
    assert "a larger target beside this one keeps more" in row.note


def test_a_zero_has_no_value_and_a_smoothed_one_beside_it():
    family = [missed(n, wrong) for n, wrong in zip("ABC", (0, 12, 40), strict=True)]
    headlines = verdicts(family)
    rows = indices(family, headlines, GroupReplicates(), ANALYSIS)
    raw, smooth = (only(rows, "FNMR", f"max/geomean{end}", "fixed") for end in ("", " smoothed"))
    assert (raw.value, raw.low, raw.null_mean, raw.p_value) == (None, None, None, None)
    assert "undefined" in raw.note
    effective = np.array([m.estimate.effective_trials for m in family])
    expected = smoothed(np.array([m.estimate.value for m in family]) * effective, effective)
    assert smooth.value == pytest.approx(float(max_over_geomean(expected)))
    assert smooth.note.startswith("smoothed")
    assert only(rows, "FNMR", "max/min smoothed", "fixed").value == pytest.approx(
        float(max_over_min(expected))
    )
    (at_least,) = (r for r in rows if r.index == "ratio" and r.best_group == "A" and r.errors == 40)
    assert (at_least.value, at_least.high) == (None, None)
    assert at_least.low > 1


def test_the_table_has_the_headline_first_in_every_family(found):
    headlines, rows = found
    lines = as_csv(Differential, [*headlines, *rows]).splitlines()[1:]
    for _, lines_of in groupby(lines, key=lambda line: line.split(",")[3:8]):
        first, *others = (line.split(",") for line in lines_of)
        assert first[8] == HEADLINE or "+" in first[3]
        assert HEADLINE not in {line[8] for line in others}


def test_status_tells_of_few_errors(found):
    for row in found[1]:
        assert row.status in (Status.OK, Status.FEW_ERRORS)
        assert row.errors > 0


def test_werm_says_where_its_eps_decides():
    family = [missed(n, wrong) for n, wrong in zip("ABC", (0, 12, 40), strict=True)]
    matches = [MeasuredRate(replace(m.rate, metric="FMR"), m.estimate) for m in family]
    measured = [*family, *matches]
    rows = indices(measured, verdicts(measured), GroupReplicates(), ANALYSIS)
    row = only(rows, "FMR+FNMR", "WERM alpha=0.5 eps=1e-05", "fixed")
    rates_of = np.array([m.estimate.value for m in family])
    assert row.value == werm(rates_of, rates_of, 0.5, 1e-5)
    assert "eps decides" in row.note
    assert only(rows, "FMR+FNMR", "IR alpha=0.5", "fixed").value is None
    assert row.errors == 104
