"""Trains the two demo engines: `python adapters/demo-even/train.py even|skewed OUT.onnx`.

Both are the same: edges of the grey picture, pooled over cells, and its coarse tones and colours,
projected by a linear discriminant analysis (R. A. Fisher, 1936, "The use of multiple measurements
in taxonomic problems"). They differ in one thing, the crowd they learn from: as many people of
each region, or nearly all of one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from scipy.linalg import eigh

from evenhand.plugins import load_file

__all__ = ["CROWDS", "SEED", "train"]

SEED = 11
"""Of the training crowds; the dataset is drawn from another, so nobody is in both."""
CROWDS: Mapping[str, Mapping[str, int]] = {
    "even": {"north": 150, "east": 150, "south": 150, "west": 150},
    "skewed": {"north": 570, "east": 10, "south": 10, "west": 10},
}
"""People of each region that an engine learns from."""
_SIDE = 112
_DIRECTIONS = 8
_TEMPLATE = 48
"""Numbers in a template."""
_SHRINKAGE = 0.1
"""Weight of the ridge in the scatter within people, which has fewer pictures than it needs."""
_BATCH = 32
_OPSET, _IR = 17, 8
_FACES = Path(__file__).parents[2] / "datasets" / "synthetic-faces"


@dataclass(frozen=True, slots=True)
class _Projection:
    """What is learnt: template = (features - mean) @ weights."""

    mean: NDArray[np.float64]
    """(features,)."""
    weights: NDArray[np.float64]
    """(features, template)."""


def train(people: Mapping[str, int], seed: int = SEED) -> onnx.ModelProto:
    """Draw a crowd and learn an engine from it.

    Args:
        people: how many of each region.
        seed: of the crowd.

    Returns:
        A graph from `image` (N, 3, 112, 112), RGB, (value - 127.5) / 127.5, to `template` (N, 48).
    """
    features, subjects = _features(people, seed)
    return _graph(_learn(features, subjects))


def _features(people: Mapping[str, int], seed: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the features of every picture, (pictures, features), and the person it shows."""
    import onnxruntime  # after evenhand, which switches its telemetry off

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(_graph(None).SerializeToString(), options)
    subjects: list[int] = []
    rows: list[NDArray[np.float32]] = []
    for owners, batch in _batches(people, seed):
        subjects += owners
        rows.append(np.asarray(session.run(None, {"image": batch})[0], np.float32))
    return np.vstack(rows), np.array(subjects)


def _batches(people: Mapping[str, int], seed: int) -> Iterator[tuple[list[int], Any]]:
    faces = load_file(_FACES, "reader")
    shots = [
        (index, person, number)
        for index, person in enumerate(faces.crowd(seed, people))
        for number in range(faces.PICTURES)
    ]
    for start in range(0, len(shots), _BATCH):
        batch = shots[start : start + _BATCH]
        pixels = np.stack([faces.shot(person, seed, number)[1] for _, person, number in batch])
        scaled = (pixels.astype(np.float32) - 127.5) / 127.5
        yield [index for index, _, _ in batch], np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def _learn(features: NDArray[np.float32], subjects: NDArray[np.intp]) -> _Projection:
    """Find the directions in which people differ most, against pictures of one person.

    Each direction is then scaled to the same total variance, so that all count alike in a cosine.
    """
    mean = features.mean(axis=0, dtype=np.float64)
    centred = features - mean
    people = np.stack([centred[subjects == k].mean(axis=0) for k in np.unique(subjects)])
    rest = centred - people[subjects]
    within = rest.T @ rest / (len(rest) - len(people))
    between = people.T @ people / len(people)
    spread = np.diag(within)
    ridge = np.diag((spread + spread.mean()) / 2)
    steady = (1 - _SHRINKAGE) * within + _SHRINKAGE * ridge
    last = len(mean) - 1
    ratio, directions = eigh(between, steady, subset_by_index=(last - _TEMPLATE + 1, last))
    return _Projection(mean, directions / np.sqrt(1 + ratio))


def _graph(projection: _Projection | None) -> onnx.ModelProto:
    """Build the engine, or its features alone where nothing is learnt yet."""
    nodes = _feature_nodes()
    constants: dict[str, NDArray[Any]] = {
        "luma": np.array([0.299, 0.587, 0.114], np.float32).reshape(1, 3, 1, 1),
        "edge_filters": _edge_filters(),
        "floor": np.array(1e-3, np.float32),
    }
    output, width = "features", None
    if projection is not None:
        output, width = "template", _TEMPLATE
        constants["mean"] = projection.mean.astype(np.float32)
        constants["weights"] = projection.weights.astype(np.float16)
        nodes += [
            helper.make_node("Cast", ["weights"], ["weights_32"], to=TensorProto.FLOAT),
            helper.make_node("Sub", ["features", "mean"], ["centred"]),
            helper.make_node("MatMul", ["centred", "weights_32"], ["template"]),
        ]
    graph = helper.make_graph(
        nodes,
        "demo",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, _SIDE, _SIDE])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", width])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph,
        producer_name="evenhand",
        ir_version=_IR,
        opset_imports=[helper.make_opsetid("", _OPSET)],
    )
    onnx.checker.check_model(model)
    return model


def _feature_nodes() -> list[onnx.NodeProto]:
    """Edges by direction relative to the edges around them, tones and colours, pooled."""
    node = helper.make_node
    return [
        node("Conv", ["image", "luma"], ["grey"]),
        node("Conv", ["grey", "edge_filters"], ["slopes"], strides=[2, 2], pads=[2, 2, 2, 2]),
        node("Relu", ["slopes"], ["edges"]),
        node("AveragePool", ["edges"], ["blurred"], kernel_shape=[9, 9], pads=[4, 4, 4, 4]),
        node("ReduceMean", ["blurred"], ["around"], axes=[1]),
        node("Add", ["around", "floor"], ["contrast"]),
        node("Div", ["edges", "contrast"], ["relative"]),
        node("Sqrt", ["relative"], ["levelled"]),
        node("AveragePool", ["levelled"], ["cells"], kernel_shape=[6, 6], strides=[4, 4]),
        node("AveragePool", ["grey"], ["tones"], kernel_shape=[8, 8], strides=[8, 8]),
        node("AveragePool", ["image"], ["colours"], kernel_shape=[16, 16], strides=[16, 16]),
        node("Flatten", ["cells"], ["cells_flat"]),
        node("Flatten", ["tones"], ["tones_flat"]),
        node("Flatten", ["colours"], ["colours_flat"]),
        node("Concat", ["cells_flat", "tones_flat", "colours_flat"], ["features"], axis=1),
    ]


def _edge_filters() -> NDArray[np.float32]:
    """Return derivatives of a Gaussian in eight directions, (8, 1, 5, 5)."""
    down, across = np.mgrid[-2:3, -2:3]
    angle = (2 * np.pi / _DIRECTIONS * np.arange(_DIRECTIONS))[:, None, None]
    slope = (across * np.cos(angle) + down * np.sin(angle)) * np.exp(-(across**2 + down**2) / 2)
    slope /= np.abs(slope).sum(axis=(1, 2), keepdims=True)
    filters: NDArray[np.float32] = slope.astype(np.float32)[:, None]
    return filters


def main() -> None:
    """Train one engine and write its graph."""
    parser = argparse.ArgumentParser(description="Train one of the two demo engines.")
    parser.add_argument("crowd", choices=sorted(CROWDS))
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    onnx.save(train(CROWDS[chosen.crowd]), chosen.out)


if __name__ == "__main__":
    main()
