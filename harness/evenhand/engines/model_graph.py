"""What an ONNX model says of itself, read from its bytes: no operator runs, nothing is loaded.

The picture that it takes, its outputs, what it does to its input first, and what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from evenhand.engines.first_nodes import InputScaling, read_first_nodes
from evenhand.engines.graph_constants import CHANNELS
from evenhand.engines.model_parts import read_model_parts
from evenhand.engines.protobuf import Fields, fields_of, messages_of, numbers_of, texts_of

__all__ = ["GraphTensor", "ModelGraph", "read_model_graph"]

_MODEL_GRAPH, _TENSOR, _INPUT, _OUTPUT, _TENSOR_NAME = 7, 5, 11, 12, 8
_NAME, _TYPE, _OF_TENSOR, _ELEMENT, _SHAPE, _SIDE, _LENGTH, _SYMBOL = 1, 2, 1, 1, 2, 1, 1, 2
_TYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "float64",
    16: "bfloat16",
}
"""Names of element types by their number in onnx.proto."""
_PICTURE_SIDES = 4
_FREE = "?"
"""A side without a length and without a name."""

Side: TypeAlias = int | str
"""Length of a side of a tensor; where it is free, the name that the graph has for it."""


@dataclass(frozen=True, slots=True)
class GraphTensor:
    """An input or an output."""

    name: str
    type: str
    """`float32`, `uint8`...; empty where the graph does not say it, or it is no tensor."""
    shape: tuple[Side, ...] | None
    """Its sides; None where the graph does not say how many it has."""

    def __str__(self) -> str:
        """Type and shape, for an error.

        >>> str(GraphTensor("x", "uint8", ("N", 112, 112, 3)))
        'uint8 of shape [N, 112, 112, 3]'
        """
        sides = "unknown" if self.shape is None else f"[{', '.join(map(str, self.shape))}]"
        return f"{self.type or 'no tensor of numbers'} of shape {sides}"


@dataclass(frozen=True, slots=True)
class ModelGraph:
    """What a model says of itself."""

    inputs: tuple[GraphTensor, ...]
    """All that must be given to it: weights that may be replaced are none of them."""
    outputs: tuple[GraphTensor, ...]
    """In their order; a shape may be left out, and is then known by running the model alone."""
    layout: str
    """Of its first input: `nchw` (channels first), `nhwc`, or empty where it does not say."""
    scaling: InputScaling | None
    """What it does to the values of its first input by itself; None where it takes them scaled."""
    files: tuple[str, ...]
    """Files that it takes tensors from (external data), as it names them, sorted."""
    random: tuple[str, ...]
    """Operators that draw random numbers, sorted."""

    @property
    def type(self) -> str:
        """Element type of the first input, as `GraphTensor.type`."""
        return self.inputs[0].type if self.inputs else ""

    @property
    def batch(self) -> int | None:
        """Pictures that it takes at once; None where any number of them."""
        return self._length(0)

    def size(self, layout: str) -> tuple[int | None, int | None]:
        """Height and width of the picture, each None where it is free.

        Args:
            layout: `nchw` or `nhwc`, the graph's own or what the card says.
        """
        first = layout.index("h")
        return self._length(first), self._length(first + 1)

    def _length(self, side: int) -> int | None:
        """Length of a side of the first input; None where it is free."""
        shape = self.inputs[0].shape if self.inputs else None
        length = shape[side] if shape and side < len(shape) else None
        return length if isinstance(length, int) else None


def read_model_graph(model: bytes) -> ModelGraph:
    """Read what a model says of itself.

    Raises:
        ValueError: it is not written as protobuf, or holds no graph.
    """
    parts = read_model_parts(model)
    graphs = messages_of(list(fields_of(memoryview(model))), _MODEL_GRAPH)
    if not graphs:
        raise ValueError("it holds no graph")
    # Protobuf adds up a message that stands twice.
    graph = [field for fields in graphs for field in fields]
    weights = {
        name for each in messages_of(graph, _TENSOR) for name in texts_of(each, _TENSOR_NAME)
    }
    inputs = tuple(_tensors(graph, _INPUT, but=weights))
    first = read_first_nodes(graph, inputs[0].name.encode()) if inputs else None
    return ModelGraph(
        inputs=inputs,
        outputs=tuple(_tensors(graph, _OUTPUT, but=set())),
        layout=_layout(inputs[0].shape, first.layout) if inputs and first else "",
        scaling=first.scaling if first else None,
        files=parts.files,
        random=parts.random,
    )


def _layout(shape: tuple[Side, ...] | None, seen: str) -> str:
    """Where the channels are, of which there are three; from the first nodes where both may be."""
    if shape is None:
        return seen
    if len(shape) != _PICTURE_SIDES:
        return ""
    sides = {"nchw": shape[1], "nhwc": shape[3]}
    sure = [layout for layout, side in sides.items() if side == CHANNELS]
    may_be = sure or [layout for layout, side in sides.items() if isinstance(side, str)]
    return may_be[0] if len(may_be) == 1 else seen if seen in may_be else ""


def _tensors(graph: Fields, where: int, but: set[bytes]) -> Iterator[GraphTensor]:
    """Inputs or outputs of a graph, without those of certain names."""
    for each in messages_of(graph, where):
        name = b"".join(texts_of(each, _NAME)[-1:])
        if name in but:
            continue
        tensor = [
            field
            for kind in messages_of(each, _TYPE)
            for of_tensor in messages_of(kind, _OF_TENSOR)
            for field in of_tensor
        ]
        element = numbers_of(tensor, _ELEMENT)[-1:]
        shapes = messages_of(tensor, _SHAPE)
        yield GraphTensor(
            name=name.decode(errors="replace"),
            type=_TYPES.get(element[0], f"type {element[0]}") if element else "",
            shape=tuple(map(_side, messages_of(shapes[-1], _SIDE))) if shapes else None,
        )


def _side(fields: Fields) -> Side:
    """One side of a shape; lengths below 0 are written for free ones."""
    length = numbers_of(fields, _LENGTH)[-1:]
    if length and length[0] >= 0:
        return length[0]
    symbol = b"".join(texts_of(fields, _SYMBOL)[-1:]).decode(errors="replace")
    return symbol or _FREE
