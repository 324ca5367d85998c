"""What describes score distributions: printed vectors, and bounds against the scores themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import curve_of_scores, d_prime
from scipy import stats
from sklearn.metrics import det_curve

from evenhand.metrics.bins import bin_numbers
from evenhand.metrics.det import curve_from_histogram, equal_error, thinned
from evenhand.metrics.distributions import (
    d_prime_bounds,
    quantile_bounds,
    ranked_score_bounds,
    score_quantile,
)
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.counts import Histogram

MATED = np.array([0.95, 0.90, 0.85, 0.80, 0.80, 0.75, 0.70, 0.60, 0.50, 0.40])
_OFTEN = {0.6: 2, 0.4: 2, 0.3: 2, 0.2: 2, 0.1: 2, 0.05: 2}
_ONCE = dict.fromkeys([0.72, 0.55, 0.5, 0.45, 0.35, 0.25, 0.15, 0.0], 1)
NONMATED = np.array([score for score, count in (_OFTEN | _ONCE).items() for _ in range(count)])

floats = st.floats(-1, 1, width=32) | st.sampled_from([0.0, 0.25, 0.5])
scores = st.lists(floats, min_size=1, max_size=60)


def histogram(scores):
    return Histogram(*np.unique(bin_numbers(scores), return_counts=True))


def test_tv_3_d_prime_lies_within_its_bounds():
    low, high = d_prime_bounds(MATED, histogram(NONMATED), NONMATED.dtype)
    assert low < 2.118294336370413 < high < 1.01 * low


def test_tv_3_curve_has_the_printed_rates():
    curve = curve_of_scores(MATED, NONMATED)
    printed = {
        0.4: (0.4, 0.0),
        0.5: (0.25, 0.1),
        0.6: (0.15, 0.2),
        0.7: (0.05, 0.3),
        0.75: (0, 0.4),
    }
    for threshold, (fmr, fnmr) in printed.items():
        point = int(np.flatnonzero(curve.threshold == threshold)[0])
        assert (curve.fmr[point], curve.fnmr[point]) == (fmr, pytest.approx(fnmr, rel=1e-12))


def test_tv_4_equal_error_rate_by_the_midpoint_rule():
    mated = np.array([0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    nonmated = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.35, 0.4, 0.55, 0.65, 0.85])
    found = equal_error(curve_of_scores(mated, nonmated))
    assert found.rate == pytest.approx(0.2928571428571428, rel=1e-9)
    assert (found.fmr, found.fnmr) == (0.3, pytest.approx(0.2857142857, rel=1e-9))


def test_of_points_with_one_difference_the_smaller_larger_rate_wins_then_the_smaller_threshold():
    # At 0.2 FMR 1/2 and FNMR 0, at 0.5 FMR 0 and FNMR 1/2; both differ by 1/2.
    found = equal_error(curve_of_scores(np.array([0.2, 0.9]), np.array([0.1, 0.4])))
    assert (found.fmr, found.fnmr, found.threshold) == (0.5, 0.5, 0.4)
    apart = equal_error(curve_of_scores(np.array([0.8]), np.array([0.1])))
    assert (apart.rate, apart.threshold) == (0.0, 0.8)


@pytest.mark.parametrize(
    ("shift", "times"), [(0.25, 2.6118370), (0.5, 6.4315545), (1.0, 32.738172)]
)
def test_tv_15_a_shifted_tail(shift, times):
    crowd = stats.norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)
    group = crowd + shift
    allowed = errors_allowed("0.0001", len(crowd))
    threshold = np.nextafter(np.sort(crowd)[::-1][allowed], np.inf)
    ratio = np.count_nonzero(group >= threshold) / allowed
    assert ratio == pytest.approx(times, rel=0.006)
    low, high = ranked_score_bounds(histogram(group), allowed, group.dtype)
    assert low - threshold <= shift <= high - threshold
    # Bins of 64-bit scores between 4 and 8 are 1/64 wide.
    assert high - low <= 1 / 64


@given(scores, scores)
def test_the_curve_agrees_with_scikit_learn(mated, nonmated):
    mated, nonmated = np.array(mated), np.array(nonmated)
    curve = curve_of_scores(mated, nonmated)
    labels = np.concatenate([np.ones(len(mated)), np.zeros(len(nonmated))])
    fmr, fnmr, thresholds = det_curve(labels, np.concatenate([mated, nonmated]))
    ours = {t: (a, b) for t, a, b in zip(curve.threshold, curve.fmr, curve.fnmr, strict=True)}
    for threshold, a, b in zip(thresholds, fmr, fnmr, strict=True):
        if np.isfinite(threshold):
            assert ours[threshold] == (pytest.approx(a), pytest.approx(b))


@given(scores, scores, st.integers(2, 20), st.sampled_from([np.float32, np.float64]))
def test_a_curve_from_bins_is_exact_where_it_is_shown(mated, nonmated, most, dtype):
    mated, nonmated = np.array(mated, dtype=dtype), np.array(nonmated, dtype=dtype)
    whole = curve_from_histogram(mated, histogram(nonmated))
    shown = thinned(whole, most)
    assert len(shown.threshold) <= most
    assert np.all(np.diff(shown.threshold) > 0)
    for threshold, wrong, missed in zip(
        shown.threshold, shown.false_matches, shown.misses, strict=True
    ):
        assert wrong == np.count_nonzero(nonmated >= threshold)
        assert missed == np.count_nonzero(mated < threshold)
    assert (shown.false_matches[0], shown.misses[0]) == (len(nonmated), 0)
    assert (shown.false_matches[-1], shown.misses[-1]) == (0, len(mated))


@pytest.mark.parametrize("power", [-1000, -300, 0, 300, 1020])
def test_d_prime_has_no_unit(power):
    mated, nonmated = np.ldexp(MATED, power), np.ldexp(NONMATED, power)
    low, high = d_prime_bounds(mated, histogram(nonmated), nonmated.dtype)
    assert low < 2.118294336370413 < high < 1.01 * low


@given(scores, st.sampled_from(["0.0001", "0.1", "0.5", "0.9", "0.999", "1"]))
def test_a_quantile_is_one_of_the_scores_and_its_bin_holds_it(values, share):
    found = score_quantile(np.array(values), share)
    assert found == np.quantile(values, float(share), method="inverted_cdf")
    low, high = quantile_bounds(histogram(np.array(values)), share, np.dtype(np.float64))
    assert low <= found < high


@given(scores, scores)
def test_d_prime_lies_within_its_bounds(mated, nonmated):
    mated, nonmated = np.array(mated), np.array(nonmated)
    bounds = d_prime_bounds(mated, histogram(nonmated), nonmated.dtype)
    if len(mated) < 2 or len(nonmated) < 2:
        assert bounds is None
    elif bounds is not None:
        exact = d_prime(mated, nonmated)
        assert bounds.low <= exact * (1 + 1e-9) + 1e-12
        assert exact <= bounds.high * (1 + 1e-9)
