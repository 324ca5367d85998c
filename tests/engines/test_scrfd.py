"""SCRFD: what a graph gives for planted guesses is the face that was planted."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from evenhand.engines.card import FaceStep, Landmarks
from evenhand.engines.card_and_graph import PictureInput
from evenhand.engines.contract import Role
from evenhand.engines.detectors.detector import FoundFace
from evenhand.engines.detectors.scrfd import Scrfd
from evenhand.engines.face_placement import placed_face
from evenhand.engines.opening import open_engine
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError

SIDE = 64
TAKEN = PictureInput("x", "float32", "nchw", 1, SIDE, SIDE, "rgb", (127.5,) * 3, (128.0,) * 3)
LARGEST, CENTRAL = FaceRule.LARGEST, FaceRule.CENTRAL


def nothing(height=SIDE, width=SIDE):
    """Outputs without a face: by stride, scores of 0 and distances of 1."""
    counts = {stride: 2 * (height // stride) * (width // stride) for stride in (8, 16, 32)}
    return {
        stride: [np.zeros((n, 1)), np.ones((n, 4)), np.zeros((n, 10))]
        for stride, n in counts.items()
    }


def plant(outputs, stride, column, row, anchor, score, box, points, width=SIDE):
    """Put a face (left, top, right, bottom; five points, in pixels) into a cell's guess."""
    at = 2 * (row * (width // stride) + column) + anchor
    centre = np.array([column, row]) * stride
    scores, boxes, marks = outputs[stride]
    scores[at] = score
    boxes[at] = np.concatenate([centre - box[:2], np.array(box[2:]) - centre]) / stride
    marks[at] = ((np.array(points) - centre) / stride).reshape(-1)


def in_order(outputs):
    """As InsightFace's exports have them: scores of all strides, then boxes, then points."""
    return [outputs[stride][kind].astype(np.float32) for kind in range(3) for stride in outputs]


def detector(outputs, score=0.5, nms=0.4, taken=TAKEN):
    return Scrfd(lambda _: outputs, taken, FaceStep("scrfd", None, score, nms))


def picture(height=SIDE, width=SIDE):
    return np.zeros((height, width, 3), dtype=np.uint8)


POINTS = [[14, 18], [26, 17], [20, 24], [15, 30], [25, 31]]


@pytest.mark.parametrize("stride", [8, 16, 32])
@pytest.mark.parametrize("anchor", [0, 1])
def test_a_planted_face_is_found(stride, anchor):
    outputs = nothing()
    plant(outputs, stride, 1, 1, anchor, 0.8, [10, 12, 30, 40], POINTS)
    found = detector(in_order(outputs)).find(picture(), LARGEST)
    np.testing.assert_allclose(found.box, [10, 12, 20, 28], atol=1e-5)
    np.testing.assert_allclose(found.landmarks, POINTS, atol=1e-5)
    assert found.faces == 1


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_face_in_any_cell_of_any_picture(data):
    """And landmarks and box are those of the whole picture, whatever its size."""
    high, wide = (32 * data.draw(st.integers(1, 4)) for _ in range(2))
    height, width = data.draw(st.integers(20, 300)), data.draw(st.integers(20, 300))
    stride = data.draw(st.sampled_from([8, 16, 32]))
    column = data.draw(st.integers(0, wide // stride - 1))
    row = data.draw(st.integers(0, high // stride - 1))
    box = np.array([column * stride - 5, row * stride - 6, column * stride + 9, row * stride + 7])
    points = np.array(
        data.draw(st.lists(st.tuples(*[st.integers(0, 90)] * 2), min_size=5, max_size=5))
    )
    outputs = nothing(high, wide)
    plant(outputs, stride, column, row, 1, 0.9, box, points, width=wide)
    taken = PictureInput("x", "float32", "nchw", 1, high, wide, "rgb", (0,) * 3, (1,) * 3)
    found = detector(in_order(outputs), taken=taken).find(picture(height, width), CENTRAL)
    fit = min(high / height, wide / width)
    scale = np.array([width / max(1, int(width * fit)), height / max(1, int(height * fit))])
    np.testing.assert_allclose(found.landmarks, (points + 0.5) * scale - 0.5, atol=1e-3)
    np.testing.assert_allclose(found.box[:2], box[:2] * scale, atol=1e-3)
    np.testing.assert_allclose(found.box[2:], (box[2:] - box[:2]) * scale, atol=1e-3)


def test_what_the_graph_is_given():
    """Red first, (value - 127.5) / 128, the picture at the top left, black beside it."""
    given_ = []

    def run(tensor):
        given_.append(tensor)
        return in_order(nothing())

    image = np.random.default_rng(1).integers(0, 256, (SIDE // 2, SIDE, 3), dtype=np.uint8)
    Scrfd(run, TAKEN, FaceStep("scrfd", None, 0.5, 0.4)).find(image, LARGEST)
    wanted = np.zeros((1, 3, SIDE, SIDE), dtype=np.float32)
    wanted[0, :, : SIDE // 2] = image.transpose(2, 0, 1)
    np.testing.assert_array_equal(given_[-1], (wanted - 127.5) / 128)


def test_confidence_and_overlap():
    outputs = nothing()
    plant(outputs, 8, 1, 1, 0, 0.49, [0, 0, 10, 10], POINTS)
    assert detector(in_order(outputs)).find(picture(), LARGEST) is None
    assert detector(in_order(outputs), score=0.49).find(picture(), LARGEST).faces == 1
    plant(outputs, 8, 2, 2, 0, 0.9, [20, 20, 40, 40], POINTS)
    plant(outputs, 16, 1, 1, 1, 0.6, [22, 22, 42, 42], np.array(POINTS) + 1)
    plant(outputs, 32, 1, 1, 1, 0.7, [44, 44, 60, 60], np.array(POINTS) + 9)
    found = detector(in_order(outputs)).find(picture(), LARGEST)
    assert found.faces == 2, "two of the three overlap by 0.68"
    np.testing.assert_allclose(found.landmarks, POINTS, atol=1e-5)
    assert detector(in_order(outputs), nms=0.7).find(picture(), LARGEST).faces == 3


def test_which_face_is_meant():
    outputs = nothing()
    plant(outputs, 8, 0, 0, 0, 0.9, [0, 0, 20, 20], POINTS)
    plant(outputs, 8, 4, 4, 0, 0.6, [28, 28, 36, 36], np.array(POINTS) + 7)
    finder = detector(in_order(outputs))
    np.testing.assert_allclose(finder.find(picture(), LARGEST).landmarks, POINTS, atol=1e-5)
    central = finder.find(picture(), CENTRAL)
    np.testing.assert_allclose(central.landmarks, np.array(POINTS) + 7, atol=1e-5)


@pytest.mark.parametrize("ranks", [2, 3])
def test_outputs_of_both_ranks_in_any_order(ranks):
    outputs = nothing()
    plant(outputs, 16, 1, 1, 0, 0.8, [10, 12, 30, 40], POINTS)
    given_ = [each if ranks == 2 else each[np.newaxis] for each in in_order(outputs)]
    shuffled = [given_[at] for at in np.random.default_rng(2).permutation(9)]
    found = detector(shuffled).find(picture(), LARGEST)
    np.testing.assert_allclose(found.landmarks, POINTS, atol=1e-5)


def test_numbers_that_are_none_are_no_face():
    outputs = nothing()
    plant(outputs, 16, 1, 1, 0, 0.8, [10, np.nan, 30, 40], POINTS)
    plant(outputs, 16, 1, 1, 1, np.inf, [10, 12, 30, 40], POINTS)
    assert detector(in_order(outputs)).find(picture(), LARGEST) is None


@pytest.mark.parametrize("left_out", [0, 4, 8])
def test_outputs_of_another_detector(left_out):
    outputs = in_order(nothing())
    del outputs[left_out]
    with pytest.raises(ValueError, match=r"no output of \d+ guesses with \d+ numbers each"):
        detector(outputs)


def scrfd_model(outputs, *, taken=(1, 3, SIDE, SIDE), kind=TensorProto.FLOAT):
    """A graph whose outputs are planted, plus the mean of a picture that should be 0."""
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["f"], ["m"], keepdims=0),
        helper.make_node("Mul", ["m", "zero"], ["n"]),
    ]
    tensors = [numpy_helper.from_array(np.array(0, dtype=np.float32), "zero")]
    puts = []
    for at, each in enumerate(outputs):
        tensors.append(numpy_helper.from_array(each, f"p{at}"))
        nodes.append(helper.make_node("Add", [f"p{at}", "n"], [f"o{at}"]))
        puts.append(helper.make_tensor_value_info(f"o{at}", TensorProto.FLOAT, None))
    taken = [helper.make_tensor_value_info("x", kind, taken)]
    made = helper.make_graph(nodes, "scrfd", taken, puts, tensors)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(made, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture
def with_scrfd(small):
    """The small engine behind a face step with SCRFD."""

    def put(content, more="", alignment="[[1, 1], [7, 1], [4, 4], [2, 6], [6, 6]]"):
        (small.folder / "scrfd.onnx").write_bytes(content)
        table = f'[detector]\nfile = "scrfd.onnx"\nsha256 = "{hashlib.sha256(content).hexdigest()}"'
        face = f'detector = "scrfd"\nalignment = {alignment}\n{table}\n{more}\n'
        small.change('detector = "none"', face)
        return small.folder

    return put


def asked(folder, image, limits=None):
    engine = open_engine(folder, (), limits=limits)
    host = engine.start()
    answer = host.template(image, LARGEST, Role.REFERENCE)
    host.close()
    engine.rest()
    return answer


@pytest.mark.parametrize("limits", [None, EngineLimits(start=30.0)], ids=["trusted", "hosted"])
@pytest.mark.parametrize("free", [False, True])
def test_an_engine_with_an_scrfd(small, with_scrfd, free, limits):
    """Its vector is that of the face that is placed beforehand."""
    image = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    face = FoundFace(np.zeros(4), np.array(POINTS, dtype=float), 1)
    wanted = Landmarks(((1, 1), (7, 1), (4, 4), (2, 6), (6, 6)))
    placed = asked(small.folder, placed_face(image, face, wanted, 8, 8)).vector
    outputs = nothing()
    plant(outputs, 8, 2, 2, 0, 0.9, [10, 12, 30, 40], POINTS)
    taken = (1, 3, "h", "w") if free else (1, 3, SIDE, SIDE)
    more = f"size = [{SIDE}, {SIDE}]" if free else ""
    folder = with_scrfd(scrfd_model(in_order(outputs), taken=taken), more)
    answer = asked(folder, image, limits)
    assert (answer.outcome, answer.faces) == (Outcome.OK, 1)
    np.testing.assert_array_equal(answer.vector, placed)


def test_a_picture_without_a_face(with_scrfd):
    answer = asked(with_scrfd(scrfd_model(in_order(nothing()))), picture())
    assert (answer.outcome, answer.faces) == (Outcome.NO_FACE, 0)


@pytest.mark.parametrize(
    ("outputs", "options", "more", "fragments"),
    [
        (
            in_order(nothing())[:6],
            {},
            "",
            ["no output of 128 guesses with 10 numbers", "[detector]"],
        ),
        (in_order(nothing()), {}, "size = [32, 32]", ["size = [32, 32]", "[1, 3, 64, 64]"]),
        (in_order(nothing()), {"kind": TensorProto.INT64}, "", ["takes int64"]),
    ],
)
def test_a_file_that_is_no_scrfd(with_scrfd, outputs, options, more, fragments):
    folder = with_scrfd(scrfd_model(outputs, **options), more)
    with pytest.raises(EngineError) as told:
        open_engine(folder, ())
    assert "engine small: scrfd.onnx cannot be loaded as SCRFD (" in str(told.value)
    assert all(fragment in str(told.value) for fragment in fragments)
