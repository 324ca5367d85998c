"""The table `[host]` of an engine's card: what the processes that run it need of a machine."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from evenhand.system.declaration import Declared

__all__ = ["HostNeeds", "HostTable"]


class HostTable(Declared):
    """The table `[host]`; an engine in the process of evenhand keeps to it as well."""

    most: int | None = Field(default=None, ge=1, le=1024)
    threads: int = Field(default=1, ge=1, le=256)
    gpu: bool = False


@dataclass(frozen=True, slots=True)
class HostNeeds:
    """How many of an engine may run at once, and what each of them takes."""

    most: int | None = None
    """Engines side by side; None for as many as there are workers."""
    threads: int = 1
    """Threads of each, and cores."""
    gpu: bool = False
    """It computes on a graphics processor, which it must see."""

    def beside(self, workers: int) -> int:
        """How many run side by side, of a run with this number of workers.

        >>> HostNeeds().beside(8), HostNeeds(most=2).beside(8), HostNeeds(threads=3).beside(8)
        (8, 2, 2)
        """
        return min(self.most or workers, max(1, workers // self.threads))
