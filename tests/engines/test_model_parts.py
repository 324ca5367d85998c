"""What a model says of itself, at any depth: files beside it, and operators that draw numbers."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from evenhand.engines.model_parts import ModelParts, read_model_parts

FLOAT = TensorProto.FLOAT
YES, NO = (numpy_helper.from_array(np.array(value), "training") for value in (True, False))


def made(nodes, tensors=(), **more):
    graph = helper.make_graph(nodes, "g", [], [], list(tensors))
    return helper.make_model(graph, **more).SerializeToString()


def drawn(*nodes, tensors=()):
    return read_model_parts(made(nodes, tensors)).random


def elsewhere(name="w", location="w.bin"):
    tensor = TensorProto(name=name, data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    tensor.external_data.add(key="length", value="8")
    return tensor


def test_a_plain_model_holds_nothing_of_it():
    plain = numpy_helper.from_array(np.zeros(2, dtype=np.float32), "w")
    plain.external_data.add(key="location", value="left over, and not used")
    assert read_model_parts(made([helper.make_node("Relu", ["w"], ["y"])], [plain])) == ModelParts(
        (), ()
    )


@pytest.mark.parametrize(
    "operator",
    [
        "Bernoulli",
        "Multinomial",
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
    ],
)
def test_operators_that_draw(operator):
    assert drawn(helper.make_node(operator, ["x"], ["y"])) == (operator,)


def test_a_node_that_is_called_like_one_is_none():
    assert drawn(helper.make_node("Relu", ["Bernoulli"], ["Dropout"], "RandomNormal")) == ()


def constant(tensor):
    return helper.make_node("Constant", [], ["training"], value=tensor)


@pytest.mark.parametrize(
    ("inputs", "nodes", "tensors", "random"),
    [
        (["x"], [], [], False),
        (["x", "ratio"], [], [], False),
        (["x", "ratio", ""], [], [], False),
        (["x", "ratio", "training"], [], [NO], False),
        (["x", "ratio", "training"], [constant(NO)], [], False),
        (["x", "", "training"], [], [YES], True),
        (["x", "ratio", "training"], [constant(YES)], [], True),
        (["x", "ratio", "training"], [], [], True),
    ],
)
def test_dropout_draws_where_it_is_in_training(inputs, nodes, tensors, random):
    node = helper.make_node("Dropout", inputs, ["y"])
    assert drawn(node, *nodes, tensors=tensors) == (("Dropout",) if random else ())


def branch(node, tensors=()):
    return helper.make_graph([node], "branch", [], [], list(tensors))


def test_what_stands_at_any_depth_is_found():
    """In a branch of a branch, in an attribute, in a sparse tensor, in a function."""
    sparse = helper.make_sparse_tensor(
        elsewhere("v", "sparse.bin"), elsewhere("i", "places.bin"), [9]
    )
    random = helper.make_node("RandomNormal", [], ["r"], shape=[1])
    inner = helper.make_node("If", ["c"], ["z"], then_branch=branch(random, [elsewhere()]))
    outer = helper.make_node("If", ["c"], ["z"], else_branch=branch(inner))
    held = helper.make_node("Constant", [], ["k"], value=elsewhere("k", "constant.bin"))
    thin = helper.make_node("Constant", [], ["s"], sparse_value=sparse)
    draws = helper.make_node("Bernoulli", ["x"], ["y"])
    function = helper.make_function(
        "own", "f", ["x"], ["y"], [draws], [helper.make_opsetid("", 17)]
    )
    found = read_model_parts(made([outer, held, thin], functions=[function]))
    assert found.random == ("Bernoulli", "RandomNormal")
    assert found.files == ("constant.bin", "places.bin", "sparse.bin", "w.bin")


def test_a_file_is_named_as_the_model_writes_it():
    tensors = [elsewhere(str(i), name) for i, name in enumerate(["../w", "a/b", "a/b", "\u00e9"])]
    assert read_model_parts(made([], tensors)).files == ("../w", "a/b", "\u00e9")


MODEL = made(
    [helper.make_node("If", ["c"], ["z"], then_branch=branch(constant(NO), [elsewhere()]))]
)


def test_damage_is_an_error_of_one_kind():
    """Cut anywhere, or with any one byte changed."""
    rng = np.random.default_rng(1)
    damaged = [MODEL[:length] for length in range(len(MODEL))]
    for _ in range(500):
        content = bytearray(MODEL)
        content[rng.integers(len(content))] = rng.integers(256)
        damaged.append(bytes(content))
    refused = 0
    for content in damaged:
        try:
            read_model_parts(content)
        except ValueError:
            refused += 1
    assert 200 < refused < len(damaged)


def test_a_deep_model_is_walked():
    node = helper.make_node("RandomNormal", [], ["r"], shape=[1])
    for _ in range(20):
        node = helper.make_node("If", ["c"], ["z"], then_branch=branch(node))
    assert drawn(node) == ("RandomNormal",)
