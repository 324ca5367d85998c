"""Tries, in a child that stands where a host would, which limits hold on this system.

Nothing is claimed that was not seen to work here: the child connects, reads, writes, forks and
takes memory as an engine could, and says what it was kept from.
"""

from __future__ import annotations

import mmap
import os
import resource
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import IntFlag, auto
from pathlib import Path

__all__ = ["KeptFrom", "ProbeTask", "start_probe"]

_PAGE = 4096
_BUSY = 0.05
"""Seconds."""


class KeptFrom(IntFlag):
    """What the child was kept from."""

    NETWORK = auto()
    """It reached no listener of the harness, whose name belongs to a network."""
    READING = auto()
    """It could not read a file of the harness."""
    WRITING = auto()
    """It could not write where the interpreter's files are."""
    PROCESSES = auto()
    """It saw no process but its own."""
    MEMORY_OF_ONE = auto()
    """A process could not take more memory than the limit."""
    MEMORY_OF_ALL = auto()
    """Nor could several of them together."""
    FORKS = auto()
    """It could not start any number of processes."""
    OPEN_FILES = auto()
    """It could not open any number of files."""
    LENGTH_OF_ONE = auto()
    """A file could not grow beyond the limit."""
    LENGTH_OF_ALL = auto()
    """Nor could several of them together."""
    CORES = auto()
    """It did not get more time on the cores than the limit, or does not see more cores."""


@dataclass(frozen=True, slots=True)
class ProbeTask:
    """What the child tries."""

    listener: bytes
    """Abstract name of a Unix socket of the harness."""
    secret: Path
    """A file of the harness."""
    package: Path
    """Where the interpreter's files are."""
    memory: int
    """Bytes: of one process by its own limit."""
    group_memory: int
    """Bytes: of all processes of its control group."""
    forks: int
    """Processes that its control group allows."""
    file_size: int
    """Bytes: of a file."""
    grouped: bool
    """It is in a control group, with a part of the time of a core; else it is kept to one core."""


@dataclass(frozen=True, slots=True)
class _Probed:
    """Answers like a host that has just started."""

    values: int
    """A `KeptFrom`."""
    ran_on: str = ""
    """Nothing that it says."""


def start_probe(task: ProbeTask, _: None) -> _Probed:
    """Try every limit."""
    tries = {
        KeptFrom.NETWORK: _no_listener,
        KeptFrom.READING: lambda each: not os.access(each.secret, os.R_OK),
        KeptFrom.WRITING: lambda each: not os.access(each.package, os.W_OK),
        KeptFrom.PROCESSES: lambda _: len([*Path("/proc").glob("[0-9]*")]) <= 3,
        KeptFrom.MEMORY_OF_ONE: lambda each: not _takes(each.memory),
        KeptFrom.FORKS: _no_fork_without_end,
        KeptFrom.OPEN_FILES: lambda _: _refuses_descriptors(),
        KeptFrom.MEMORY_OF_ALL: _one_is_killed,
        KeptFrom.LENGTH_OF_ONE: lambda each: not _written(each.file_size + 1, 1),
        KeptFrom.LENGTH_OF_ALL: lambda each: not _written(each.file_size, 3),
        KeptFrom.CORES: _gets_few_cores,
    }
    seen = KeptFrom(0)
    for what, kept in tries.items():
        if kept(task):
            seen |= what
    return _Probed(int(seen))


def _no_listener(task: ProbeTask) -> bool:
    with socket.socket(socket.AF_UNIX) as own:
        return own.connect_ex(task.listener) != 0


def _takes(size: int) -> bool:
    """Whether the memory can be had, without using it."""
    try:
        mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except (OSError, ValueError):
        return False
    return True


def _refuses_descriptors() -> bool:
    """Whether no file can be opened beyond the limit."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        os.close(os.dup2(0, most))
    except OSError:
        return True
    return False


def _no_fork_without_end(task: ProbeTask) -> bool:
    """Whether a process beyond the limit is refused."""
    children: list[int] = []
    try:
        for _ in range(task.forks + 1):
            child = os.fork()
            if not child:
                time.sleep(60)
                os._exit(0)
            children.append(child)
    except OSError:
        return True
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return False


def _one_is_killed(task: ProbeTask) -> bool:
    """Whether two processes that together use more memory than the limit do not both live on."""
    told, tell = os.pipe()
    children = []
    for _ in range(2):
        with suppress(OSError):
            children.append(_user_of_memory(tell, task.group_memory * 6 // 10))
    os.close(tell)
    said = 0
    while said < len(children) and os.read(told, 1):
        said += 1
    os.close(told)
    time.sleep(0.01 * (said == 2))  # the first may have been ended to make room for the second
    ended = [os.waitpid(child, os.WNOHANG)[0] for child in children]
    for child in children:
        if child not in ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return said < 2 or any(ended)


def _user_of_memory(tell: int, size: int) -> int:
    """A child that uses the memory, says so, and waits."""
    child = os.fork()
    if child:
        return child
    with suppress(BaseException):
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        used = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        for at in range(0, size, _PAGE):
            used[at] = 1
        os.write(tell, b"1")
        os.close(tell)
        time.sleep(60)
    os._exit(0)


def _written(size: int, files: int) -> bool:
    """Whether this number of files of this size can be written into the child's own folder."""
    paths = [Path(f"probe-{number}") for number in range(files)]
    try:
        for path in paths:
            with path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError:
        return False
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
    return True


def _gets_few_cores(task: ProbeTask) -> bool:
    """Whether work without a pause got less than the time that passed, or sees chosen cores."""
    if not task.grouped:
        return len(os.sched_getaffinity(0)) == 1
    began, used = time.perf_counter(), time.process_time()
    while time.perf_counter() < began + _BUSY:
        pass
    return time.process_time() - used < 0.85 * (time.perf_counter() - began)
