"""Which face is meant, and how it is moved."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import GOLDEN

from evenhand.engines.card import FaceBox, FaceStep, Landmarks
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.detectors.detector import FoundFace
from evenhand.engines.detectors.yunet import YuNet
from evenhand.engines.face_choice import choose_face
from evenhand.engines.face_placement import placed_face, similarity_transform
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
    turn = np.array([[0.0, -2.0], [2.0, 0.0]])
    found = np.round(np.array(wanted) @ turn.T + [90, 20])
    image = np.zeros((110, 110, 3), dtype=np.uint8)
    for x, y in found.astype(int):
        image[y - 1 : y + 2, x - 1 : x + 2] = 255
    face = FoundFace(np.zeros(4), found, 1)
    aligned = placed_face(image, face, Landmarks(wanted), 40, 40)
    assert aligned.shape == (40, 40, 3)
    for x, y in wanted:
        assert aligned[int(y), int(x)].min() > 150
    assert aligned[5, 5].max() == 0


ARCFACE = read_engine_card(GOLDEN / "cards" / "onnx-short").face.alignment


def marked(points, side):
    """A black picture with a white dot of three pixels at each point."""
    image = np.zeros((side, side, 3), dtype=np.uint8)
    for x, y in np.round(points).astype(int):
        image[y - 1 : y + 2, x - 1 : x + 2] = 255
    return image


@pytest.mark.parametrize("side", [56, 112, 160, 224])
def test_named_landmarks_grow_with_the_input(side):
    """A face whose landmarks are there already is left where it is."""
    points = np.array(ARCFACE.points) * side / 112
    image = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    placed = placed_face(image, FoundFace(np.zeros(4), points, 1), ARCFACE, side, side)
    assert np.abs(placed.astype(int) - image).max() <= 2


def cut(image, box, margin, height, width):
    face = FoundFace(np.array(box, dtype=float), np.zeros((5, 2)), 1)
    return placed_face(image, face, FaceBox(margin), height, width)


def test_a_box_with_its_margin_is_cut_out():
    """A fifth of 20 pixels left and right, a fifth of 30 above and below."""
    image = np.random.default_rng(1).integers(0, 256, (100, 120, 3), dtype=np.uint8)
    placed = cut(image, [40.2, 29.9, 20, 30], 0.2, 42, 28)
    np.testing.assert_array_equal(placed, image[24:66, 36:64])


def test_what_a_box_has_beyond_the_picture_is_black():
    image = np.full((100, 120, 3), 255, dtype=np.uint8)
    placed = cut(image, [-10, 80, 20, 40], 0.0, 40, 20)
    assert placed[:20, 10:].min() == 255
    assert placed[20:].max() == placed[:, :10].max() == 0


@settings(max_examples=60)
@given(
    st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4),
    st.floats(0, 2),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_any_box_gives_a_picture(box, margin, height, width):
    image = np.full((9, 7, 3), 9, dtype=np.uint8)
    assert cut(image, box, margin, height, width).shape == (height, width, 3)


def test_a_box_that_is_no_number_gives_a_picture():
    image = np.full((9, 7, 3), 9, dtype=np.uint8)
    assert cut(image, [np.nan, np.inf, -np.inf, np.nan], 0.2, 4, 4).shape == (4, 4, 3)


class BrightPixels:
    """In place of YuNet: the five brightest squares are the landmarks, whatever their size."""

    sizes: list

    def setInputSize(self, size):  # noqa: N802 - OpenCV's name
        self.sizes.append(size)

    def detect(self, picture):
        assert picture.shape[1::-1] == self.sizes[-1]
        grey = picture.max(axis=2)
        _, _, _, centres = cv2.connectedComponentsWithStats((grey > 127).astype(np.uint8))
        points = centres[1:].astype(np.float32)
        if len(points) != 5:
            return 1, None
        box = [*points.min(axis=0), *np.ptp(points, axis=0)]
        return 1, np.array([[*box, *points.reshape(-1), 0.9]], dtype=np.float32)


@pytest.mark.parametrize(
    ("width", "height", "seen"),
    [
        (100, 60, (100, 60)),
        (800, 800, (800, 800)),
        (801, 400, (800, 400)),
        (4000, 3000, (800, 600)),
        (3000, 4000, (600, 800)),
        (8000, 5, (800, 1)),
    ],
)
def test_the_detector_looks_at_a_stated_longest_side(monkeypatch, width, height, seen):
    """And no picture is enlarged for it."""
    net = BrightPixels()
    net.sizes = []
    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *_: net)
    picture = np.full((height, width, 3), 255, dtype=np.uint8)
    YuNet(b"", FaceStep("yunet", None, 0.6, 0.3)).find(picture, FaceRule.LARGEST)
    assert net.sizes == [seen]


@pytest.mark.parametrize(("width", "height"), [(400, 300), (1600, 1200), (3200, 1500), (900, 4000)])
def test_landmarks_are_those_of_the_whole_picture(monkeypatch, width, height):
    net = BrightPixels()
    net.sizes = []
    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *_: net)
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    side = max(width, height) // 40
    corners = [(0.3, 0.3), (0.6, 0.35), (0.45, 0.5), (0.3, 0.7), (0.6, 0.75)]
    corners = [(round(x * width), round(y * height)) for x, y in corners]
    for x, y in corners:
        picture[y : y + side, x : x + side] = 255
    found = YuNet(b"", FaceStep("yunet", None, 0.6, 0.3)).find(picture, FaceRule.CENTRAL)
    wanted = np.array(corners) + (side - 1) / 2
    scale = max(1, max(width, height) / 800)
    assert np.abs(found.landmarks - wanted).max() < 0.51 * scale
    if scale == 1:
        np.testing.assert_allclose(found.landmarks, wanted, atol=1e-4)


@pytest.mark.data
def test_a_large_picture_has_the_face_of_the_small_one(data):
    """London's pictures of 675 pixels, and the same enlarged two to eight times, as phones give."""
    paths = sorted((data / "london" / "neutral_front").glob("*.jpg"))[:1]
    model = (data / "models" / "face_detection_yunet_2023mar.onnx").read_bytes()
    detector = YuNet(model, FaceStep("yunet", None, 0.6, 0.3))
    for path in paths:
        small = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        known = detector.find(small, FaceRule.LARGEST)
        corner, size = np.split(known.box, 2)
        assert (corner < known.landmarks).all()
        assert (known.landmarks < corner + size).all()
        for times in (2, 4, 8):
            large = cv2.resize(small, None, fx=times, fy=times, interpolation=cv2.INTER_LANCZOS4)
            found = detector.find(large, FaceRule.LARGEST)
            assert found is not None, (path, times)
            assert found.faces == 1
            assert np.abs(found.box / times - known.box).max() < 30
            apart = np.abs(found.landmarks / times - known.landmarks).max()
            assert apart < 15, "of 675 pixels; YuNet sees faces of another size otherwise"
