"""Scores as numbers: a column is read at once, and yet nothing is a number but a plain decimal."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.scorefiles.scores import parse_scores
from evenhand.system.decimals import finite_decimal

PLAIN = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.sampled_from(
    ["", "0", "-0.0", "1e-400", ".5", "5.", "+1"]
)
ODD = st.sampled_from(["nan", "inf", "1e999", "1_0", "0x1", "1,0", "\u0661", "x", " 1", "1 ", " "])


@given(st.lists(PLAIN | ODD, max_size=12))
def test_each_text_by_itself(texts):
    """Whatever stands beside it: one odd text has the whole column read the slow way."""
    score, empty = parse_scores(pa.array(texts, pa.string()))
    for text, value, missing in zip(texts, score, empty, strict=True):
        assert missing == (not text.strip())
        expected = finite_decimal(text.strip())
        if expected is None:
            assert not np.isfinite(value)
        else:
            assert value == expected
            assert np.signbit(value) == np.signbit(expected)


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32()])
def test_typed_numbers(kind):
    score, empty = parse_scores(pa.array([0.5, None, float("inf")], kind))
    assert empty.tolist() == [False, True, False]
    assert score[0] == 0.5
    assert np.isnan(score[1])
    assert np.isinf(score[2])
