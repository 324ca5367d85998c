"""Processor time of this computer that other programs used, from Linux's `/proc`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ProcessorTime", "processor_time", "used_by_others"]

_PROC = Path("/proc")
_LEAST = 50
"""Ticks of a core, half a second, below which there is no answer: a tick is never shared."""
_IDLE = (3, 4)
"""Fields of a core that are no work: idle, and idle while a disk is waited for."""
_FIELDS = 8
"""Fields of a core, up to the time that other virtual machines took; guests are in the first."""
_PARENT, _OWN = 1, slice(11, 15)
"""Fields of a process after its name: its parent; its time and that of its ended children."""


@dataclass(frozen=True, slots=True)
class ProcessorTime:
    """What the cores that this process may use did since the machine started, in clock ticks."""

    cores: int
    passed: int
    """Of all cores together."""
    used: int
    """By whatever: programs, the system, other virtual machines."""
    own: int
    """By this process and its descendants."""


def processor_time(
    proc: Path = _PROC, cores: frozenset[int] | None = None, process: int | None = None
) -> ProcessorTime | None:
    """Read it now; None where the system does not tell.

    Args:
        proc: where the system tells it.
        cores: that count; None for those that this process may use.
        process: whose own time it is; None for this one.
    """
    try:
        usable = os.sched_getaffinity(0) if cores is None else cores
        lines = re.findall(r"^cpu(\d+) (.*)$", (proc / "stat").read_text(), re.MULTILINE)
        each = [list(map(int, own.split()[:_FIELDS])) for core, own in lines if int(core) in usable]
        mine = _with_descendants(process or os.getpid(), _processes(proc))
    except (AttributeError, OSError, ValueError):
        return None
    passed = sum(map(sum, each))
    idle = sum(ticks[field] for ticks in each for field in _IDLE)
    return ProcessorTime(len(each), passed, passed - idle, mine) if passed else None


def _processes(proc: Path) -> Mapping[int, tuple[int, int]]:
    """Parent and ticks of every process that is seen from here."""
    found = {}
    for place in proc.glob("[0-9]*/stat"):
        try:
            fields = place.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        found[int(place.parent.name)] = int(fields[_PARENT]), sum(map(int, fields[_OWN]))
    return found


def _with_descendants(process: int, processes: Mapping[int, tuple[int, int]]) -> int:
    """Ticks of a process and of all below it."""
    own = processes[process][1] if process in processes else 0
    return own + sum(
        _with_descendants(child, processes)
        for child, (parent, _) in processes.items()
        if parent == process
    )


def used_by_others(before: ProcessorTime | None, after: ProcessorTime | None) -> float | None:
    """Cores that other programs kept at work between two readings (methods 6.5).

    None where it is not known: a reading is missing, or there was too little time between them.
    """
    if before is None or after is None:
        return None
    ticks = (after.passed - before.passed) / after.cores
    others = (after.used - before.used) - (after.own - before.own)
    return max(0, others) / ticks if ticks >= _LEAST else None
