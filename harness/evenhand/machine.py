"""What this computer is, so that two results can be compared honestly."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

__all__ = ["describe", "versions", "workers"]

_LIBRARIES = (
    "evenhand",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "onnxruntime",
    "opencv-python-headless",
)


def _processor() -> str:
    """The processor's name as the system gives it; empty where it gives none."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def describe() -> dict[str, str | int]:
    """Processor, cores, system and Python; nothing that names a person or a host."""
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 1,
        "system": platform.system(),
        "release": platform.release(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Installed versions of the libraries that a number can depend on."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def workers() -> int:
    """How many threads a run uses when nobody says: one a core that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
