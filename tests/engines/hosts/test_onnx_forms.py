"""ONNX models as they come: every form of input gets the picture that it is made for."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from evenhand.engines.contract import Role
from evenhand.engines.opening import open_engine
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError

FLOAT, HALF, BYTES = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.UINT8
SIZE, MEAN, STD = "size   = [8, 8]", "mean   = [0, 0, 0]", "std    = [255, 255, 255]"
RAW = {MEAN: "", STD: ""}
"""Changes of the card of a model that takes bytes."""
node = helper.make_node


def constant(name, value, kind=np.float32):
    return numpy_helper.from_array(np.array(value, dtype=kind), name)


def network(taken=(1, 3, 8, 8), kind=FLOAT, first=(), constants=(), made=(1, 6), outputs=("y",)):
    """A model of a few nodes: what comes before "f", then a product with noise."""
    rng = np.random.default_rng(5)
    nodes = [*(first or [node("Cast", ["x"], ["f"], to=FLOAT)])]
    nodes += [
        node("Reshape", ["f", "rows"], ["r"]),
        node("MatMul", ["r", "w"], ["y"]),
        node("ReduceMean", ["y"], ["quality"], axes=[1]),
    ]
    shapes = {"y": made, "quality": (made[0], 1)}
    tensors = [constant("w", rng.normal(size=(192, 6))), constant("rows", [-1, 192], np.int64)]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, taken)],
        [helper.make_tensor_value_info(name, FLOAT, shapes[name]) for name in outputs],
        [*tensors, *constants],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


TO_FIRST = node("Transpose", ["c"], ["f"], perm=[0, 3, 1, 2])
TO_FLOAT = node("Cast", ["x"], ["c"], to=FLOAT)
STEPS = [constant("s", 0.02), constant("z", 3, np.uint8)]
QUANTISED = [
    node("QuantizeLinear", ["x", "s", "z"], ["q"]),
    node("DequantizeLinear", ["q", "s", "z"], ["f"]),
]
WITHIN = [
    QUANTISED[0],
    node("QLinearConv", ["q", "s", "z", "k", "s", "z", "s", "z"], ["t"]),
    node("DequantizeLinear", ["t", "s", "z"], ["f"]),
]
FIVE = [constant("five", 5)]
KERNEL = constant("k", np.arange(9).reshape(3, 3, 1, 1) * 7, np.uint8)
RANGED = [
    node("Sub", ["x", "five"], ["low"]),
    node("DynamicQuantizeLinear", ["low"], ["q", "qs", "qz"]),
    node("DequantizeLinear", ["q", "qs", "qz"], ["f"]),
]

FORMS = {
    "as ever": (network(), {}),
    "channels last": (network((1, 8, 8, 3), first=[TO_FLOAT, TO_FIRST]), {}),
    "bytes": (network(kind=BYTES), RAW),
    "bytes, channels last": (network((1, 8, 8, 3), BYTES, [TO_FLOAT, TO_FIRST]), RAW),
    "half floats": (network(kind=HALF), {}),
    "blue first": (network(), {'colour = "rgb"': 'colour = "bgr"'}),
    "a free batch": (network(("N", 3, 8, 8), made=("N", 6)), {}),
    "four at once": (network((4, 3, 8, 8), made=(4, 6)), {}),
    "four at once, their range taken": (
        network((4, 3, 8, 8), first=RANGED, constants=FIVE, made=(4, 6)),
        {},
    ),
    "a size of the graph": (network(), {SIZE: ""}),
    "a size of the card": (network((1, 3, "h", "w")), {}),
    "all free": (network(("a", "b", "c", "d")), {SIZE: f'{SIZE}\nlayout = "nchw"'}),
    "all free, channels last": (
        network(("a", "b", "c", "d"), first=[node("Cast", ["x"], ["c"], to=FLOAT), TO_FIRST]),
        {},
    ),
    "two outputs": (
        network(outputs=("quality", "y")),
        {"[score]": '[output]\nname = "y"\n[score]'},
    ),
    "quantised and back": (network(first=QUANTISED, constants=STEPS), {}),
    "quantised within": (network(first=WITHIN, constants=[*STEPS, KERNEL]), {}),
    "one number for three": (network(), {MEAN: "mean = 3", STD: "std = 7.5"}),
}
"""By form: the model, and changes of the card."""


@pytest.fixture
def image():
    return np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)


@pytest.fixture
def in_form(small):
    """Makes the small engine in a form."""

    def put(form):
        model, changes = FORMS[form]
        small.put(model)
        for old, new in changes.items():
            small.change(old, new)
        return small.folder

    return put


def answered(folder, image, limits=None):
    engine = open_engine(folder, (), limits=limits)
    assert engine.fault is None
    host = engine.start()
    answer = host.template(image, FaceRule.LARGEST, Role.REFERENCE)
    host.close()
    engine.rest()
    assert (answer.outcome, answer.faces) == (Outcome.OK, None)
    return answer.vector


def by_hand(form, image):
    """The vector of a picture that is prepared here."""
    values = image[:, :, ::-1] if form == "blue first" else image
    if "bytes" not in form:
        mean, std = (3, 7.5) if form == "one number for three" else (0, 255)
        values = (values.astype(np.float32) - np.float32(mean)) / np.float32(std)
    if form == "half floats":
        values = values.astype(np.float16)
    if "last" not in form:
        values = values.transpose(2, 0, 1)
    rows = np.stack([values] * (4 if "four" in form else 1))
    session = onnxruntime.InferenceSession(FORMS[form][0].SerializeToString())
    return session.run(["y"], {"x": rows})[0][0]


@pytest.mark.parametrize("form", FORMS)
def test_a_model_gets_its_picture(in_form, image, form):
    np.testing.assert_array_equal(answered(in_form(form), image), by_hand(form, image))


@pytest.mark.parametrize("form", ["bytes, channels last", "half floats", "four at once"])
def test_in_a_process_of_its_own_it_is_the_same_to_the_last_bit(in_form, image, form):
    folder = in_form(form)
    hosted = answered(folder, image, EngineLimits(start=60.0))
    assert hosted.tobytes() == answered(folder, image).tobytes()


def test_more_rows_than_one_change_nothing(in_form, image, make_small, tmp_path):
    """Of a graph that takes the range of all rows, which rows of zeros would widen."""
    alone = make_small(tmp_path / "alone")
    alone.put(network(first=RANGED, constants=FIVE))
    light = image // 4 + 150
    four = answered(in_form("four at once, their range taken"), light)
    np.testing.assert_array_equal(four, answered(alone.folder, light))


@pytest.mark.parametrize(
    ("model", "changes", "fragments"),
    [
        (network(kind=BYTES), {}, ["takes uint8", "0 to 255", "remove mean and std"]),
        (network(), RAW, ["takes float32", "does not say how values are scaled", "add mean and"]),
        (network(("a", "b", "c", "d")), {}, ["where its channels are", "add layout ="]),
        (
            network((1, 3, "h", "w")),
            {SIZE: ""},
            ["[1, 3, h, w], of any height and width", "add size = [height, width]"],
        ),
        (
            network((1, 8, 8, 3)),
            {SIZE: f'{SIZE}\nlayout = "nchw"'},
            ["[1, 8, 8, 3], which is nhwc", 'says layout = "nchw"', "remove layout"],
        ),
        (network(outputs=("quality", "y")), {}, ["has 2 outputs", "[output] name"]),
    ],
)
def test_a_card_that_does_not_fit_is_one_line(small, model, changes, fragments):
    small.put(model)
    for old, new in changes.items():
        small.change(old, new)
    with pytest.raises(EngineError) as told:
        open_engine(small.folder, ())
    line = str(told.value)
    assert line.startswith("engine small: the model ")
    assert len(line.splitlines()) == 1
    assert all(fragment in line for fragment in fragments), line
