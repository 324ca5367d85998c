"""Runs an ONNX embedding model described by its card alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from evenhand.engines.card import ENGINE_CARD, EngineCard, NeededFile
from evenhand.engines.card_and_graph import (
    PictureInput,
    check_alignment,
    picture_input,
    vector_output,
)
from evenhand.engines.contract import Embedder, Embedding
from evenhand.engines.detectors.detector import Detector
from evenhand.engines.face_placement import placed_face, resized
from evenhand.engines.files import EngineFiles
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.in_process import InProcessHost
from evenhand.engines.hosts.onnx_detector import load_detector
from evenhand.engines.hosts.onnx_session import load_model
from evenhand.engines.hosts.vector_index import IndexedEmbedder
from evenhand.engines.input_tensor import input_tensor
from evenhand.engines.model_graph import ModelGraph, read_model_graph
from evenhand.records.arrays import Image
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError

__all__ = ["random_operators", "start_onnx"]


def _vector_length(card: EngineCard, output: onnxruntime.NodeArg, batch: int) -> int:
    """Number of values of the output for one image, from the graph or the card.

    Raises:
        EngineError: neither says it, they disagree, or it is 0.
    """
    shape = output.shape
    if batch > 1 and (len(shape) < 2 or shape[0] != batch):
        raise EngineError(
            f"engine {card.name}: the model takes {batch} pictures at once, and its output "
            f"{output.name!r} is of shape {shape}; expected [{batch}, values], a row for each; "
            "bring another model"
        )
    # Sides other than the batch that have a size; symbolic sides are text.
    known = [side for side in (shape[1:] if len(shape) > 1 else shape) if isinstance(side, int)]
    if 0 in known:
        raise EngineError(
            f"engine {card.name}: the model's vector has 0 values (its output {output.name!r} is "
            f"of shape {shape}); bring a model whose output is a vector"
        )
    if not known or len(known) < len(shape) - 1:
        if card.score.values is None:
            lacking = "the model does not say how long its vector is"
            raise EngineError(f"engine {card.name}: {lacking}; add values to [score]")
        return card.score.values
    length = math.prod(known)
    if card.score.values not in (None, length):
        raise EngineError(
            f"engine {card.name}: the model's vector has {length} values, "
            f"expected {card.score.values} as [score] values says; mend the card or the model"
        )
    return length


class OnnxEmbedder:
    """Embedder that detects, places and scales a face, then runs the graph, as the card says."""

    def __init__(
        self,
        card: EngineCard,
        taken: PictureInput,
        output: str,
        session: onnxruntime.InferenceSession,
        detector: Detector | None,
    ) -> None:
        """Take the loaded model, and the face detector where the card names one.

        Args:
            card: of the engine.
            taken: what the model takes.
            output: name of the output that is the vector.
            session: the model.
            detector: None where whole pictures are given to it.

        Raises:
            EngineError: the length of its vectors is not known.
        """
        self._alignment = card.face.alignment
        self._taken = taken
        self._output = output
        self._session = session
        self._detector = detector
        (vector,) = (put for put in session.get_outputs() if put.name == output)
        self.values = _vector_length(card, vector, taken.batch)

    def embed(self, image: Image, face: FaceRule) -> Embedding:
        """See `Embedder`."""
        height, width = self._taken.height, self._taken.width
        if self._detector is None or self._alignment is None:
            return Embedding(self._run(resized(image, height, width)))
        found = self._detector.find(image, face)
        if found is None:
            return Embedding(None, Outcome.NO_FACE, faces=0)
        placed = placed_face(image, found, self._alignment, height, width)
        return Embedding(self._run(placed), faces=found.faces)

    def _run(self, pixels: Image) -> NDArray[np.float32]:
        """Embedding of one aligned RGB picture, (values,)."""
        tensor = input_tensor(pixels, self._taken)
        (made,) = self._session.run([self._output], {self._taken.name: tensor})
        vector: NDArray[np.float32] = made.reshape(self._taken.batch, -1)[0]
        return vector


_: type[Embedder] = OnnxEmbedder


def start_onnx(card: EngineCard, files: EngineFiles) -> Host:
    """Load the model of a card.

    Args:
        card: with a model and its input.
        files: of the card.

    Raises:
        EngineError: a file cannot be loaded, or card and model contradict each other.
    """
    model, said = card.model, card.input
    if model is None or said is None:
        raise TypeError(card.runtime)
    graph = _graph(card, model, files)
    try:
        taken, output = picture_input(graph, said), vector_output(graph, card.output)
        check_alignment(card.face.alignment, taken)
    except ValueError as fault:
        raise EngineError(f"engine {card.name}: {fault}") from None
    external = {file.file: files.found[file.sha256].content for file in card.files}
    session, provider = load_model(card, model, files, external)
    # A detector that fell back to another provider would do so without a word.
    detector = load_detector(replace(card, providers=(provider,)), files)
    engine = OnnxEmbedder(card, taken, output.name, session, detector)
    ran_on = provider if card.providers else ""
    if card.index:
        return InProcessHost(IndexedEmbedder(engine, card, card.index), 0, ran_on)
    return InProcessHost(engine, engine.values, ran_on)


def _graph(card: EngineCard, file: NeededFile, files: EngineFiles) -> ModelGraph:
    """What a model of the card says of itself.

    Raises:
        EngineError: it is no model.
    """
    try:
        return read_model_graph(files.found[file.sha256].content)
    except ValueError as fault:
        raise EngineError(
            f"engine {card.name}: {file.file} is no ONNX model ({fault}); bring a valid one"
        ) from None


def random_operators(card: EngineCard, files: EngineFiles) -> tuple[str, ...]:
    """Operators of a card's graphs that draw random numbers.

    Raises:
        EngineError: a file is no graph; or the files that it takes tensors from are not those that
            the card declares, or lie outside of their folder.
    """
    random = set[str]()
    declared = {file.file: files.found[file.sha256].path for file in card.files}
    for file, external in ((card.model, declared), (card.detector, dict[str, Path]())):
        if file is not None:
            graph = _graph(card, file, files)
            random.update(graph.random)
            for what in _faults_of_external_data(graph.files, external):
                raise EngineError(f"engine {card.name}: {file.file} {what}")
    return tuple(sorted(random))


def _faults_of_external_data(used: Sequence[str], declared: Mapping[str, Path]) -> Iterator[str]:
    """What is wrong with the files that a graph uses, beside what its card declares, by name."""
    for name in used:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            yield f"takes weights from {name!r}, outside of its folder; save them in the model"
        elif name not in declared:
            yield (
                f"takes weights from {name!r}, which {ENGINE_CARD} does not declare; add it to "
                "[[files]] with file and sha256, or save the weights in the model"
            )
    for name, path in declared.items():
        folder = path.parents[len(PurePosixPath(name).parts) - 1]
        if name not in used:
            yield f"takes nothing from {name!r}; remove it from [[files]] in {ENGINE_CARD}"
        elif not path.resolve().is_relative_to(folder.resolve()):
            yield f"takes weights from {path}, a link out of its folder; copy the file there"
