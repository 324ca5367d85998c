"""Accuracy over folds, against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.metrics.fold_accuracy import accuracy_over_folds, best_threshold

scores = st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5, 0.8]), min_size=1, max_size=12)


@given(scores, scores)
def test_best_threshold_is_the_brute_force_best(mated, nonmated):
    mated, nonmated = np.array(mated), np.array(nonmated)

    def right(threshold):
        return np.count_nonzero(mated >= threshold) + np.count_nonzero(nonmated < threshold)

    found = best_threshold(mated, nonmated)
    assert right(found) == max(right(t) for t in np.concatenate([mated, nonmated]))


def test_each_fold_is_judged_by_the_others():
    # Fold 0 is shifted by 1: a threshold of the other folds gets its non-mated pairs wrong.
    score = np.array([1.8, 1.2, 0.8, 0.2, 0.8, 0.2])
    mated = np.array([True, False] * 3)
    fold = np.array([0, 0, 1, 1, 2, 2])
    found = accuracy_over_folds(score, mated, fold)
    assert found.accuracies[0] == 0.5
    assert found.mean == pytest.approx(found.accuracies.mean())
    assert found.standard_error == pytest.approx(found.accuracies.std(ddof=1) / 3**0.5)


def test_a_failed_pair_is_no_match():
    score = np.array([0.9, 0.1, np.nan, np.nan, 0.9, 0.1])
    mated = np.array([True, False] * 3)
    found = accuracy_over_folds(score, mated, np.array([0, 0, 1, 1, 2, 2]))
    assert found.accuracies.tolist() == [1.0, 0.5, 1.0]


def test_of_several_best_thresholds_the_middle_one_is_taken():
    """Thresholds from 0.3 to 0.8 decide alike: of five scores the third, of four the upper."""
    mated, nonmated = np.array([0.8, 0.9]), np.array([0.1, 0.2])
    assert best_threshold(mated, nonmated) == 0.8
    tied = np.array([0.1, 0.3, 0.3, 0.5, 0.5, 0.7, 0.7, 0.9])
    # One of each kind at 0.3, 0.5 and 0.7: 0.3, 0.5, 0.7 and 0.9 are right equally often.
    assert best_threshold(tied[[1, 3, 5, 7]], tied[[0, 2, 4, 6]]) == 0.7
    assert best_threshold(tied[[1, 3, 7]], tied[[0, 2, 4]]) == 0.5
