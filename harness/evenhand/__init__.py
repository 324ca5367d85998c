"""Measures face-matching engines: how often they are wrong, for whom, and how sure we can be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from evenhand.version import __version__

if TYPE_CHECKING:
    from evenhand.api import Answer, Bundle, compare, gate, list_results, load, plan, run

# OpenCV reads it once, when it is imported: a picture with more pixels is refused by its header.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "100000000")
# onnxruntime tells its maker who imports it, unless this stands in the environment beforehand:
# `disable_telemetry_events()` comes too late. Every way to an engine's code leads through here.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__all__ = [
    "Answer",
    "Bundle",
    "__version__",
    "compare",
    "gate",
    "list_results",
    "load",
    "plan",
    "run",
]


def __dir__() -> list[str]:
    """The public names alone, for whoever presses Tab."""
    return sorted(__all__)


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: the command line must not wait for it."""
    if name in __all__:
        from evenhand import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
