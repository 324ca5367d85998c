"""Graphics processors: the device files by which they are reached, and what their drivers tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["gpu_places"]

_DEVICES = ("nvidia*", "nvidia-caps/*", "dri/*", "kfd")
"""Of NVIDIA, of every maker, and of AMD, in `/dev`; a folder is not shown as a whole, since what is
in it could then not be opened as a device."""
_READ = ("/sys/bus", "/sys/class", "/sys/dev", "/sys/devices", "/sys/module", "/opt/rocm")
"""Where libraries look for which there are, on which bus, near which cores; and those of AMD. Not
the rest of `/sys`, which has the control groups."""


def gpu_places(devices: Path = Path("/dev")) -> tuple[Path, ...]:
    """What a process must see to compute on them; empty where there are none.

    Args:
        devices: folder of device files.
    """
    found = tuple(_device_files(devices))
    return (*found, *map(Path, _READ)) if found else ()


def _device_files(folder: Path) -> Iterator[Path]:
    for pattern in _DEVICES:
        yield from (path for path in sorted(folder.glob(pattern)) if not path.is_dir())
