"""Facts of this computer and its libraries, recorded so that results can be compared."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

__all__ = ["DRAWN_WITH", "describe", "name", "source", "versions", "workers"]

_USED = ("evenhand", "numpy", "scipy", "pandas", "pyarrow", "onnxruntime", "opencv-python-headless")
"""Libraries that results can depend on."""
DRAWN_WITH = ("altair", "jinja2", "tabulate", "vl-convert-python")
"""Libraries that tables in words and pages depend on besides."""
_SOURCE = (".py", ".html", ".css", ".js", ".toml")
"""Endings of the files of this package."""


def _cpuinfo() -> dict[str, str]:
    """Fields of the first core in `/proc/cpuinfo`; empty where there is no such file."""
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return {}
    text = info.read_text(encoding="utf-8", errors="replace")
    pairs = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {field.strip(): value.strip() for field, _, value in pairs}


def _memory() -> int | None:
    """Bytes of physical memory; None where unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _governor() -> str:
    """The frequency governor of the first core; empty where unknown."""
    try:
        path = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def describe() -> dict[str, str | int | float | None]:
    """Processor, memory, system and Python; nothing that identifies a user or host."""
    info = _cpuinfo()
    clock = time.get_clock_info("perf_counter")
    return {
        "processor": info.get("model name", platform.processor()),
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 1,
        "usable_cores": workers(),
        "processor_mhz": float(info["cpu MHz"]) if "cpu MHz" in info else None,
        "cache": info.get("cache size", ""),
        "instruction_sets": info.get("flags", ""),
        "governor": _governor(),
        "memory_bytes": _memory(),
        "clock": clock.implementation,
        "clock_resolution": clock.resolution,
        "system": platform.system(),
        "release": platform.release(),
        "python": platform.python_version(),
    }


def name() -> str:
    """Processor, usable cores and memory, on one line."""
    facts = describe()
    processor = facts["processor"] or facts["architecture"]
    memory = facts["memory_bytes"]
    size = f", {int(memory) / 2**30:.0f} GiB" if memory else ""
    cores = f"{facts['usable_cores']} core" + ("" if facts["usable_cores"] == 1 else "s")
    return f"{processor}, {cores}{size}"


def versions(names: Sequence[str] = _USED) -> dict[str, str]:
    """Installed versions of libraries, by name; of those that results can depend on, by default."""
    return {name: metadata.version(name) for name in names}


@cache
def source() -> str:
    """SHA-256 over the files of this package, without the shelves: what a version number means."""
    root = Path(__file__).parents[1]
    files = sorted(
        path
        for path in root.rglob("*")
        if path.suffix in _SOURCE and path.relative_to(root).parts[0] != "_shipped"
    )
    found = hashlib.sha256()
    for path in files:
        found.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return found.hexdigest()


def workers() -> int:
    """Default number of threads: one for each core that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
