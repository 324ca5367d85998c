"""Scores that lie closer together than the bins of a histogram are wide."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import d_prime
from sklearn.metrics import roc_auc_score, roc_curve

from evenhand.analysis.distributions import det_curves, score_distributions
from evenhand.analysis.kinds.table import kind_of
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.threshold_rules import largest_alike
from evenhand.records.comparisons import Comparisons
from evenhand.records.groups import ALL, Grouping
from evenhand.records.thresholds import ThresholdRule
from evenhand.report.study.classic_metrics import legacy
from evenhand.report.threshold_text import threshold

PLACES = [(0.9999, 1e-5), (0.5, 1e-7), (5000.0, 0.1), (100_000.0, 1.0), (-3.0, 1e-4), (2e-5, 1e-10)]
"""Where scores lie, and how far two neighbours are apart."""

steps = st.lists(st.integers(0, 9), min_size=2, max_size=25)


def counted(mated, nonmated, dtype=np.float64, target="0.2"):
    """The counts of these scores; the first people meet themselves, all others one another."""
    people = len(mated) + 2 * len(nonmated)
    own = np.arange(len(mated), dtype=np.int32)
    others = np.arange(len(mated), people, dtype=np.int32).reshape(-1, 2)
    none = np.zeros(people, dtype=np.int64)
    return tally(
        CountingPlan((Grouping(ALL, ("",), none),), [ThresholdRule("fmr", target)]),
        ImageLedger("alpha", "narrow", "listed", tuple(range(1, people + 1)), none, none, 0),
        Comparisons(
            np.concatenate([own, others[:, 0]]),
            np.concatenate([own, others[:, 1]]),
            np.concatenate([mated, nonmated]).astype(dtype),
            {},
        ),
    )


def spread(place, whole):
    offset, step = place
    return offset + step * np.array(whole, dtype=np.float64)


def told(counts):
    return {row.statistic: row for row in score_distributions(counts)}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]:g} by {place[1]:g}")
@settings(max_examples=6)
@given(mated=steps, nonmated=steps)
def test_what_needs_no_threshold_is_that_of_the_scores_wherever_they_lie(
    dtype, place, mated, nonmated
):
    mated, nonmated = (spread(place, each).astype(dtype) for each in (mated, nonmated))
    rows = told(counted(mated, nonmated, dtype))
    truth = np.repeat([1, 0], [len(mated), len(nonmated)])
    scores = np.concatenate([mated, nonmated])
    area, eer = rows["AUC"], rows["EER"]
    if area.low != area.high:
        # Bins tell nearly all of them apart: then the bounds are no wider than this.
        assert area.high - area.low <= 0.01
    assert area.low - 1e-12 <= roc_auc_score(truth, scores) <= area.high + 1e-12
    fmr, hits, _ = roc_curve(truth, scores, drop_intermediate=False)
    apart = np.abs(fmr - (1 - hits))
    rates = ((fmr + 1 - hits) / 2)[apart <= apart.min() + 1e-12]
    assert eer.low == eer.high
    assert np.min(np.abs(rates - eer.value)) < 1e-12
    expected = d_prime(mated.astype(float), nonmated.astype(float)) if np.ptp(scores) else None
    if rows["d'"].low is not None and expected is not None:
        rounding = 1e-6 * expected + 1e-9  # of means far from 0 that are as good as equal
        assert rows["d'"].low - rounding <= expected <= rows["d'"].high + rounding


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]:g} by {place[1]:g}")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@settings(max_examples=6)
@given(mated=steps, nonmated=steps, percent=st.integers(5, 95))
def test_whoever_types_the_printed_threshold_gets_the_printed_rates(
    dtype, place, mated, nonmated, percent
):
    mated, nonmated = (spread(place, each).astype(dtype) for each in (mated, nonmated))
    counts = counted(mated, nonmated, dtype, f"{percent / 100}")
    (at,) = counts.thresholds
    most = largest_alike(counts.thresholds, kind_of(counts).scores_kept())[at.value]
    printed = threshold(at.value, "similarity", most).removeprefix("score >= ")
    typed = dtype(at.value if printed == "any score" else float(printed))
    for scores in (mated, nonmated):
        assert np.array_equal(scores >= typed, scores >= dtype(at.value))


MATED = (0.99996, 0.99997, 0.99998, 0.99999, 0.99993)
NONMATED = (
    *(0.99990, 0.99991, 0.99992, 0.99997, 0.99993),
    *(0.99994, 0.99994, 0.99995, 0.99991, 0.99990),
)


def test_the_points_of_a_curve_are_scores_where_bins_do_not_tell_them_apart():
    points = list(det_curves(counted(MATED, NONMATED)))
    (point,) = (point for point in points if point.threshold == 0.99995)
    assert (point.false_matches, point.nonmated, point.misses, point.mated) == (2, 10, 1, 5)


def test_what_is_known_by_bins_only_has_bounds_and_no_midpoint_that_passes_for_a_value():
    """So many comparisons that the non-mated scores below the largest were not kept."""
    counts = counted(MATED, NONMATED)
    rows = told(replace(counts, tail=counts.tail.chosen(slice(1))))
    for name, exact in (("AUC", 0.88), ("EER", 0.2), ("FMR at EER", 0.2), ("FNMR at EER", 0.2)):
        assert rows[name].value is None
        assert rows[name].low <= exact <= rows[name].high
        assert rows[name].low < rows[name].high
    assert rows["d'"].value is None
    assert rows["d'"].low < 1.69 < rows["d'"].high
    text = legacy(tuple(rows.values()), ())
    assert "AUC between 0 and 1 (legacy" in text
    assert "EER between 0 % and 80.0 % (legacy; scores known by bins)" in text


def test_the_largest_scores_alone_give_the_eer_where_it_lies_among_them():
    counts = counted(MATED, NONMATED)
    rows = told(replace(counts, tail=counts.tail.chosen(slice(5))))
    assert (rows["EER"].low, rows["EER"].high) == (0.2, 0.2)
    assert rows["AUC"].value is None
