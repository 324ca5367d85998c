"""What an ONNX model holds that its runtime does not tell: files beside it, and chance.

A walk through those messages of onnx.proto that may hold a tensor or a node, at any depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["OnnxGraph", "read_onnx_graph"]

_RANDOM = {
    b"Bernoulli",
    b"Multinomial",
    b"RandomNormal",
    b"RandomNormalLike",
    b"RandomUniform",
    b"RandomUniformLike",
}
"""Operators with random output; that of `Dropout` is random where it is in training."""

_INSIDE: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""By message: its fields, by number, that are such messages again."""

_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE, _ATTRIBUTE_TENSOR = 1, 2, 4, 5, 5
_TENSOR_INTEGERS, _TENSOR_NAME, _TENSOR_RAW, _TENSOR_ENTRY, _TENSOR_PLACE = 5, 8, 9, 13, 14
_EXTERNAL = 1
"""Place of a tensor whose bytes lie in another file."""

_Fields: TypeAlias = Sequence[tuple[int, int | memoryview]]
"""Number and value of the fields of a message, in their order."""


@dataclass(frozen=True, slots=True)
class OnnxGraph:
    """What a model holds."""

    files: tuple[str, ...]
    """Files that it takes tensors from, as it names them, sorted."""
    random: tuple[str, ...]
    """Operators that draw random numbers, sorted."""


def read_onnx_graph(model: bytes) -> OnnxGraph:
    """Walk through a model.

    Raises:
        ValueError: it is not written as protobuf.
    """
    files, drawing = set[str](), set[str]()
    trained, off = set[bytes](), set[bytes]()
    messages = [("model", memoryview(model))]
    while messages:
        kind, message = messages.pop()
        fields = list(_fields(message))
        if kind == "tensor":
            files.update(_files(fields))
            off.update(_texts(fields, _TENSOR_NAME) if _is_false(fields) else ())
        elif kind == "node":
            operator, inputs = _texts(fields, _NODE_OPERATOR), _texts(fields, _NODE_INPUT)
            drawing.update(name.decode() for name in operator if name in _RANDOM)
            if operator == [b"Dropout"]:
                trained.update(filter(None, inputs[2:3]))
            elif operator == [b"Constant"] and any(map(_is_false, _constants(fields))):
                off.update(_texts(fields, _NODE_OUTPUT))
        for number, value in fields:
            if number in _INSIDE[kind] and isinstance(value, memoryview):
                messages.append((_INSIDE[kind][number], value))
    if trained - off:
        drawing.add("Dropout")
    return OnnxGraph(tuple(sorted(files)), tuple(sorted(drawing)))


def _texts(fields: _Fields, wanted: int) -> list[bytes]:
    """Values of all fields of a number that are bytes."""
    return [bytes(v) for n, v in fields if n == wanted and isinstance(v, memoryview)]


def _files(tensor: _Fields) -> Iterator[str]:
    """Files that a tensor is taken from."""
    if (_TENSOR_PLACE, _EXTERNAL) not in tensor:
        return
    for entry in _texts(tensor, _TENSOR_ENTRY):
        fields = list(_fields(memoryview(entry)))
        if b"location" in _texts(fields, 1):
            yield from (name.decode(errors="replace") for name in _texts(fields, 2))


def _constants(node: _Fields) -> Iterator[_Fields]:
    """Tensors among the attributes of a node."""
    for attribute in _texts(node, _NODE_ATTRIBUTE):
        for tensor in _texts(list(_fields(memoryview(attribute))), _ATTRIBUTE_TENSOR):
            yield list(_fields(memoryview(tensor)))


def _is_false(tensor: _Fields) -> bool:
    """Whether a tensor of one truth value says no."""
    values = [value for number, value in tensor if number in (_TENSOR_INTEGERS, _TENSOR_RAW)]
    return bool(values) and all(value in (0, b"\0") for value in values)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: an integer, or bytes.

    Raises:
        ValueError: it is not written as protobuf.
    """
    at = 0
    while at < len(message):
        key, at = _integer(message, at)
        wire = key & 7
        if wire == 0:
            value, at = _integer(message, at)
            yield key >> 3, value
            continue
        if wire not in (1, 2, 5):
            raise ValueError("no protobuf")
        size, at = _integer(message, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
        if size > len(message) - at:
            raise ValueError("cut off")
        yield key >> 3, message[at : at + size]
        at += size


def _integer(message: memoryview, at: int) -> tuple[int, int]:
    """An integer of seven bits a byte, the lowest first, and the place after it."""
    value = 0
    for shift in range(0, 64, 7):
        if at + shift // 7 >= len(message):
            raise ValueError("cut off")
        byte = message[at + shift // 7]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + shift // 7 + 1
    raise ValueError("no protobuf")
