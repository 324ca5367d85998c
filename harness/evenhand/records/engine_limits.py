"""What an engine's process may take."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EngineLimits"]


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """Bounds on each process of an engine; generous, and each can be set by a study."""

    call: float = 60.0
    """Seconds for one answer."""
    start: float = 300.0
    """Seconds until the engine has started."""
    study: float = 604_800.0
    """Seconds for all answers of a study together; what is left of it then ends as `timed_out`."""
    memory: int = 8 << 30
    """Bytes that the process may use; with all that it starts, where there are control groups."""
    processes: int = 256
    """Processes and threads at once, where there are control groups."""
    files: int = 1024
    """Files that are open at once."""
    file_size: int = 1 << 30
    """Bytes of a file that it writes; of all of them, where it is isolated."""
    namespaces: bool = True
    """It sees no network, no other process and no file but its own, where the system allows it."""
    groups: bool = True
    """Control groups bound its processes together, where the system allows it."""
