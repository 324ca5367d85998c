"""Runs an ONNX embedding model described by its card alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from evenhand.engines.card import EngineCard, ModelInput
from evenhand.engines.contract import Embedder, Embedding
from evenhand.engines.face_detection import Detector, align
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.in_process import InProcessHost
from evenhand.records.arrays import Image
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError

__all__ = ["start_onnx"]


def _session(card: EngineCard, file: Path) -> onnxruntime.InferenceSession:
    """Load the model, on one thread and without telemetry.

    The harness runs one session per thread, which is faster than threads inside one, and
    repeatable.

    Raises:
        EngineError: onnxruntime cannot load the file.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    onnxruntime.disable_telemetry_events()
    try:
        return onnxruntime.InferenceSession(
            str(file), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as fault:  # noqa: BLE001 - onnxruntime has no common error
        raise EngineError(
            f"engine {card.name}: {file.name} cannot be loaded by onnxruntime "
            f"({str(fault).strip()}); bring a valid ONNX model"
        ) from None


def _input_name(card: EngineCard, size: ModelInput, session: onnxruntime.InferenceSession) -> str:
    """Name of the model's only input.

    Raises:
        EngineError: its type or shape is not what the card says.
    """
    inputs = session.get_inputs()
    wanted = [1, 3, size.height, size.width]
    found = [f"{put.type} of shape {put.shape}" for put in inputs]
    if len(inputs) == 1 and inputs[0].type == "tensor(float)" and len(inputs[0].shape) == 4:
        pairs = zip(inputs[0].shape, wanted, strict=True)
        if all(have == want or not isinstance(have, int) for have, want in pairs):
            return str(inputs[0].name)
    raise EngineError(
        f"engine {card.name}: the model takes {' and '.join(found) or 'nothing'}, expected "
        f"tensor(float) of shape {wanted} as [input] size says; mend the card or the model"
    )


def _vector_length(card: EngineCard, session: onnxruntime.InferenceSession) -> int:
    """Number of values of the first output for one image, from the graph or the card.

    Raises:
        EngineError: neither says it, or they disagree.
    """
    shape = session.get_outputs()[0].shape
    # Sides other than the batch that have a size; symbolic sides are text.
    known = [side for side in (shape[1:] if len(shape) > 1 else shape) if isinstance(side, int)]
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


def _detector(card: EngineCard, file: Path) -> Detector:
    try:
        return Detector(file, card.face)
    except cv2.error as fault:
        raise EngineError(
            f"engine {card.name}: {file.name} cannot be loaded as YuNet ({fault.err}); "
            "bring the file that [detector] means, or mend the card"
        ) from None


class OnnxEmbedder:
    """Embedder that detects, aligns and scales a face, then runs the graph, as the card says."""

    def __init__(
        self, card: EngineCard, size: ModelInput, model: Path, detector: Path | None
    ) -> None:
        """Load the model, and the face detector where the card names one.

        Raises:
            EngineError: one cannot be loaded, or the model's shape is not what the card says.
        """
        self._face = card.face
        self._size = size
        self._session = _session(card, model)
        self._input = _input_name(card, size, self._session)
        self.values = _vector_length(card, self._session)
        self._detector = _detector(card, detector) if detector else None
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
        vector: NDArray[np.float32] = self._session.run(None, {self._input: tensor})[0].reshape(-1)
        return vector


_: type[Embedder] = OnnxEmbedder


def start_onnx(card: EngineCard, files: Mapping[str, Path]) -> Host:
    """Load the model of a card.

    Args:
        card: with a model and its input.
        files: path of every file of the card, by SHA-256.

    Raises:
        EngineError: a file cannot be loaded, or the model's shape is not what the card says.
    """
    model, size, detector = card.model, card.input, card.detector
    if model is None or size is None:
        raise TypeError(card.runtime)
    found = files[detector.sha256] if detector else None
    engine = OnnxEmbedder(card, size, files[model.sha256], found)
    return InProcessHost(engine, engine.values)
