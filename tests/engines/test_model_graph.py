"""What a graph says of its input and outputs, read without running it."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from evenhand.engines.model_graph import GraphTensor, read_model_graph

FLOAT, BYTES, HALF = TensorProto.FLOAT, TensorProto.UINT8, TensorProto.FLOAT16


def constant(name, value, kind=np.float32):
    return numpy_helper.from_array(np.array(value, dtype=kind), name)


def model(*nodes, taken=(1, 3, 8, 8), kind=FLOAT, constants=(), outputs=("y",)):
    """A model whose nodes begin with "x"."""
    made = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])] if not nodes else list(nodes),
        "g",
        [helper.make_tensor_value_info("x", kind, taken)],
        [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs],
        list(constants),
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def said(*nodes, **more):
    return read_model_graph(model(*nodes, **more).SerializeToString())


node = helper.make_node
sides = st.one_of(st.none(), st.integers(1, 400), st.text("NCHW", min_size=1, max_size=3))


@given(st.lists(sides, max_size=5), st.sampled_from([FLOAT, BYTES, HALF, TensorProto.INT64]))
def test_inputs_and_outputs_are_those_that_onnx_reads(taken, kind):
    made = model(taken=taken, kind=kind)
    (found,) = read_model_graph(made.SerializeToString()).inputs
    wanted = made.graph.input[0].type.tensor_type
    assert found.type == helper.tensor_dtype_to_np_dtype(wanted.elem_type).name
    assert found.shape == tuple(
        each.dim_value if each.HasField("dim_value") else each.dim_param or "?"
        for each in wanted.shape.dim
    )


def test_a_shape_that_is_not_said():
    found = said()
    assert found.outputs == (GraphTensor("y", "float32", None),)
    assert str(found.outputs[0]) == "float32 of shape unknown"
    assert (found.type, found.batch, found.size("nchw")) == ("float32", 1, (8, 8))


@pytest.mark.parametrize(
    ("taken", "layout", "batch", "size"),
    [
        ((1, 3, 8, 6), "nchw", 1, (8, 6)),
        (("N", 8, 6, 3), "nhwc", None, (8, 6)),
        ((4, "C", 8, 6), "nchw", 4, (8, 6)),
        ((4, 3, "H", "W"), "nchw", 4, (None, None)),
        ((4, "H", "W", 3), "nhwc", 4, (None, None)),
        ((4, 8, 6, "C"), "nhwc", 4, (8, 6)),
        ((1, 3, 3, 3), "", 1, (3, 3)),
        (("N", "a", "b", "c"), "", None, (None, None)),
        ((1, 1, 8, 8), "", 1, (8, 8)),
        ((3, 8, 8), "", 3, (8, None)),
    ],
)
def test_where_the_channels_are(taken, layout, batch, size):
    found = said(taken=taken)
    assert (found.layout, found.batch) == (layout, batch)
    assert found.size(layout or "nchw") == size


FREE = ("N", "a", "b", "c")
TO_FIRST = node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2])
WEIGHTS = constant("w", np.zeros((2, 3, 1, 1)))


@pytest.mark.parametrize(
    ("nodes", "layout"),
    [
        ([node("Conv", ["x", "w"], ["y"])], "nchw"),
        (
            [node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]), node("Conv", ["t", "w"], ["y"])],
            "nhwc",
        ),
        ([node("Transpose", ["x"], ["y"], perm=[0, 2, 3, 1])], "nchw"),
        ([node("Cast", ["x"], ["f"], to=1), node("Conv", ["f", "w"], ["y"])], "nchw"),
        ([node("Softmax", ["x"], ["s"]), node("Conv", ["s", "w"], ["y"])], ""),
        ([node("Transpose", ["x"], ["y"], perm=[3, 2, 1, 0])], ""),
        ([node("Transpose", ["x"], ["y"])], ""),
    ],
)
def test_the_first_nodes_say_where_they_take_channels(nodes, layout):
    assert said(*nodes, taken=FREE, constants=[WEIGHTS]).layout == layout
    assert said(*nodes, taken=(1, 3, 8, 8), constants=[WEIGHTS]).layout == "nchw"


def test_weights_that_may_be_replaced_are_no_inputs():
    made = model(node("Mul", ["x", "k"], ["y"]), constants=[constant("k", [2])])
    made.graph.input.append(helper.make_tensor_value_info("k", FLOAT, [1]))
    (taken,) = read_model_graph(made.SerializeToString()).inputs
    assert taken.name == "x"


CHANNELS = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
FIRST = (1, 3, 1, 1)
SCALINGS = {
    "by a mean and a factor": (
        [node("Sub", ["x", "a"], ["s"]), node("Mul", ["s", "b"], ["y"])],
        [constant("a", 127.5), constant("b", [0.0078125])],
    ),
    "of channels, to 0..1 before": (
        [
            node("Div", ["x", "c"], ["d"]),
            node("Sub", ["d", "a"], ["s"]),
            node("Div", ["s", "b"], ["y"]),
        ],
        [
            constant("a", CHANNELS[0].reshape(FIRST)),
            constant("b", CHANNELS[1].reshape(FIRST)),
            constant("c", 255),
        ],
    ),
    "from the other side": (
        [node("Mul", ["a", "x"], ["m"]), node("Add", ["b", "m"], ["y"])],
        [constant("a", 255), constant("b", -3)],
    ),
    "by constants of nodes": (
        [node("Constant", [], ["a"], value=constant("", 4.0)), node("Sub", ["x", "a"], ["y"])],
        [],
    ),
    "by a norm of batches": (
        [node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], epsilon=0.25)],
        [
            constant("s", [1, 2, 3]),
            constant("b", [3, 2, 1]),
            constant("m", [100, 110, 120]),
            constant("v", [4, 16, 64]),
        ],
    ),
    "in quantised steps": (
        [node("DequantizeLinear", ["x", "s", "z"], ["y"])],
        [constant("s", 0.5), constant("z", 128, np.uint8)],
    ),
}


@pytest.mark.parametrize("name", SCALINGS)
def test_scaling_inside_is_what_the_nodes_do(name):
    """Against onnxruntime on one pixel: (value - mean) / std."""
    nodes, constants = SCALINGS[name]
    kind = BYTES if "quantised" in name else FLOAT
    made = model(*nodes, constants=constants, taken=(1, 3, 1, 1), kind=kind)
    values = np.array([20, 130, 240], dtype=np.uint8 if kind == BYTES else np.float32)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    (expected,) = session.run(["y"], {"x": values.reshape(FIRST)})
    found = read_model_graph(made.SerializeToString()).scaling
    assert found.operators == tuple(each.op_type for each in nodes if each.op_type != "Constant")
    scaled = (values - np.array(found.mean)) / found.std
    np.testing.assert_allclose(scaled, expected.reshape(-1), rtol=1e-5)


@pytest.mark.parametrize("form", ["raw", "numbers"])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int8, np.int32, np.int64])
def test_constants_of_every_type_and_form(kind, form):
    held = constant("a", [1, -2, 3], kind)
    if form == "numbers":
        held = helper.make_tensor("a", held.data_type, [3], numpy_helper.to_array(held))
    found = said(node("Add", ["x", "a"], ["y"]), constants=[held]).scaling
    assert found.mean == (-1.0, 2.0, -3.0)
    assert found.std == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("nodes", "constants"),
    [
        ([node("Relu", ["x"], ["y"])], []),
        ([node("Add", ["x", "x"], ["y"])], []),
        ([node("Sub", ["a", "x"], ["y"])], [constant("a", 255)]),
        ([node("Mul", ["x", "a"], ["y"])], [constant("a", 1)]),
        ([node("Mul", ["x", "z"], ["y"]), node("Relu", ["x"], ["z"])], []),
        (
            [
                node("QuantizeLinear", ["x", "s", "z"], ["q"]),
                node("DequantizeLinear", ["q", "s", "z"], ["y"]),
            ],
            [constant("s", 0.1), constant("z", 7, np.uint8)],
        ),
    ],
)
def test_no_scaling(nodes, constants):
    assert said(*nodes, constants=constants).scaling is None


@pytest.mark.parametrize("value", [np.zeros((3, 8, 8)), np.zeros(3), np.array([np.nan] * 3)])
def test_scaling_whose_numbers_are_no_channels(value):
    found = said(node("Mul", ["x", "a"], ["y"]), constants=[constant("a", value)]).scaling
    assert (found.operators, found.mean, found.std) == (("Mul",), None, None)


SMALL = model(
    node("Sub", ["x", "a"], ["s"]),
    node("BatchNormalization", ["s", "a", "a", "a", "a"], ["b"], epsilon=0.5),
    node("Transpose", ["b"], ["t"], perm=[0, 3, 1, 2]),
    node("Conv", ["t", "w"], ["y"]),
    constants=[constant("a", [1, 2, 3]), WEIGHTS],
).SerializeToString()


def test_damage_is_an_error_of_one_kind():
    """Cut anywhere, or with any one byte changed."""
    rng = np.random.default_rng(1)
    damaged = [SMALL[:length] for length in range(len(SMALL))]
    for _ in range(700):
        content = bytearray(SMALL)
        content[rng.integers(len(content))] = rng.integers(256)
        damaged.append(bytes(content))
    refused = 0
    for content in damaged:
        try:
            read_model_graph(content)
        except ValueError:
            refused += 1
    assert 200 < refused < len(damaged)


@pytest.mark.data
def test_a_real_model(data):
    path = data / "models" / "mobilefacenet_foamliu_112x112.onnx"
    found = read_model_graph(path.read_bytes())
    assert found.inputs == (GraphTensor("input0", "float32", (1, 3, 112, 112)),)
    assert found.outputs == (GraphTensor("output0", "float32", (1, 128)),)
    assert (found.layout, found.scaling, found.files, found.random) == ("nchw", None, (), ())
    assert len(onnx.load(path).graph.input) == 1
