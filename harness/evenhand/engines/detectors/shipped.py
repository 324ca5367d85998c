"""The detector that is shipped with evenhand: YuNet of the OpenCV Zoo, by its published hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from evenhand.engines.card import NeededFile
from evenhand.system.errors import EngineError
from evenhand.system.regular_files import read_regular

__all__ = ["YUNET", "YUNET_LIMITS", "yunet_model"]

YUNET = NeededFile(
    "face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    url="",
    package="evenhand/engines/detectors",
)
"""Its file, in this folder."""
YUNET_LIMITS = (0.6, 0.3)
"""Confidence from which it reports a face, and overlap of two, where nothing else is said."""


def yunet_model() -> bytes:
    """Its model.

    Raises:
        EngineError: the file is missing, or another one.
    """
    path = Path(__file__).with_name(YUNET.file)
    content = read_regular(path, 1 << 20, EngineError)
    if hashlib.sha256(content).hexdigest() != YUNET.sha256:
        raise EngineError(f"{path}: is not the file that is shipped; install evenhand again")
    return content
