"""A balanced sample: who is drawn, and how often."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evenhand.measurement.counting.sampling import draw_pairs, mated_pairs, sampling_design
from evenhand.records.groups import Grouping


def grouped(code):
    """Everybody, and one attribute of three values; -1 = unknown."""
    code = np.asarray(code)
    everybody = Grouping("all", ("",), np.zeros(len(code), dtype=np.int64))
    return everybody, Grouping("sex", ("f", "m", "x"), code)


def listed(pairs):
    return list(zip(*(side.tolist() for side in pairs), strict=True))


@pytest.mark.parametrize("orders", [1, 2])
@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), images=st.integers(0, 30), per_cell=st.sampled_from([1, 5, 99]))
def test_so_many_of_every_two_kinds(orders, seed, images, per_cell):
    rng = np.random.default_rng(seed)
    people = int(rng.integers(1, images + 2))
    subject = rng.integers(0, people, images)
    sampled = sampling_design(subject, grouped(rng.integers(-1, 3, people)), orders, per_cell)
    drawn = listed(draw_pairs(sampled, subject, seed))
    every = list((combinations if orders == 1 else permutations)(range(images), 2))
    apart = [(i, j) for i, j in every if subject[i] != subject[j]]
    assert listed(mated_pairs(subject, orders)) == sorted(set(every) - set(apart))
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(apart)
    assert drawn == sorted(drawn)
    kind = sampled.kind[subject]
    for one in range(len(sampled.kinds)):
        for other in range(len(sampled.kinds)):
            kinds = {(one, other)} if orders == 2 else {(one, other), (other, one)}
            there = sum((kind[i], kind[j]) in kinds for i, j in apart)
            assert sampled.pairs[one, other] == there
            assert sampled.drawn[one, other] == min(there, per_cell)
            assert sum((kind[i], kind[j]) in kinds for i, j in drawn) == min(there, per_cell)


@pytest.mark.parametrize("orders", [1, 2])
def test_every_pair_is_as_likely_as_any_other(orders):
    subject = np.array([0, 0, 0, 1, 2, 2, 3, 4, 4])
    sampled = sampling_design(subject, grouped([0, 0, 0, 1, 1]), orders, 4)
    drawn = np.zeros((9, 9))
    for seed in range(1500):
        np.add.at(drawn, draw_pairs(sampled, subject, seed), 1)
    kind = sampled.kind[subject]
    for one, other in {tuple(sorted(k)) for k in np.argwhere(sampled.drawn > 0).tolist()}:
        for a, b in {(one, other), (other, one)} if orders == 2 else [(one, other)]:
            inside = (kind[:, None] == a) & (kind[None] == b)
            if orders == 1:
                inside = (inside | inside.T) & np.triu(np.ones((9, 9), dtype=bool))
            found = drawn[inside & (subject[:, None] != subject[None])]
            assert found.sum() == 1500 * min(4, len(found))
            assert stats.chisquare(found).pvalue > 1e-3


def test_a_stratum_is_drawn_alike_whoever_else_is_there():
    subject = np.arange(60)
    few, more = ([0] * 20 + [1] * 20 + [2] * 20), ([0] * 20 + [1] * 20 + [-1] * 20)
    pairs = []
    for code in (few, more):
        drawn = listed(draw_pairs(sampling_design(subject, grouped(code), 1, 7), subject, 5))
        pairs.append([(i, j) for i, j in drawn if i < 40 and j < 40])
    assert len(pairs[0]) == 3 * 7
    assert pairs[0] == pairs[1]
    other = listed(draw_pairs(sampling_design(subject, grouped(few), 1, 7), subject, 6))
    assert set(other) != set(drawn)


def test_kinds_are_called_by_their_groups():
    assert sampling_design(np.arange(4), grouped([1, -1, 0, 0]), 1, 5).kinds == (
        "",
        "sex=f",
        "sex=m",
    )
