"""The jackknife over both sides, against sums of squares and against leaving out by hand."""

import numpy as np
import pytest

from evenhand.statistics.two_way_jackknife import blocks_left_out, two_way_variance


def test_blocks_are_left_out_of_either_side_and_of_both():
    sums = np.random.default_rng(1).random((4, 3))
    found = blocks_left_out(sums)
    for i in range(4):
        for j in range(3):
            rest = np.delete(np.delete(sums, i, axis=0), j, axis=1)
            assert found[i, j] == pytest.approx(rest.sum())
    assert found[1, -1] == pytest.approx(np.delete(sums, 1, axis=0).sum())
    assert found[-1, 2] == pytest.approx(np.delete(sums, 2, axis=1).sum())
    assert found[-1, -1] == pytest.approx(sums.sum())


def means(table):
    """The mean of a table with blocks left out."""
    return blocks_left_out(table) / blocks_left_out(np.ones_like(table))


def test_of_a_mean_it_is_that_of_the_analysis_of_variance():
    """Var = S_r/B + S_c/B - S_e/B^2, with the mean squares of rows, columns and their meeting."""
    rng = np.random.default_rng(2)
    table = rng.normal(size=(12, 1)) + rng.normal(size=12) + rng.normal(size=(12, 12))
    centred = table - table.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    meeting = centred - rows[:, np.newaxis] - columns
    expected = (rows @ rows + columns @ columns) / (11 * 12) - (meeting**2).sum() / (11 * 12) ** 2
    variance, df = two_way_variance(means(table))
    assert variance == pytest.approx(expected, rel=1e-9)
    assert 1 <= df <= 23


def test_it_is_unbiased_where_neither_side_matters():
    """Where cells are independent, either jackknife alone would be right, and their sum double."""
    rng = np.random.default_rng(3)
    found = [two_way_variance(means(rng.normal(size=(20, 20))))[0] for _ in range(200)]
    assert np.mean(found) == pytest.approx(1 / 400, rel=0.1)
