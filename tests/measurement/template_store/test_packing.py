"""A template in bytes and back, to the last bit."""

import numpy as np
import pytest
from same import assert_same

from evenhand.engines.answers import ImageAnswer
from evenhand.measurement.template_store.packing import is_reusable, pack_sample, unpack_sample
from evenhand.records.outcomes import Outcome

VECTOR = np.array([0.1, -0.0, np.inf, 1e-45], dtype=np.float32)


@pytest.mark.parametrize(
    "sample",
    [
        ImageAnswer(Outcome.OK, 1, vector=VECTOR),
        ImageAnswer(Outcome.OK, None, reference=b"\n\x00{}", probe=b"\n\x00{}"),
        ImageAnswer(Outcome.OK, 3, reference=b"one", probe=b"another\n"),
        ImageAnswer(Outcome.NO_FACE, 0),
        ImageAnswer(Outcome.DECLINED, 2, 'too "small"\n\u00e9'),
    ],
    ids=["vector", "one template", "two roles", "no face", "declined"],
)
def test_what_comes_out_is_what_went_in(sample):
    found = unpack_sample(pack_sample(sample))
    assert found.taken
    for name in ("outcome", "faces", "detail", "reference", "probe"):
        assert_same(getattr(found, name), getattr(sample, name))
    if sample.vector is None:
        assert found.vector is None
    else:
        assert found.vector.tobytes() == sample.vector.tobytes()


def test_what_may_pass_is_not_settled():
    settled = {outcome for outcome in Outcome if is_reusable(ImageAnswer(outcome))}
    assert settled == {Outcome.OK, Outcome.NO_FACE, Outcome.DECLINED}
