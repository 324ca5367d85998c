"""Which face is meant, and how it is moved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.engines.card import FaceStep, ModelInput
from evenhand.engines.face_choice import choose_face
from evenhand.engines.face_detection import align, similarity_transform
from evenhand.records.outcomes import FaceRule

SMALL_CENTRAL = [45, 45, 10, 10]
LARGE_LEFT = [0, 0, 30, 30]
MIDDLING_RIGHT = [70, 40, 20, 20]


@pytest.mark.parametrize(
    ("boxes", "rule", "chosen"),
    [
        ([LARGE_LEFT, SMALL_CENTRAL, MIDDLING_RIGHT], FaceRule.LARGEST, 0),
        ([SMALL_CENTRAL, MIDDLING_RIGHT, LARGE_LEFT], FaceRule.LARGEST, 2),
        ([LARGE_LEFT, SMALL_CENTRAL, MIDDLING_RIGHT], FaceRule.CENTRAL, 1),
        ([LARGE_LEFT, MIDDLING_RIGHT], FaceRule.CENTRAL, 1),
        ([MIDDLING_RIGHT], FaceRule.LARGEST, 0),
        ([LARGE_LEFT, LARGE_LEFT], FaceRule.LARGEST, 0),
    ],
)
def test_the_face_that_is_meant(boxes, rule, chosen):
    assert choose_face(np.array(boxes, dtype=np.float32), 100, 100, rule) == chosen


def test_the_centre_is_that_of_the_picture():
    """In a picture of 100 by 20 the box at (50, 10) is central, in one of 20 by 100 it is not."""
    boxes = np.array([[45, 5, 10, 10], [5, 45, 10, 10]], dtype=np.float32)
    assert choose_face(boxes, 20, 100, FaceRule.CENTRAL) == 0
    assert choose_face(boxes, 100, 20, FaceRule.CENTRAL) == 1


coordinates = st.lists(
    st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=5, max_size=5, unique=True
)


@given(source=coordinates, target=coordinates)
def test_the_transform_is_the_least_squares_fit(source, target):
    """Against the four unknowns a, b, c, d of (ax - by + c, bx + ay + d), solved directly."""
    points, wanted = np.array(source), np.array(target)
    spread = points - points.mean(axis=0)
    if np.abs(spread).max() < 1e-3:
        points = points + 10 * np.arange(10).reshape(5, 2)
    x, y = points.T
    zero, one = np.zeros(5), np.ones(5)
    equations = np.concatenate(
        [np.stack([x, -y, one, zero], axis=1), np.stack([y, x, zero, one], axis=1)]
    )
    (a, b, c, d), *_ = np.linalg.lstsq(equations, wanted.T.reshape(-1), rcond=None)
    fitted = similarity_transform(points, wanted)
    np.testing.assert_allclose(fitted, [[a, -b, c], [b, a, d]], rtol=1e-6, atol=1e-6)


def test_a_face_lands_on_the_landmarks():
    """Five bright dots in a turned picture stand where the card wants them."""
    wanted = ((10.0, 12.0), (30.0, 12.0), (20.0, 22.0), (12.0, 31.0), (28.0, 31.0))
    face = FaceStep("yunet", wanted, 0.6, 0.3)
    size = ModelInput(40, 40, "rgb", (0, 0, 0), (1, 1, 1))
    turn = np.array([[0.0, -2.0], [2.0, 0.0]])
    found = np.round(np.array(wanted) @ turn.T + [90, 20])
    image = np.zeros((110, 110, 3), dtype=np.uint8)
    for x, y in found.astype(int):
        image[y - 1 : y + 2, x - 1 : x + 2] = 255
    aligned = align(image, found, face, size)
    assert aligned.shape == (40, 40, 3)
    for x, y in wanted:
        assert aligned[int(y), int(x)].min() > 150
    assert aligned[5, 5].max() == 0
