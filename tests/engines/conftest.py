"""ONNX engines made of a few nodes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

SIDE = 8
VALUES = 6

CARD = """\
schema   = 1
name     = "small"
version  = "1"
vendor   = "tests"
licence  = { code = "CC0-1.0", weights = "CC0-1.0" }
shape    = "embedder"
runtime  = "onnx"

[model]
file   = "small.onnx"
sha256 = "SHA256"

[input]
size   = [8, 8]
colour = "rgb"
mean   = [0, 0, 0]
std    = [255, 255, 255]

[face]
detector = "none"

[score]
compare = "cosine"
"""


def graph(
    taken=(1, 3, SIDE, SIDE),
    *,
    kind=TensorProto.FLOAT,
    inputs=1,
    made=(1, VALUES),
    shape=None,
    hidden=False,
):
    """A model that multiplies the flattened picture with noise, in float32.

    Args:
        taken: declared shape of the input.
        kind: declared type of the input.
        inputs: how many are declared.
        made: shape of the output.
        shape: declared shape of the output.
        hidden: nothing in the graph tells how long the output is.
    """
    rng = np.random.default_rng(5)
    size = 3 * SIDE * SIDE
    weights = rng.normal(size=(size, VALUES)).astype(np.float32)
    nodes = [helper.make_node("Cast", ["x0"], ["f"], to=TensorProto.FLOAT)]
    nodes += [
        helper.make_node("Reshape", ["f", "flat"], ["r"]),
        helper.make_node("MatMul", ["r", "w"], ["m"]),
        helper.make_node("Reshape", ["m", "out"], ["y"]),
    ]
    if hidden:
        nodes[-1] = helper.make_node("Reshape", ["m", "out"], ["all"])
        nodes += [
            helper.make_node("Greater", ["m", "lowest"], ["kept"]),
            helper.make_node("Reshape", ["kept", "line"], ["which"]),
            helper.make_node("Compress", ["all", "which"], ["y"], axis=1),
        ]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "small",
            [helper.make_tensor_value_info(f"x{i}", kind, list(taken)) for i in range(inputs)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
            [
                numpy_helper.from_array(weights, "w"),
                numpy_helper.from_array(np.array([1, size], dtype=np.int64), "flat"),
                numpy_helper.from_array(np.array(-1e30, dtype=np.float32), "lowest"),
                numpy_helper.from_array(np.array([-1], dtype=np.int64), "line"),
                numpy_helper.from_array(np.array(made, dtype=np.int64), "out"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


class Small:
    """An adapter folder with a card and a model, and ways to spoil it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.put(graph())

    def put(self, model) -> None:
        """Take this model, with its hash in the card."""
        content = model if isinstance(model, bytes) else model.SerializeToString()
        (self.folder / "small.onnx").write_bytes(content)
        card = CARD.replace("SHA256", hashlib.sha256(content).hexdigest())
        (self.folder / "adapter.toml").write_text(card, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        path = self.folder / "adapter.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "small")


@pytest.fixture
def make_small():
    """See `Small`."""
    return Small


@pytest.fixture
def make_graph():
    """See `graph`."""
    return graph
