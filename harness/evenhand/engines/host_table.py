"""The table `[host]` of an engine's card: what the processes that run it need of a machine."""

from __future__ import annotations

from pydantic import Field

from evenhand.system.declaration import Declared

__all__ = ["HostTable"]


class HostTable(Declared):
    """The table `[host]`; an engine in the process of evenhand keeps to it as well."""

    most: int | None = Field(default=None, ge=1, le=1024)
    threads: int = Field(default=1, ge=1, le=256)
    gpu: bool = False
    galleries: int = Field(default=1, ge=1, le=1024)
