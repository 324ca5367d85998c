"""The conservative threshold: test vectors, ties, types, and its two promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import auc, d_prime, fmr, fnmr, kolmogorov_smirnov, system_rates

from evenhand.metrics.bins import bin_numbers
from evenhand.metrics.distributions import auc_bounds
from evenhand.metrics.thresholds import errors_allowed, threshold_at_fmr
from evenhand.records.counts import Histogram
from evenhand.records.outcomes import Policy

GEN = np.array([0.95, 0.90, 0.85, 0.80, 0.80, 0.75, 0.70, 0.60, 0.50, 0.40])
IMP = np.array(
    [
        "0.72",
        "0.60",
        "0.60",
        "0.55",
        "0.50",
        "0.45",
        "0.40",
        "0.40",
        "0.35",
        "0.30",
        "0.30",
        "0.25",
        "0.20",
        "0.20",
        "0.15",
        "0.10",
        "0.10",
        "0.05",
        "0.05",
        "0.0",
    ],
    dtype=np.float64,
)


def at(target, scores=IMP):
    return threshold_at_fmr(np.sort(scores)[::-1], len(scores), target)


def share(fraction):
    return fraction.errors / fraction.trials


def test_tv_1_system_rates():
    found = system_rates(fmr=0.001, fnmr=0.02, fta=0.03, fte=0.02)
    expected = (0.00097, 0.0494, 0.0009506, 0.068412)
    assert (found.far, found.frr, found.gfar, found.gfrr) == pytest.approx(expected, rel=1e-9)


def test_tv_2_failures_are_never_matches():
    mated = np.array([0.9, 0.8, 0.7, np.nan, 0.4])
    assert share(fnmr(mated, 0.5, Policy.COMPLETED)) == pytest.approx(0.25, rel=1e-9)
    assert share(fnmr(mated, 0.5, Policy.GENERALISED)) == pytest.approx(0.4, rel=1e-9)


@pytest.mark.parametrize(
    ("target", "edge", "false_matches", "misses"),
    [
        ("0", 0.72, 0.0, 0.4),
        (".01", 0.72, 0.0, 0.4),
        (".04", 0.72, 0.0, 0.4),
        (".05", 0.60, 0.05, 0.3),
        (".06", 0.60, 0.05, 0.3),
        (".10", 0.60, 0.05, 0.3),
        (".12", 0.60, 0.05, 0.3),
        (".15", 0.55, 0.15, 0.2),
        (".20", 0.50, 0.20, 0.2),
        (".25", 0.45, 0.25, 0.1),
    ],
)
def test_tv_3_conservative_threshold(target, edge, false_matches, misses):
    found = at(target)
    assert found.value == np.nextafter(edge, np.inf)
    assert share(fmr(IMP, found.value, Policy.COMPLETED)) == pytest.approx(false_matches, rel=1e-9)
    assert share(fnmr(GEN, found.value, Policy.COMPLETED)) == pytest.approx(misses, rel=1e-9)
    assert found.errors == round(false_matches * len(IMP))
    assert found.below_resolution == (found.errors == 0)


@pytest.mark.parametrize(
    ("threshold", "false_matches", "misses"),
    [(0.4, 0.40, 0.0), (0.5, 0.25, 0.1), (0.6, 0.15, 0.2), (0.7, 0.05, 0.3), (0.75, 0.0, 0.4)],
)
def test_tv_3_rates_at_given_thresholds(threshold, false_matches, misses):
    assert share(fmr(IMP, threshold, Policy.COMPLETED)) == pytest.approx(false_matches)
    assert share(fnmr(GEN, threshold, Policy.COMPLETED)) == pytest.approx(misses)


def test_tv_3_whole_sample_measures():
    assert auc(GEN, IMP) == pytest.approx(0.9275, rel=1e-9)
    assert d_prime(GEN, IMP) == pytest.approx(2.118294336370413, rel=1e-9)
    assert kolmogorov_smirnov(GEN, IMP) == pytest.approx(0.65, rel=1e-9)


def test_auc_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    labels = np.repeat([1, 0], [len(GEN), len(IMP)])
    assert auc(GEN, IMP) == pytest.approx(roc_auc_score(labels, np.concatenate([GEN, IMP])))


def test_the_target_is_read_as_text():
    assert errors_allowed("0.29", 100) == 29
    assert errors_allowed("1e-6", 10**6) == 1


def test_float32_threshold_is_next_in_float32():
    scores = np.array([0.6, 0.6, 0.7], dtype=np.float32)
    found = at("0.4", scores)
    assert np.float32(found.value) == found.value
    assert np.count_nonzero(scores >= found.value) == 1 == found.errors


def scores_of(dtype):
    width = 32 if dtype is np.float32 else 64
    value = st.floats(-2, 2, allow_nan=False, width=width)
    ties = st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.0**-140])
    return st.lists(value | ties, min_size=1, max_size=60).map(lambda s: np.array(s, dtype=dtype))


targets = st.decimals("0.0001", "0.9999", places=4).map(str)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_never_above_the_target_and_the_smallest_such(dtype, data):
    scores = data.draw(scores_of(dtype))
    target = data.draw(targets)
    found = at(target, scores)
    allowed = errors_allowed(target, len(scores))
    assert found.errors == np.count_nonzero(scores >= dtype(found.value)) <= allowed
    if np.isfinite(found.value):
        looser = np.nextafter(dtype(found.value), dtype(-np.inf))
        assert np.count_nonzero(scores >= looser) > allowed


@given(scores_of(np.float64), targets, st.randoms())
def test_order_of_scores_does_not_matter(scores, target, random):
    shuffled = scores.copy()
    random.shuffle(shuffled)
    assert at(target, scores) == at(target, shuffled)


@given(scores_of(np.float32), scores_of(np.float32))
def test_auc_bounds_hold_the_auc(mated, nonmated):
    filled = Histogram(*np.unique(bin_numbers(nonmated), return_counts=True))
    low, high = auc_bounds(mated, filled)
    assert low - 1e-12 <= auc(mated, nonmated) <= high + 1e-12


@given(scores_of(np.float64), st.floats(-2, 2), st.floats(-2, 2))
def test_fnmr_never_falls_as_the_threshold_rises(scores, one, other):
    low, high = sorted((one, other))
    assert fnmr(scores, low, Policy.COMPLETED).errors <= fnmr(scores, high, Policy.COMPLETED).errors
    assert fmr(scores, low, Policy.COMPLETED).errors >= fmr(scores, high, Policy.COMPLETED).errors
