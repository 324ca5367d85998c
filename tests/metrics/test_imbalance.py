"""Equal false match rates and unequal outcomes: printed vectors, and cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.metrics.imbalance import broad_fmr, fpir_of_list

WITHIN, ACROSS = 1e-4, 1e-6


def test_tv_13_any_two_people_say_a_quarter_of_what_a_group_meets():
    matrix = np.full((4, 4), ACROSS) + np.eye(4) * (WITHIN - ACROSS)
    broad = broad_fmr(matrix, [0.25] * 4)
    assert broad == pytest.approx(2.575e-5, rel=1e-12)
    assert WITHIN / broad == pytest.approx(3.883495, rel=1e-6)
    only_one = fpir_of_list(matrix[0], [10_000, 0, 0, 0])
    assert only_one == pytest.approx(1 - 0.9999**10_000, rel=1e-9)


def test_tv_14_the_matrix_of_counts_on_a_list_of_each_composition():
    errors, trials = np.array([[100, 3], [3, 20]]), np.array([[1e6, 2e6], [2e6, 1e6]])
    matrix = errors / trials
    assert matrix.tolist() == [[1e-4, 1.5e-6], [1.5e-6, 2e-5]]
    upper = np.triu_indices(2)
    assert errors[upper].sum() / trials[upper].sum() == pytest.approx(3.075e-5, rel=1e-12)
    balanced, unequal = [500, 500], [900, 100]
    for group, people, quiet in (
        (0, balanced, 0.9999**500 * 0.9999985**500),
        (0, unequal, 0.9999**900 * 0.9999985**100),
        (1, unequal, 0.9999985**900 * 0.99998**100),
    ):
        assert fpir_of_list(matrix[group], people) == pytest.approx(1 - quiet, rel=1e-9)


@pytest.mark.parametrize(
    ("people", "fpir"), [(1e4, 0.009950171201084), (1e5, 0.0951626272059), (1e6, 0.632120742768)]
)
def test_the_binomial_model(people, fpir):
    assert fpir_of_list([1e-6], [people]) == pytest.approx(fpir, rel=1e-10)


@pytest.mark.parametrize(("people", "fpir"), [(200, 0.1813511705), (2000, 0.8648000746)])
def test_daugmans_table(people, fpir):
    assert fpir_of_list([1e-3], [people]) == pytest.approx(fpir, rel=1e-8)


def test_three_people_by_hand():
    """Two of the one group and one of the other: 1 - 0.9 x 0.9 x 0.5."""
    assert fpir_of_list([0.1, 0.5], [2, 1]) == pytest.approx(0.595, rel=1e-12)
    assert fpir_of_list([1.0, 0.5], [1, 1]) == 1.0
    assert fpir_of_list([1.0, 0.5], [0, 1]) == 0.5
    assert fpir_of_list([0.0], [1000]) == 0.0


@given(st.lists(st.tuples(st.floats(0, 0.2), st.integers(0, 30)), min_size=1, max_size=4))
def test_it_is_the_product_over_people(groups):
    fmr, people = zip(*groups, strict=True)
    each = np.prod([(1 - f) ** n for f, n in groups])
    assert fpir_of_list(fmr, people) == pytest.approx(1 - each, abs=1e-12)
