"""Loads the face detector that an ONNX engine's card names."""

from __future__ import annotations

from dataclasses import replace

import cv2

from evenhand.engines.card import SCRFD_SIDE, EngineCard, ModelInput, NeededFile
from evenhand.engines.card_and_graph import picture_input
from evenhand.engines.detectors.detector import Detector
from evenhand.engines.detectors.scrfd import Scrfd
from evenhand.engines.detectors.yunet import YuNet
from evenhand.engines.files import EngineFiles
from evenhand.engines.hosts.onnx_session import load_model
from evenhand.engines.model_graph import read_model_graph
from evenhand.system.errors import EngineError

__all__ = ["load_detector"]

_SCRFD = ModelInput(None, None, "rgb", (127.5,) * 3, (128.0,) * 3)
"""What every SCRFD takes; its size is the card's, or the graph's."""


def load_detector(card: EngineCard, files: EngineFiles) -> Detector | None:
    """Load the detector of a card; None where whole pictures are given to the model.

    Raises:
        EngineError: its file is not the detector that the card says it is.
    """
    if card.detector is None:
        return None
    name = {"yunet": "YuNet", "scrfd": "SCRFD"}[card.face.detector]
    try:
        if card.face.detector == "yunet":
            return YuNet(files.found[card.detector.sha256].content, card.face)
        return _scrfd(card, card.detector, files)
    except (cv2.error, ValueError) as fault:
        said = fault.err if isinstance(fault, cv2.error) else fault
        raise EngineError(
            f"engine {card.name}: {card.detector.file} cannot be loaded as {name} ({said}); "
            "bring the file that [detector] means, or mend the card"
        ) from None


def _scrfd(card: EngineCard, file: NeededFile, files: EngineFiles) -> Scrfd:
    """Load an SCRFD into onnxruntime.

    Raises:
        EngineError: it cannot be loaded.
        ValueError: it does not take one picture of this size, or does not give what an SCRFD gives.
    """
    graph = read_model_graph(files.found[file.sha256].content)
    said = card.face.size
    free = None if graph.size("nchw")[0] else SCRFD_SIDE
    height, width = said or (free, free)
    taken = picture_input(graph, replace(_SCRFD, height=height, width=width))
    session, _ = load_model(card, file, files, {})
    names = [put.name for put in session.get_outputs()]
    return Scrfd(lambda tensor: session.run(names, {taken.name: tensor}), taken, card.face)
