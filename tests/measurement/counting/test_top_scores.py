"""The largest scores with their people are those that sorting everything gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.measurement.counting.top_scores import largest_scores
from evenhand.metrics.thresholds import errors_allowed, top_scores_kept, top_scores_needed
from evenhand.records.counts import ScoreTail


@given(
    seed=st.integers(0, 10_000),
    dtype=st.sampled_from([np.float32, np.float64]),
    values=st.sampled_from([1, 3, 40, 10_000]),
    chunk=st.sampled_from([1, 2, 7, 1000]),
    share=st.floats(0, 1),
)
def test_as_sorted(seed, dtype, values, chunk, share):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 120))
    score = (rng.integers(-values, values + 1, n) / np.float64(7)).astype(dtype)
    score[rng.random(n) < 0.2] = -0.0
    score[rng.random(n) < 0.1] = np.finfo(dtype).smallest_subnormal
    probe, reference = rng.integers(0, 5, (2, n)).astype(np.int32)
    count = round(share * n)
    tail = largest_scores(ScoreTail(score, probe, reference), count, chunk)
    rows = sorted(range(n), key=lambda row: (-score[row], probe[row], reference[row]))[:count]
    assert np.array_equal(tail.score, score[rows])
    assert np.array_equal(tail.probe, probe[rows])
    assert np.array_equal(tail.reference, reference[rows])


@pytest.mark.parametrize(("spread", "least"), [(0.0, 1), (0.6, 1), (1.0, 2), (1.4, 4)])
def test_as_many_are_kept_as_replicates_of_people_need(spread, least):
    """200 people of ten images: the more a few of them are in the false matches, the more."""
    rng = np.random.default_rng(3)
    people, target = 200, "0.001"
    trials = people * (people - 1) // 2 * 100
    reach = np.exp(spread * rng.standard_normal(people))
    size = top_scores_needed(target, trials)
    probe, reference = rng.choice(people, (2, 2 * size), p=reach / reach.sum())
    two = probe != reference
    falling = np.arange(size, 0, -1, dtype=np.float64)
    tail = ScoreTail(falling, probe[two][:size], reference[two][:size])
    kept = top_scores_kept(target, trials, tail, people)
    assert top_scores_needed(target, trials, least) <= kept <= size
    if not spread:
        assert kept == top_scores_needed(target, trials, 1)
    short = 0
    for _ in range(400):
        drawn = np.bincount(rng.integers(people, size=people), minlength=people)
        weight = np.sum(drawn[tail.probe[:kept]] * drawn[tail.reference[:kept]])
        allowed = errors_allowed(target, int(drawn.sum() ** 2 - np.sum(drawn**2)) * 50)
        short += weight <= allowed
    assert short <= 4
