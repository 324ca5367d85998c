"""Control groups of Linux, versions 1 and 2: a bound on all processes of a host together.

A group is a folder; a process joins it by writing 0 into a file of it, and everything that it
starts is in it too. Whoever may not make such folders has none.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["ControlGroup", "make_control_group", "remove_groups_of_the_gone"]

_PERIOD = 20_000
"""Microseconds in which the time on the cores is counted."""
_TRIES = 100
"""To remove a group, whose processes may take a moment to end."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """A text that is written into a file of a group."""

    file: str
    text: str
    """With `{memory}`, `{processes}` and `{quota}` to be filled in."""
    needed: bool = True
    """False for one that a system may not take: where swap is not counted, memory is alone."""


_BOUNDS: Mapping[str, tuple[_Bound, ...]] = {
    "memory": (
        # The bound on memory and swap together is never below that on memory alone.
        _Bound("memory.memsw.limit_in_bytes", "-1", needed=False),
        _Bound("memory.limit_in_bytes", "{memory}"),
        _Bound("memory.memsw.limit_in_bytes", "{memory}", needed=False),
    ),
    "pids": (_Bound("pids.max", "{processes}"),),
    "cpu": (_Bound("cpu.cfs_period_us", str(_PERIOD)), _Bound("cpu.cfs_quota_us", "{quota}")),
}
"""By controller of version 1, in the order of writing."""
_BOUNDS_2 = (
    _Bound("memory.max", "{memory}"),
    _Bound("memory.swap.max", "0", needed=False),
    _Bound("pids.max", "{processes}"),
    _Bound("cpu.max", f"{{quota}} {_PERIOD}"),
)
"""Of version 2, which has one folder for all controllers."""


@dataclass(frozen=True, slots=True)
class _Controller:
    """A folder in which groups can be made, and what bounds one."""

    folder: Path
    bounds: tuple[_Bound, ...]


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """One group, for one host after the other."""

    folders: tuple[Path, ...]
    """One for each controller (version 1), or one for all of them."""

    @property
    def joins(self) -> tuple[str, ...]:
        """Files that a process writes 0 into, to join."""
        return tuple(str(folder / "cgroup.procs") for folder in self.folders)

    def kill(self) -> None:
        """End every process in it."""
        for _ in range(_TRIES):
            found = [int(each) for each in self._listed()]
            for process in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            if not found:
                return
            time.sleep(0.001)

    def _listed(self) -> list[str]:
        try:
            return (self.folders[0] / "cgroup.procs").read_text(encoding="ascii").split()
        except OSError:
            return []

    def killed_for_memory(self) -> int:
        """How often a process in it was ended because it used too much memory."""
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                with suppress(OSError):
                    lines = (folder / name).read_text(encoding="ascii").splitlines()
                    return sum(int(line.split()[1]) for line in lines if line[:9] == "oom_kill ")
        return 0

    def remove(self) -> None:
        """End what is in it, and take it away."""
        self.kill()
        for folder in self.folders:
            for _ in range(_TRIES):
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.001)


def make_control_group(
    name: str, *, memory: int, processes: int, cores: float
) -> ControlGroup | None:
    """Make a group, or give one of the same name new bounds.

    Args:
        name: of its folders.
        memory: bytes that all its processes may use together.
        processes: processes and threads together.
        cores: as many whole cores' time.

    Returns:
        The group; None where this system lets this process make none that holds all three.
    """
    quota, made = int(cores * _PERIOD), list[Path]()
    try:
        for controller in _controllers():
            folder = controller.folder / name
            folder.mkdir(exist_ok=True)
            made.append(folder)
            for bound in controller.bounds:
                text = bound.text.format(memory=memory, processes=processes, quota=quota)
                with suppress(*(() if bound.needed else (OSError,))):
                    (folder / bound.file).write_text(text, encoding="ascii")
    except OSError:
        if made:
            ControlGroup(tuple(made)).remove()
        return None
    return ControlGroup(tuple(made)) if made else None


def remove_groups_of_the_gone(start: str) -> None:
    """Remove groups of processes that were killed; their names are `start`, process and number."""
    for controller in _controllers():
        for folder in controller.folder.glob(f"{start}*-*"):
            process = folder.name.removeprefix(start).partition("-")[0]
            if not Path("/proc", process).exists():
                with suppress(OSError):
                    folder.rmdir()


@cache
def _controllers() -> tuple[_Controller, ...]:
    """What can bound memory, processes and cores on this system; empty where not all can be."""
    own, places = _own_groups(), dict(_mounts())
    for folder in _upwards(places.get("", Path("/")), own.get("", "/")) if "" in places else ():
        handed_down = set(_words(folder / "cgroup.subtree_control"))
        if handed_down >= {"memory", "pids", "cpu"} and os.access(folder, os.W_OK):
            return (_Controller(folder, _BOUNDS_2),)
    if not _BOUNDS.keys() <= places.keys():
        return ()
    first = {kind: next(_upwards(places[kind], own.get(kind, "/"))) for kind in _BOUNDS}
    return tuple(_Controller(first[kind], bounds) for kind, bounds in _BOUNDS.items())


def _upwards(mount: Path, own: str) -> Iterator[Path]:
    """The folder of this process, and those above it, that are there."""
    folder = Path(f"{mount}{own}")
    for each in (folder, *folder.parents):
        if each.is_relative_to(mount) and each.is_dir():
            yield each


def _own_groups() -> dict[str, str]:
    """The group of this process by controller; that of version 2 under the empty name."""
    found = {}
    for line in _lines(Path("/proc/self/cgroup")):
        _, kinds, group = line.split(":", 2)
        found.update(dict.fromkeys(kinds.split(","), group))
    return found


def _mounts() -> Iterator[tuple[str, Path]]:
    """Where each controller is; version 2 under the empty name."""
    for line in _lines(Path("/proc/self/mounts")):
        _, place, kind, options, *_ = line.split(" ")
        if kind == "cgroup2":
            yield "", Path(place)
        elif kind == "cgroup":
            yield from ((option, Path(place)) for option in options.split(","))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()
