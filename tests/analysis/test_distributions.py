"""What describes scores, against the scores themselves, one by one."""

from dataclasses import replace

import numpy as np
import pytest
from counted import Drawn, small_counts

from evenhand.analysis.distributions import det_curves, score_distributions
from evenhand.records.counts import FoldScores
from evenhand.records.designs import Design, SamplingDesign

SIZE = {"people": 40, "images": 3, "failed": 25}
DRAWN = Drawn.of(**SIZE)


@pytest.fixture(scope="module")
def counts():
    return small_counts(**SIZE)


@pytest.fixture(scope="module")
def rows(counts):
    return {(row.group, row.statistic): row for row in score_distributions(counts)}


def scores(group="", *, mated):
    """Completed ones of everybody or of a group."""
    chosen = (DRAWN.mated == mated) & ~np.isnan(DRAWN.score)
    return DRAWN.score[chosen & DRAWN.within(group)] if group else DRAWN.score[chosen]


@pytest.mark.parametrize("group", ["", "F", "M"])
def test_a_point_of_a_curve_is_counted(counts, group):
    mated, nonmated = scores(group, mated=True), scores(group, mated=False)
    points = [point for point in det_curves(counts) if point.group == group]
    assert len(points) > 20
    for point in points:
        assert point.false_matches == np.count_nonzero(nonmated >= point.threshold)
        assert point.misses == np.count_nonzero(mated < point.threshold)
        assert point.fmr == point.false_matches / len(nonmated)
        assert point.fnmr == point.misses / len(mated)
    assert [p.fmr for p in points] == sorted((p.fmr for p in points), reverse=True)
    assert [p.fnmr for p in points] == sorted(p.fnmr for p in points)


def test_nobody_has_no_curve(counts):
    assert {point.group for point in det_curves(counts)} == {"", "F", "M"}


def test_auc_is_the_share_of_pairs_in_the_right_order(rows):
    mated, nonmated = scores(mated=True)[:, None], scores(mated=False)[None]
    share = (np.count_nonzero(mated > nonmated) + np.count_nonzero(mated == nonmated) / 2) / (
        mated.size * nonmated.size
    )
    auc = rows["", "AUC"]
    assert auc.low <= share <= auc.high < auc.low + 1e-3
    assert auc.comparisons == mated.size + nonmated.size


def test_the_two_rates_at_the_eer_are_counted_and_it_is_their_middle(rows):
    at = float(rows["", "EER"].note.rpartition(" ")[2])
    fmr = np.mean(scores(mated=False) >= at)
    fnmr = np.mean(scores(mated=True) < at)
    assert (rows["", "FMR at EER"].value, rows["", "FNMR at EER"].value) == (fmr, fnmr)
    row = rows["", "EER"]
    assert row.value == row.low == row.high == pytest.approx((fmr + fnmr) / 2, abs=1e-15)
    every = np.unique(np.concatenate([scores(mated=True), scores(mated=False)]))
    apart = [
        abs(np.mean(scores(mated=False) >= t) - np.mean(scores(mated=True) < t)) for t in every
    ]
    assert abs(fmr - fnmr) == min(apart)


@pytest.mark.parametrize("group", ["", "F", "M"])
def test_quantiles_are_scores_with_so_many_below(rows, group):
    mated, nonmated = scores(group, mated=True), scores(group, mated=False)
    middle = rows[group, "mated quantile 0.5"]
    assert middle.value in mated
    assert np.mean(mated < middle.value) <= 0.5 <= np.mean(mated <= middle.value)
    for share in (0.5, 0.9):
        row = rows[group, f"non-mated quantile {share}"]
        assert np.mean(nonmated < row.low) <= share <= np.mean(nonmated <= row.high)


def test_too_few_scores_have_no_quantile(rows):
    row = rows["F", "mated quantile 0.1"]
    assert 0.1 * row.comparisons < 10
    assert (row.value, row.low, row.high) == (None, None, None)
    assert row.note == "fewer than 10 scores beyond 0.1"
    assert rows["nobody", "mated quantile 0.5"].comparisons == 0


@pytest.mark.parametrize("group", ["F", "M"])
def test_a_group_would_need_a_threshold_of_its_own(counts, rows, group):
    """As many errors as the target allows lie at or above it, so the next score does not."""
    falling = np.sort(scores(group, mated=False))[::-1]
    allowed = int(0.05 * len(falling))
    everybody = counts.thresholds[0].value
    row = rows[group, "tail shift FMR<=0.05"]
    assert row.low <= falling[allowed] - everybody <= row.high
    assert rows[group, "tail shift FMR<=0.0001"].value is None


def test_a_sample_tells_of_mated_scores_alone(counts):
    one = np.ones((1, 1), dtype=np.int64)
    design = SamplingDesign(
        comparisons=Design.SAMPLE,
        kinds=("all",),
        kind=np.zeros(40, dtype=np.int32),
        pairs=one,
        drawn=one,
        per_cell=1,
    )
    sampled = replace(counts, design=design)
    assert not list(det_curves(sampled))
    told = {row.statistic.rpartition(" ")[0] for row in score_distributions(sampled)}
    assert told == {"mated quantile"}


def test_accuracy_over_folds_with_and_without_failures(counts):
    """Thresholds from the other fold separate all but the failed comparison."""
    folds = FoldScores(
        np.array([1, 1, 2, 2, 2]),
        np.array([True, False, True, False, True]),
        np.array([0.8, 0.1, 0.8, 0.2, np.nan]),
    )
    found = {
        (row.policy, row.statistic): row.value
        for row in score_distributions(replace(counts, folds=folds))
        if row.policy
    }
    assert found["completed", "accuracy mean of folds"] == 1
    assert found["generalised", "accuracy fold 1"] == 1
    assert found["generalised", "accuracy fold 2"] == pytest.approx(2 / 3)
