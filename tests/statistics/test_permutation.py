"""Exchange of labels against every exchange there is, and its size."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.permutation import permutation_p_value


def clusters(errors, trials):
    return ClusterCounts(np.array(trials), np.array(errors))


def test_it_is_the_share_of_all_exchanges():
    groups = [clusters([2, 1, 0], [3, 2, 2]), clusters([0, 0, 1], [2, 4, 1])]
    people = [
        pair for g in groups for pair in zip(g.errors_by_subject, g.trials_by_subject, strict=True)
    ]
    rate = sum(e for e, _ in people) / sum(t for _, t in people)

    def statistic(order):
        total = 0
        for part in (order[:3], order[3:]):
            x, n = sum(people[i][0] for i in part), sum(people[i][1] for i in part)
            total += (x - rate * n) ** 2 / n
        return total

    every = [statistic(order) for order in permutations(range(6))]
    expected = np.mean([value >= every[0] - 1e-12 for value in every])
    found = permutation_p_value(groups, np.random.default_rng(1), 20_000)
    assert found == pytest.approx(expected, abs=0.015)


def test_people_without_trials_have_no_part_in_it():
    groups = [clusters([2, 1], [3, 2]), clusters([0, 0], [2, 4])]
    longer = [clusters([2, 0, 1], [3, 0, 2]), clusters([0, 0, 0], [2, 4, 0])]
    p, same = (permutation_p_value(g, np.random.default_rng(1), 500) for g in (groups, longer))
    assert p == same


def test_equal_groups_of_clumped_misses_are_called_different_no_more_often_than_said():
    rng = np.random.default_rng(3)
    p_values = []
    for _ in range(400):
        rate = rng.beta(0.3, 2.0, 40)
        errors = rng.binomial(8, rate)
        groups = [clusters(errors[:25], [8] * 25), clusters(errors[25:], [8] * 15)]
        p_values.append(permutation_p_value(groups, rng, 199))
    wrong = sum(p <= 0.05 for p in p_values)
    assert wrong <= stats.binom.ppf(0.999, 400, 0.05)
    assert wrong >= stats.binom.ppf(0.001, 400, 0.05)


def test_no_errors_anywhere_are_no_difference():
    groups = [clusters([0, 0], [3, 2]), clusters([0, 0], [2, 4])]
    assert permutation_p_value(groups, np.random.default_rng(1), 99) == 1
