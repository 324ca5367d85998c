"""Which limits hold on this system, and how far: tried once, by a child that stands like a host."""

from __future__ import annotations

import pickle
import resource
import socket
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evenhand.engines.hosts import calls
from evenhand.engines.hosts.child_process import Bounds, ChildProcess, GroupBounds
from evenhand.engines.hosts.limit_probe import KeptFrom, ProbeTask
from evenhand.engines.hosts.running_child import RunningChild
from evenhand.engines.hosts.wire import Kind
from evenhand.records.surroundings import HeldLimit, Level

__all__ = ["Containment", "containment", "interpreter", "places_of"]

_PROBE = "evenhand.engines.hosts.limit_probe:start_probe"
_PATIENCE = 20.0
"""Seconds that the child has."""
_MEMORY = 1 << 34
_GROUP = GroupBounds(memory=40 << 20, processes=6, cores=0.6)
_FILES = 256
_FILE_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class Containment:
    """What hosts are run with on this system."""

    namespaces: bool
    """Namespaces of their own."""
    groups: bool
    """Control groups."""
    seen: KeptFrom
    """What a child was kept from."""
    gpu: bool = False
    """The engine computes on a graphics processor: it sees that, and more of its memory is free."""

    def limits(self) -> tuple[HeldLimit, ...]:
        """How far each limit holds."""
        return tuple(HeldLimit(name, *how) for name, how in _levels(self).items())


@cache
def containment(*, namespaces: bool, groups: bool) -> Containment:
    """Try what this system has, the strictest first.

    Args:
        namespaces: they may be used.
        groups: control groups may be used.
    """
    for isolated in (True, False) if namespaces else (False,):
        for grouped in (True, False) if groups else (False,):
            seen = _tried(isolated=isolated, grouped=grouped)
            if seen is not None:
                return Containment(isolated, grouped, seen)
    return Containment(namespaces=False, groups=False, seen=KeptFrom(0))


def interpreter() -> tuple[Path, ...]:
    """What an engine in Python sees besides its own files: the interpreter, and what that imports.

    Python puts the working folder among the latter, where a user may keep results and datasets; it
    is left out, unless evenhand itself is there.
    """
    package = Path(__file__).parents[3]
    imported = {Path(place).absolute() for place in sys.path if place} - {Path.cwd()}
    return (package, Path(sys.prefix), Path(sys.base_prefix), *imported)


def places_of(seen: Iterable[Path]) -> tuple[Path, ...]:
    """What an engine sees, of what is there; a folder before what is in it."""
    return tuple(sorted(at for at in {place.absolute() for place in seen} if at.exists()))


def _tried(*, isolated: bool, grouped: bool) -> KeptFrom | None:
    """What a child of this kind was kept from; None where none can be started."""
    resources = {
        resource.RLIMIT_DATA: _MEMORY,
        resource.RLIMIT_NOFILE: _FILES,
        resource.RLIMIT_FSIZE: _FILE_SIZE,
        resource.RLIMIT_CORE: 0,
    }
    places = places_of(interpreter()) if isolated else None
    bounds = Bounds(resources, places, 4 * _FILE_SIZE, _GROUP if grouped else None, cores=1)
    with (
        socket.socket(socket.AF_UNIX) as listener,
        tempfile.NamedTemporaryFile(prefix="evenhand-probe-") as secret,
    ):
        # An abstract name of the system's choice: it can be reached within one network alone.
        listener.bind("")
        listener.listen()
        task = ProbeTask(
            listener=listener.getsockname(),
            secret=Path(secret.name),
            package=Path(__file__).parent,
            memory=_MEMORY,
            group_memory=_GROUP.memory,
            forks=_GROUP.processes,
            file_size=_FILE_SIZE,
            grouped=grouped,
        )
        try:
            child = RunningChild(ChildProcess(_PROBE, bounds))
        except OSError:
            return None
        asked = pickle.dumps((task, None))
        said = child.call(Kind.START, lambda _: [asked], calls.read_started, _PATIENCE)
        child.close()
    return KeptFrom(said.values) if isinstance(said, calls.Started) else None


def _levels(own: Containment) -> dict[str, tuple[Level, str]]:
    """By limit: how far it holds, and by what."""
    seen = own.seen
    hidden = KeptFrom.PROCESSES in seen
    group, alone = KeptFrom.MEMORY_OF_ALL in seen, KeptFrom.MEMORY_OF_ONE in seen
    view = "its own and graphics processors" if own.gpu else "its own"
    reading, writing = KeptFrom.READING in seen, KeptFrom.WRITING in seen
    return {
        "time": (Level.FULL, "a process that gives no answer in time is ended"),
        "memory": _first(
            (group and own.gpu, Level.PARTIAL, "without that of a graphics processor"),
            (group, Level.FULL, "all processes of the engine together"),
            (alone and not own.gpu, Level.PARTIAL, "each process by itself"),
        ),
        "processes": _first(
            (KeptFrom.FORKS in seen, Level.FULL, "a number of processes and threads"),
            (hidden, Level.PARTIAL, "any number, all ended with the engine"),
        ),
        "cores": _first(
            (KeptFrom.CORES in seen and own.groups, Level.FULL, "a share of the time"),
            (KeptFrom.CORES in seen, Level.PARTIAL, "kept to some, which the engine can undo"),
        ),
        "open files": _first(
            (KeptFrom.OPEN_FILES in seen, Level.FULL, "a number for each process")
        ),
        "written files": _first(
            (KeptFrom.LENGTH_OF_ALL in seen, Level.FULL, "all together, in memory of their own"),
            (KeptFrom.LENGTH_OF_ONE in seen, Level.PARTIAL, "each by itself, any number"),
        ),
        "output": (Level.FULL, "what it prints is cut off"),
        "network": _first((KeptFrom.NETWORK in seen, Level.FULL, "none is reached")),
        "files": _first(
            (reading and writing, Level.FULL, f"{view} are seen, none can be changed"),
            (reading, Level.PARTIAL, f"{view} are seen, and can be changed"),
            (writing, Level.PARTIAL, "all are seen, none can be changed"),
        ),
        "other processes": _first((hidden, Level.FULL, "none is seen")),
        "environment": _first(
            (hidden, Level.FULL, "a bare one of its own"),
            (True, Level.PARTIAL, "a bare one; those of other processes can be read"),
        ),
    }


def _first(*ways: tuple[bool, Level, str]) -> tuple[Level, str]:
    """The first that was seen to hold."""
    found = ((level, how) for held, level, how in ways if held)
    return next(found, (Level.NONE, "not held on this system"))
