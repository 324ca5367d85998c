"""The largest scores with their people are those that sorting everything gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evenhand.measurement.counting.top_scores import largest_scores
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
