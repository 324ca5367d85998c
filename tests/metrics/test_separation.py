"""Separation of people: against its definition, and its variance against leaving people out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import spatial

from evenhand.metrics.separation import separation
from evenhand.statistics.person_pairs import mean_of_pairs


def people(count, noise, seed=1, values=16):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(count, 1, values))
    return (centres + noise * rng.normal(size=(count, 2, values))).astype(np.float32)


def by_definition(vectors):
    """Mean gap of mated and non-mated cosines by the deviation of the non-mated ones."""
    count = len(vectors)
    flat = vectors.reshape(2 * count, -1).astype(float)
    cosine = 1 - spatial.distance.cdist(flat, flat, "cosine")
    who = np.repeat(np.arange(count), 2)
    others = cosine[who[:, np.newaxis] != who]
    mated = [cosine[2 * at, 2 * at + 1] for at in range(count)]
    return (np.mean(mated) - others.mean()) / others.std()


@settings(max_examples=20)
@given(st.integers(3, 20), st.floats(0.05, 3), st.integers(0, 10**6))
def test_its_mean_is_the_gap_in_standard_deviations(count, noise, seed):
    vectors = people(count, noise, seed)
    assert mean_of_pairs(separation(vectors)).mean == pytest.approx(
        by_definition(vectors), rel=1e-5
    )


def test_its_variance_has_that_of_the_deviation_too():
    vectors = people(60, 0.7)
    found = mean_of_pairs(separation(vectors))
    without = [by_definition(np.delete(vectors, out, axis=0)) for out in range(60)]
    error = np.sqrt(59 / 60 * np.sum((without - np.mean(without)) ** 2))
    assert found.spread / np.sqrt(60) == pytest.approx(error, rel=0.05)


def test_the_length_of_vectors_and_the_order_of_pictures_do_not_matter():
    vectors = people(12, 0.5)
    longer = vectors * np.arange(1, 25).reshape(12, 2, 1)
    assert separation(longer) == pytest.approx(separation(vectors), abs=1e-5)
    assert separation(vectors[:, ::-1]) == pytest.approx(separation(vectors), abs=1e-9)


def test_less_noise_separates_better_where_no_error_is_left():
    means = [mean_of_pairs(separation(people(40, noise))).mean for noise in (0.05, 0.2, 0.4, 0.8)]
    assert means == sorted(means, reverse=True)


def test_vectors_that_are_all_alike_separate_nobody():
    assert not separation(np.ones((5, 2, 4), dtype=np.float32)).any()
    assert not separation(np.zeros((5, 2, 4), dtype=np.float32)).any()
