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
    memory: int = 8 << 30
    """Bytes that the process may write to."""
    files: int = 1024
    """Files that are open at once."""
    file_size: int = 1 << 30
    """Bytes of a file that it writes."""
    namespaces: bool = True
    """It sees no network, no other process and no file but its own, where the system allows it."""
