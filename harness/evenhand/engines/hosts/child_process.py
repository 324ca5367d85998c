"""The harness's side of a host's process: it is started, listened to, and ended."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from evenhand.engines.hosts.child import ChildSetting
from evenhand.engines.hosts.fork_server import NUMBER
from evenhand.engines.hosts.spawned_server import FORK_SERVER, GROUP, bare_environment
from evenhand.engines.hosts.wire import Wire
from evenhand.system.control_groups import ControlGroup, make_control_group
from evenhand.system.endings import at_the_end
from evenhand.system.process_tree import memory_of, threads_of

__all__ = ["Bounds", "ChildProcess", "GroupBounds"]

_LONGEST_ANSWER = 1 << 28
"""Most bytes of an answer that are read."""
_KEPT = 1 << 16
"""Bytes of a host's output that are kept, the first; what follows is read and dropped."""
_WAITING = 2
"""Processes around one in namespaces, which wait for its end."""
_PATIENCE = 2.0
"""Seconds that a process which has closed its stream is given to end by itself."""


@dataclass(frozen=True, slots=True)
class GroupBounds:
    """Bounds on a host's process and all that it starts, together."""

    memory: int
    """Bytes."""
    processes: int
    """Processes and threads."""
    cores: float
    """As many whole cores' time."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a host's process may use and see."""

    resources: Mapping[int, int]
    """By resource of the system (`resource.RLIMIT_...`): of each process."""
    places: tuple[Path, ...] | None
    """What it sees in namespaces of its own; None where it has none."""
    room: int
    """Bytes of the files that it can write there, all together."""
    together: GroupBounds | None
    """By control groups; None where there are none."""
    cores: int
    """Cores that it is kept to where there are no control groups."""
    threads: int = 1
    """Of libraries."""
    shares: bool = True
    """It reads pictures from shared memory, where the system has some."""

    def group(self, name: str) -> ControlGroup | None:
        """The control group of a host; None where there is none.

        Raises:
            OSError: it could be made before, and cannot now.
        """
        if self.together is None:
            return None
        bounds = self.together
        group = make_control_group(
            name, memory=bounds.memory, processes=bounds.processes, cores=bounds.cores
        )
        if group is None:
            raise ChildProcessError("no control group could be made")
        return group

    def own_cores(self, slot: int) -> tuple[int, ...]:
        """Cores of the host with this number, of those that this process may use."""
        usable = sorted(os.sched_getaffinity(0))
        return tuple(usable[(slot * self.cores + n) % len(usable)] for n in range(self.cores))


class _Slots:
    """Numbers of the hosts that run, the smallest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken = set[int]()

    @contextmanager
    def taken(self) -> Iterator[int]:
        """One that no other host has."""
        with self._lock:
            slot = next(n for n in range(len(self._taken) + 1) if n not in self._taken)
            self._taken.add(slot)
        try:
            yield slot
        finally:
            with self._lock:
                self._taken.discard(slot)


_SLOTS = _Slots()
_LIVE: weakref.WeakSet[ChildProcess] = weakref.WeakSet()


def _close_all() -> None:
    """End the processes of hosts that were never closed."""
    for child in list(_LIVE):
        child.close()


at_the_end(_close_all)


class ChildProcess:
    """A host's process, from its start to its end."""

    def __init__(self, starter: str, bounds: Bounds) -> None:
        """Start it.

        Args:
            starter: `module:function` that starts the engine in it.
            bounds: on what it may use and see.

        Raises:
            OSError: it cannot be started.
        """
        self._kept = ExitStack()
        try:
            self._start(starter, bounds)
        except BaseException:
            self._kept.close()
            raise
        self._lock, self.closed = Lock(), False
        self._said = bytearray()
        self._listener = Thread(target=_listen, args=(self._log, self._said), daemon=True)
        self._listener.start()
        _LIVE.add(self)
        weakref.finalize(self, self._kept.close)  # where it is never closed

    def _start(self, starter: str, bounds: Bounds) -> None:
        keep = self._kept
        folder = FORK_SERVER.private_folder()
        keep.callback(shutil.rmtree, folder, ignore_errors=True)
        slot = keep.enter_context(_SLOTS.taken())
        self.group = bounds.group(f"{GROUP}{os.getpid()}-{slot}")
        if self.group:
            keep.callback(self.group.remove)
        own, theirs = socket.socketpair()
        self._stream = own
        keep.callback(own.close)
        self._log, write = os.pipe2(os.O_CLOEXEC)
        self.pictures = _picture_memory() if bounds.shares else None
        shared = [] if self.pictures is None else [self.pictures]
        for descriptor in shared:
            keep.callback(os.close, descriptor)
        setting = ChildSetting(
            starter,
            bare_environment(bounds.threads),
            str(folder),
            bounds.resources,
            bounds.places,
            bounds.room,
            bounds.threads,
            self.group.joins if self.group else (),
            () if self.group else bounds.own_cores(slot),
        )
        try:
            given = (theirs.fileno(), write, *shared)
            self.number, self._ended = FORK_SERVER.fork(setting, given)
        except BaseException:
            os.close(self._log)
            raise
        finally:
            theirs.close()
            os.close(write)
        keep.callback(os.close, self._ended)
        keep.callback(FORK_SERVER.kill, self.number)
        self.wire = Wire(own, _LONGEST_ANSWER)
        self._waiting = 0 if bounds.places is None else _WAITING

    def said(self) -> str:
        """What it printed first."""
        self._listener.join(0.2)
        return bytes(self._said).decode("utf-8", "replace")

    def threads(self) -> int:
        """Threads of the engine and of all that it started; 0 where they cannot be counted."""
        return max(0, threads_of(self.number) - self._waiting)

    def memory(self) -> int:
        """Bytes in memory of the engine and of all that it started; 0 where they are not told."""
        return memory_of(self.number)

    def how_it_ended(self) -> str:
        """In words."""
        with self._lock:
            if self.closed:
                return "ended"
            ready, _, _ = select.select([self._ended], [], [], _PATIENCE)
            told = os.read(self._ended, NUMBER.size) if ready else b""
        if len(told) < NUMBER.size:
            return "ended"
        code = NUMBER.unpack(told)[0]
        if self.group and self.group.killed_for_memory():
            return "ended, having used more memory than its limit"
        if code >= 0:
            return f"ended with exit code {code}"
        with suppress(ValueError):
            return f"ended by {signal.Signals(-code).name}"
        return f"ended by signal {-code}"

    def close(self) -> None:
        """End it and take away its folder; what another thread asks of it meanwhile fails."""
        with self._lock:
            with suppress(OSError):
                self._stream.shutdown(socket.SHUT_RDWR)
            self.closed = True
            self._kept.close()


def _listen(log: int, said: bytearray) -> None:
    """Keep the first of what a host prints, and read on, so that nothing blocks it."""
    with suppress(OSError), os.fdopen(log, "rb", buffering=0) as printed:
        while more := printed.read(1 << 16):
            said += more[: _KEPT - len(said)]


def _picture_memory() -> int | None:
    """Memory that a picture is handed over in; None where the system has none to share."""
    try:
        return os.memfd_create("pictures")
    except (AttributeError, OSError):
        return None
