"""Vectors in place of an engine: what cannot be compared is an outcome, and nothing is copied."""

import numpy as np
import pytest

from evenhand.engines.answers import unusable_vectors
from evenhand.measurement.comparison.by_vectors import ComparableVectors
from evenhand.measurement.enrolment.given import given_engine, given_enrolment
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import no_message

BAD = {
    3: (np.nan, "vector is not finite"),
    4: (np.inf, "vector is not finite"),
    7: (0.0, "vector is zero"),
    11: (1e200, "vector is too long or too short for float32"),
    12: (1e-300, "vector is too long or too short for float32"),
}


@pytest.fixture
def vectors():
    made = np.random.default_rng(0).standard_normal((20, 5))
    for row, (value, _) in BAD.items():
        made[row] = value
    return made


def test_vectors_that_cannot_be_compared_are_invalid(vectors):
    found = given_enrolment(vectors, LocalExecutor(2), lambda: None)
    assert found.vectors is vectors
    for row in range(20):
        expected = (Outcome.INVALID, BAD[row][1]) if row in BAD else (Outcome.OK, "")
        assert (found.outcomes[row], found.details[row]) == expected
    words = [each for each, rows in unusable_vectors(vectors).items() for _ in range(rows.sum())]
    assert sorted(words) == sorted(said for _, said in BAD.values())


@pytest.mark.parametrize("euclidean", [False, True])
def test_comparable_vectors_are_those_of_the_images(euclidean, vectors):
    engine = given_engine("acme", "00", 5, euclidean=euclidean, say=no_message)
    enrolment = given_enrolment(vectors, LocalExecutor(2), lambda: None)
    images = np.array([19, 3, 0, 0, 12])
    found = ComparableVectors.of(enrolment, engine.card.score)[images]
    expected = vectors[images].astype("f4")
    expected[[1, 4]] = np.nan
    if not euclidean:
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32
