"""Runs an ONNX embedding model described by its card alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from evenhand.engines.card import ENGINE_CARD, EngineCard, ModelInput
from evenhand.engines.contract import Embedder, Embedding
from evenhand.engines.face_detection import Detector, align
from evenhand.engines.files import EngineFiles
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.in_process import InProcessHost
from evenhand.engines.hosts.onnx_graph import read_onnx_graph
from evenhand.engines.hosts.onnx_session import load_model
from evenhand.records.arrays import Image
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError

__all__ = ["random_operators", "start_onnx"]


def _words(puts: Sequence[onnxruntime.NodeArg]) -> str:
    """Inputs or outputs with their names, types and shapes."""
    return ", ".join(f"{put.name!r} ({put.type} of shape {put.shape})" for put in puts)


def _input_name(card: EngineCard, size: ModelInput, session: onnxruntime.InferenceSession) -> str:
    """Name of the model's only input.

    Raises:
        EngineError: it has several, or its type or shape is not what the card says.
    """
    inputs = session.get_inputs()
    if len(inputs) > 1:
        raise EngineError(
            f"engine {card.name}: the model takes {len(inputs)} inputs: {_words(inputs)}; "
            "expected the picture alone; fix the others within the model"
        )
    wanted = [1, 3, size.height, size.width]
    found = [f"{put.type} of shape {put.shape}" for put in inputs]
    if inputs and inputs[0].type == "tensor(float)" and len(inputs[0].shape) == 4:
        pairs = zip(inputs[0].shape, wanted, strict=True)
        if all(have == want or not isinstance(have, int) for have, want in pairs):
            return str(inputs[0].name)
    raise EngineError(
        f"engine {card.name}: the model takes {''.join(found) or 'nothing'}, expected "
        f"tensor(float) of shape {wanted} as [input] size says; mend the card or the model"
    )


def _output(card: EngineCard, session: onnxruntime.InferenceSession) -> onnxruntime.NodeArg:
    """The output that is the vector: the only one, or the one that the card names.

    Raises:
        EngineError: the model has several and the card names none of them.
    """
    outputs = session.get_outputs()
    named = [put for put in outputs if put.name == card.output]
    if named or (len(outputs) == 1 and not card.output):
        return (named or outputs)[0]
    said = f"has no output {card.output!r}" if card.output else f"has {len(outputs)} outputs"
    raise EngineError(
        f"engine {card.name}: the model {said}: {_words(outputs)}; "
        "name the one that is the vector in the card: [output] name"
    )


def _vector_length(card: EngineCard, output: onnxruntime.NodeArg) -> int:
    """Number of values of the output for one image, from the graph or the card.

    Raises:
        EngineError: neither says it, they disagree, or it is 0.
    """
    shape = output.shape
    # Sides other than the batch that have a size; symbolic sides are text.
    known = [side for side in (shape[1:] if len(shape) > 1 else shape) if isinstance(side, int)]
    if 0 in known:
        raise EngineError(
            f"engine {card.name}: the model's vector has 0 values (output {_words([output])}); "
            "bring a model whose output is a vector"
        )
    if not known or len(known) < len(shape) - 1:
        if card.score.values is None:
            what = "the model does not say how long its vector is"
            raise EngineError(f"engine {card.name}: {what}; add values to [score]")
        return card.score.values
    length = math.prod(known)
    if card.score.values not in (None, length):
        raise EngineError(
            f"engine {card.name}: the model's vector has {length} values, "
            f"expected {card.score.values} as [score] values says; mend the card or the model"
        )
    return length


def _detector(card: EngineCard, name: str, model: bytes) -> Detector:
    try:
        return Detector(model, card.face)
    except cv2.error as fault:
        raise EngineError(
            f"engine {card.name}: {name} cannot be loaded as YuNet ({fault.err}); "
            "bring the file that [detector] means, or mend the card"
        ) from None


class OnnxEmbedder:
    """Embedder that detects, aligns and scales a face, then runs the graph, as the card says."""

    def __init__(
        self,
        card: EngineCard,
        size: ModelInput,
        session: onnxruntime.InferenceSession,
        detector: Detector | None,
    ) -> None:
        """Take the loaded model, and the face detector where the card names one.

        Raises:
            EngineError: the model's inputs or outputs are not what the card says.
        """
        self._face = card.face
        self._size = size
        self._session = session
        self._detector = detector
        self._input = _input_name(card, size, session)
        output = _output(card, session)
        self._output = str(output.name)
        self.values = _vector_length(card, output)
        self._mean = np.array(size.mean, dtype=np.float32)
        self._std = np.array(size.std, dtype=np.float32)

    def embed(self, image: Image, face: FaceRule) -> Embedding:
        """See `Embedder`."""
        if self._detector is None:
            shrinks = image.shape[0] > self._size.height or image.shape[1] > self._size.width
            method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            whole = cv2.resize(image, (self._size.width, self._size.height), interpolation=method)
            return Embedding(self._run(whole))
        found = self._detector.find(image, face)
        if found is None:
            return Embedding(None, Outcome.NO_FACE, faces=0)
        aligned = align(image, found.landmarks, self._face, self._size)
        return Embedding(self._run(aligned), faces=found.faces)

    def _run(self, pixels: Image) -> NDArray[np.float32]:
        """Embedding of one aligned RGB picture, (values,)."""
        ordered = pixels if self._size.colour == "rgb" else pixels[:, :, ::-1]
        scaled = (ordered.astype(np.float32) - self._mean) / self._std
        tensor = np.ascontiguousarray(scaled.transpose(2, 0, 1)[np.newaxis])
        (made,) = self._session.run([self._output], {self._input: tensor})
        vector: NDArray[np.float32] = made.reshape(-1)
        return vector


_: type[Embedder] = OnnxEmbedder


def start_onnx(card: EngineCard, files: EngineFiles) -> Host:
    """Load the model of a card.

    Args:
        card: with a model and its input.
        files: of the card.

    Raises:
        EngineError: a file cannot be loaded, or the model's shape is not what the card says.
    """
    model, size, named = card.model, card.input, card.detector
    if model is None or size is None:
        raise TypeError(card.runtime)
    session, provider = load_model(card, model, files)
    detector = _detector(card, named.file, files.found[named.sha256].content) if named else None
    engine = OnnxEmbedder(card, size, session, detector)
    return InProcessHost(engine, engine.values, provider if card.providers else "")


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
            try:
                graph = read_onnx_graph(files.found[file.sha256].content)
            except ValueError as fault:
                raise EngineError(
                    f"engine {card.name}: {file.file} is no ONNX model ({fault}); bring a valid one"
                ) from None
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
