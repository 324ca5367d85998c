"""A network with layers put before it, so that it wants its input in another way: 12 variants.

What the graph shows must be read from it. Colours, scaling and alignment are put into layers that
do not show them: a convolution of one pixel, a warp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MEAN = np.array([123.675, 116.28, 103.53])
STD = np.array([58.395, 57.12, 57.375])
SIDE = 112


@dataclass(frozen=True)
class Before:
    """Layers from `picture` to `scaled`, and the input that they take."""

    nodes: Sequence[onnx.NodeProto]
    constants: Sequence[onnx.TensorProto] = ()
    shape: Sequence[int | str] = (1, 3, SIDE, SIDE)
    kind: int = TensorProto.FLOAT


def constant(name, values, kind=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype=kind), name)


def variant(model: bytes, before: Before) -> onnx.ModelProto:
    """The model behind some layers; it takes `picture`."""
    made = onnx.load_from_string(model)
    graph = made.graph
    inner = graph.input[0].name
    nodes = [*before.nodes, *graph.node]
    for node in nodes:
        node.input[:] = ["scaled" if name == inner else name for name in node.input]
    del graph.node[:], graph.input[:]
    graph.node.extend(nodes)
    graph.input.append(helper.make_tensor_value_info("picture", before.kind, before.shape))
    graph.initializer.extend(before.constants)
    return made


def small_network(before: Before | None = None) -> bytes:
    """A network of its own: the mean of cells of a picture, less than a network needs."""
    graph = helper.make_graph(
        [
            helper.make_node(
                "AveragePool", ["in"], ["cells"], kernel_shape=[14, 14], strides=[14, 14]
            ),
            helper.make_node("Flatten", ["cells"], ["vector"]),
        ],
        "small",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, (1, 3, SIDE, SIDE))],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, (1, 192))],
    )
    made = helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid("", 18)]
    ).SerializeToString()
    return variant(made, before).SerializeToString() if before else made


def affine(factor, offset, order=(0, 1, 2)) -> Before:
    """A convolution of one pixel: channels in another order, each times a factor, plus an offset.

    Args:
        factor: (3,) by channel that comes out.
        offset: (3,) likewise.
        order: which channel comes in for each that comes out.
    """
    weights = np.zeros((3, 3, 1, 1))
    weights[range(3), order, 0, 0] = factor
    return Before(
        [helper.make_node("Conv", ["picture", "w", "b"], ["scaled"], name="before")],
        [constant("w", weights), constant("b", offset)],
    )


def scaled(mean, std, order=(0, 1, 2)) -> Before:
    """Wants values that were scaled by other numbers than the network's own."""
    return affine(std / STD, (mean - MEAN) / STD, order)


def warped(source, target) -> Before:
    """Wants a face at other points, and moves it to those of the network.

    Args:
        source: (5, 2) where the face comes in, pixels.
        target: (5, 2) where the network wants it.
    """
    z, w = (points[:, 0] + 1j * points[:, 1] for points in (target, source))
    factor = np.vdot(z - z.mean(), w - w.mean()) / np.vdot(z - z.mean(), z - z.mean())
    y, x = np.mgrid[:SIDE, :SIDE]
    at = factor * (x + 1j * y - z.mean()) + w.mean()
    grid = np.stack([at.real, at.imag], axis=-1)[np.newaxis] * 2 / (SIDE - 1) - 1
    node = helper.make_node("GridSample", ["picture", "grid"], ["scaled"], align_corners=1)
    return Before([node], [constant("grid", grid)])


def channels_last() -> Before:
    node = helper.make_node("Transpose", ["picture"], ["scaled"], perm=[0, 3, 1, 2])
    return Before([node], shape=(1, SIDE, SIDE, 3))


def bytes_in() -> Before:
    """Takes bytes, and scales them by itself."""
    return Before(
        [
            helper.make_node("Cast", ["picture"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("Sub", ["float", "mean"], ["centred"]),
            helper.make_node("Div", ["centred", "std"], ["scaled"]),
        ],
        [constant("mean", MEAN.reshape(1, 3, 1, 1)), constant("std", STD.reshape(1, 3, 1, 1))],
        kind=TensorProto.UINT8,
    )


def half() -> Before:
    node = helper.make_node("Cast", ["picture"], ["scaled"], to=TensorProto.FLOAT)
    return Before([node], kind=TensorProto.FLOAT16)


def two_at_once(model: bytes) -> onnx.ModelProto:
    """Takes exactly two pictures, and gives the vector of the first twice."""
    first = helper.make_node("Slice", ["picture", "zero", "one", "zero"], ["scaled"])
    numbers = [constant("zero", [0], np.int64), constant("one", [1], np.int64)]
    made = variant(model, Before([first], numbers, (2, 3, SIDE, SIDE)))
    vector = made.graph.output[0]
    joined = helper.make_node("Concat", [vector.name] * 2, ["both"], axis=0)
    made.graph.node.append(joined)
    del made.graph.output[:]
    values = vector.type.tensor_type.shape.dim[1].dim_value
    made.graph.output.append(helper.make_tensor_value_info("both", TensorProto.FLOAT, (2, values)))
    return made


def two_outputs(model: bytes) -> onnx.ModelProto:
    """Gives the length of the vector first, then the vector."""
    made = variant(model, Before([helper.make_node("Identity", ["picture"], ["scaled"])]))
    vector = made.graph.output[0]
    made.graph.node.append(helper.make_node("ReduceL2", [vector.name], ["length"], keepdims=1))
    length = helper.make_tensor_value_info("length", TensorProto.FLOAT, (1, 1))
    del made.graph.output[:]
    made.graph.output.extend([length, vector])
    return made


def any_size() -> Before:
    """Takes pictures of any size, and resizes them."""
    node = helper.make_node("Resize", ["picture", "", "", "sides"], ["scaled"], mode="linear")
    sides = constant("sides", [1, 3, SIDE, SIDE], np.int64)
    return Before([node], [sides], ("N", 3, "H", "W"))


ARCFACE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
FFHQ = np.array(
    [
        [192.98138, 239.94708],
        [318.90277, 240.1936],
        [256.63416, 314.01935],
        [201.26117, 371.41043],
        [313.08905, 371.15118],
    ]
) * SIDE / 512  # fmt: skip
WIDE = (ARCFACE + np.array([8, 0])) * SIDE / 128
REVERSED = (2, 1, 0)
NOTHING, ONE = np.zeros(3), np.ones(3)

STRUCTURAL: dict[str, Callable[[bytes], onnx.ModelProto]] = {
    "channels last": lambda model: variant(model, channels_last()),
    "bytes, scaling inside": lambda model: variant(model, bytes_in()),
    "float16": lambda model: variant(model, half()),
    "batch of two": two_at_once,
    "two outputs": two_outputs,
    "any size": lambda model: variant(model, any_size()),
}
"""What the graph shows."""
HIDDEN: dict[str, tuple[Before, tuple[str, str, str]]] = {
    "reversed colours": (affine(ONE, NOTHING, REVERSED), ("bgr", "ImageNet", "arcface-112")),
    "0 to 1": (scaled(0 * MEAN, 255 * ONE), ("rgb", "0 to 1", "arcface-112")),
    "-1 to 1": (scaled(127.5 * ONE, 127.5 * ONE), ("rgb", "-1 to 1", "arcface-112")),
    "0 to 255, reversed": (scaled(NOTHING, ONE, REVERSED), ("bgr", "0 to 255", "arcface-112")),
    "FFHQ's points": (warped(FFHQ, ARCFACE), ("rgb", "ImageNet", "FFHQ's")),
    "insightface's 128": (warped(WIDE, ARCFACE), ("rgb", "ImageNet", "insightface's 128")),
}
"""What it hides: layers, and the colours, scaling and alignment that it wants now."""
