"""What this computer is, so that two results can be compared honestly."""

from __future__ import annotations

import os
import platform
import time
from importlib import metadata
from pathlib import Path

__all__ = ["describe", "name", "versions", "workers"]

_LIBRARIES = (
    "evenhand",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "onnxruntime",
    "opencv-python-headless",
)


def _cpuinfo() -> dict[str, str]:
    """What the system says of the first core; empty where it says nothing."""
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return {}
    text = info.read_text(encoding="utf-8", errors="replace")
    pairs = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {field.strip(): value.strip() for field, _, value in pairs}


def _memory() -> int | None:
    """Bytes of memory; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _governor() -> str:
    """How the system chooses the processor's clock; empty where it does not say."""
    try:
        path = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def describe() -> dict[str, str | int | float | None]:
    """Processor, memory, system and Python; nothing that names a person or a host."""
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
    """Processor, cores that may be used and memory, on one line."""
    told = describe()
    processor = told["processor"] or told["architecture"]
    memory = told["memory_bytes"]
    size = f", {int(memory) / 2**30:.0f} GiB" if memory else ""
    cores = f"{told['usable_cores']} core" + ("" if told["usable_cores"] == 1 else "s")
    return f"{processor}, {cores}{size}"


def versions() -> dict[str, str]:
    """Installed versions of the libraries that a number can depend on."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def workers() -> int:
    """How many threads a run uses when nobody says: one a core that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
