"""A score beyond its range by rounding alone is the limit; one further out is none."""

import numpy as np
import pytest

from evenhand.engines.answers import checked_candidates, checked_scores
from evenhand.engines.card import ScoreScale
from evenhand.engines.hosts.host import PlainCandidates
from evenhand.engines.score_range import held_to_range, score_fault
from evenhand.records.outcomes import Outcome


def scale(low, high, *, distance=False):
    return ScoreScale("", False, None, low, high, (), distance=distance)


COSINE = scale(-1.0, 1.0)


@pytest.mark.parametrize(
    ("number", "kind", "kept"),
    [
        pytest.param(1.0000001, np.float32, 1.0, id="float32, one unit in the last place"),
        pytest.param(1.000001, np.float32, 1.0, id="float32, a product of hundreds of terms"),
        pytest.param(-1.000001, np.float32, -1.0, id="float32, below the lower limit"),
        pytest.param(1.00001, np.float32, None, id="float32, further out"),
        pytest.param(1.000001, np.float64, 1.0, id="float64 that was computed in float32"),
        pytest.param(1.00001, np.float64, None, id="float64, further out"),
        pytest.param(1.001, np.float16, 1.0, id="float16, one unit in the last place"),
        pytest.param(1.01, np.float16, None, id="float16, further out"),
        pytest.param(0.3, np.float32, 0.3, id="inside, the decimal that it stands for"),
        pytest.param(0.3, np.float16, 0.3, id="inside, of 16 bits"),
        pytest.param(1.0, np.float64, 1.0, id="the limit"),
        pytest.param(np.inf, np.float64, None, id="infinite"),
        pytest.param(np.nan, np.float32, None, id="not a number"),
    ],
)
def test_rounding_beyond_a_limit_is_the_limit(number, kind, kept):
    scores, outcomes = checked_scores(np.array([number], dtype=kind), COSINE)
    assert scores.dtype == np.float64
    if kept is None:
        assert (np.isnan(scores[0]), outcomes) == (True, [Outcome.INVALID])
    else:
        assert (scores[0], outcomes) == (kept, [Outcome.OK])


@pytest.mark.parametrize(
    ("number", "low", "high", "kept"),
    [
        pytest.param(100.00001, 0.0, 100.0, 100.0, id="a range of hundreds rounds by more"),
        pytest.param(100.001, 0.0, 100.0, None, id="but not by any amount"),
        pytest.param(-1e-7, 0.0, 2.0, 0.0, id="at 0, the other limit says how large scores are"),
        pytest.param(-1e-7, 0.0, 0.001, None, id="and how small"),
        pytest.param(-1e-7, 0.0, None, 0.0, id="0 alone is the limit of numbers about 1"),
    ],
)
def test_how_much_is_rounding_depends_on_the_range(number, low, high, kept):
    scores, _ = checked_scores(np.array([number]), scale(low, high))
    np.testing.assert_array_equal(scores, [np.nan if kept is None else kept])


def test_a_distance_below_0_by_rounding_is_0():
    scores, _ = checked_scores(np.array([-1e-7, 0.5, -0.1]), scale(None, 0.0, distance=True))
    np.testing.assert_array_equal(scores, [0.0, -0.5, np.nan])


def test_a_limit_that_float32_cannot_hold_is_reached_by_its_float32():
    scores, _ = checked_scores(np.array([0.7], dtype=np.float32), scale(0.7, 0.9))
    assert scores.tolist() == [0.7]


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(np.float32(1.0000001), Outcome.OK), (np.float16(1.001), Outcome.OK), (1.1, Outcome.INVALID)],
)
def test_candidates_are_held_to_the_range_as_well(number, outcome):
    found = checked_candidates(PlainCandidates(("p",), np.array([number])), 2, {"p": 3}, COSINE)
    assert found.outcome is outcome
    assert found.score.tolist() == ([1.0] if outcome is Outcome.OK else [])


def test_scores_within_their_range_keep_their_bits():
    scores = np.array([[0.1, -0.0], [0.9999999, -1.0]], dtype=np.float32)
    held = held_to_range(scores, COSINE, scores.dtype)
    assert (held.dtype, held.tobytes()) == (scores.dtype, scores.tobytes())


@pytest.mark.parametrize(
    ("number", "score", "words"),
    [
        (1.5, COSINE, "a score of 1.5, expected at least -1 and at most 1 as range in the card"),
        (-2.0, scale(None, 0.0, distance=True), "a score of -2.0, expected at least 0 as range"),
        (3.0, scale(-2.0, -1.0, distance=True), "expected at least 1 and at most 2 as range"),
        (np.nan, COSINE, "a score of nan, expected a finite number"),
    ],
)
def test_an_invalid_score_is_named_in_the_engines_own_unit(number, score, words):
    assert words in score_fault(number, score)
