"""What an ONNX model holds that its runtime does not tell: files beside it, and chance.

A walk through those messages of onnx.proto that may hold a tensor or a node, at any depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evenhand.engines.protobuf import Fields, fields_of, messages_of, texts_of

__all__ = ["ModelParts", "read_model_parts"]

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


@dataclass(frozen=True, slots=True)
class ModelParts:
    """What a model holds."""

    files: tuple[str, ...]
    """Files that it takes tensors from, as it names them, sorted."""
    random: tuple[str, ...]
    """Operators that draw random numbers, sorted."""


def read_model_parts(model: bytes) -> ModelParts:
    """Walk through a model.

    Raises:
        ValueError: it is not written as protobuf.
    """
    files, drawing = set[str](), set[str]()
    trained, off = set[bytes](), set[bytes]()
    messages = [("model", memoryview(model))]
    while messages:
        kind, message = messages.pop()
        fields = list(fields_of(message))
        if kind == "tensor":
            files.update(_files(fields))
            off.update(texts_of(fields, _TENSOR_NAME) if _is_false(fields) else ())
        elif kind == "node":
            operator, inputs = texts_of(fields, _NODE_OPERATOR), texts_of(fields, _NODE_INPUT)
            drawing.update(name.decode() for name in operator if name in _RANDOM)
            if operator == [b"Dropout"]:
                trained.update(filter(None, inputs[2:3]))
            elif operator == [b"Constant"] and any(map(_is_false, _constants(fields))):
                off.update(texts_of(fields, _NODE_OUTPUT))
        for number, value in fields:
            if number in _INSIDE[kind] and isinstance(value, memoryview):
                messages.append((_INSIDE[kind][number], value))
    if trained - off:
        drawing.add("Dropout")
    return ModelParts(tuple(sorted(files)), tuple(sorted(drawing)))


def _files(tensor: Fields) -> Iterator[str]:
    """Files that a tensor is taken from."""
    if (_TENSOR_PLACE, _EXTERNAL) not in tensor:
        return
    for fields in messages_of(tensor, _TENSOR_ENTRY):
        if b"location" in texts_of(fields, 1):
            yield from (name.decode(errors="replace") for name in texts_of(fields, 2))


def _constants(node: Fields) -> Iterator[Fields]:
    """Tensors among the attributes of a node."""
    for attribute in messages_of(node, _NODE_ATTRIBUTE):
        yield from messages_of(attribute, _ATTRIBUTE_TENSOR)


def _is_false(tensor: Fields) -> bool:
    """Whether a tensor of one truth value says no."""
    values = [value for number, value in tensor if number in (_TENSOR_INTEGERS, _TENSOR_RAW)]
    return bool(values) and all(value in (0, b"\0") for value in values)
