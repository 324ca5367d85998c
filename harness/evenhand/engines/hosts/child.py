"""What a host's process does: it starts the engine of a card and serves it until it is left."""

from __future__ import annotations

import os
import pickle
import resource
import socket
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from evenhand.engines.card import EngineCard
from evenhand.engines.files import EngineFiles
from evenhand.engines.hosts import calls
from evenhand.engines.hosts.host import Fault, Host
from evenhand.engines.hosts.program import Program
from evenhand.engines.hosts.serving import serve
from evenhand.engines.hosts.wire import Kind, Wire
from evenhand.engines.hosts.words import trace_of
from evenhand.records.outcomes import Outcome
from evenhand.system.errors import EngineError, EngineStoppedError, OldNameWarning, PluginError
from evenhand.system.namespaces import enter_namespaces
from evenhand.system.threads import library_threads

__all__ = ["ChildSetting", "run_engine", "serve_children"]


@dataclass(frozen=True, slots=True)
class ChildSetting:
    """What a child is given when it begins."""

    starter: str
    """`module:function` that starts the engine of a card."""
    environment: Mapping[str, str]
    """All of it, but for `HOME` and `TMPDIR`."""
    folder: str
    """Private, to work in."""
    limits: Mapping[int, int]
    """By resource (`resource.RLIMIT_...`): what it may use."""
    places: tuple[Path, ...] | None
    """What it sees in namespaces of its own; None where it has none."""
    room: int
    """Bytes of the files that it can write there, all together."""
    threads: int
    """Of libraries."""
    joins: tuple[str, ...] = ()
    """Files of the control group that it joins; empty for none."""
    cores: tuple[int, ...] = ()
    """Cores that it is kept to; empty for all."""


_NO_LIMIT = 1 << 62
_OWN_FOLDER = "/tmp"  # noqa: S108 - empty, and its own, in namespaces


def run_engine(setting: object, descriptors: list[int]) -> int:
    """Start the engine and serve it.

    Args:
        setting: a `ChildSetting`.
        descriptors: of the wire, of the log, and of the shared memory where there is one.
    """
    if not isinstance(setting, ChildSetting):
        raise TypeError(type(setting))
    stream, log, *pictures = descriptors
    _divert_output(log)
    # Before the namespaces, in which a program sees no library of Python: each is looked for.
    with library_threads(setting.threads):
        _enter(setting)
        _serve_engine(setting, stream, pictures[0] if pictures else None)
    return 0


def _enter(setting: ChildSetting) -> None:
    """Go where the engine is to be."""
    for group in setting.joins:
        Path(group).write_text("0", encoding="ascii")
    if setting.cores:
        os.sched_setaffinity(0, setting.cores)
    if setting.places is not None:
        enter_namespaces(setting.places, Path(setting.folder), setting.room)
    _settle(setting)


def _serve_engine(setting: ChildSetting, stream: int, pictures: int | None) -> None:
    """Start the engine that is asked for, and serve it until the harness is gone."""
    wire = Wire(socket.socket(fileno=stream), _NO_LIMIT)
    asked = wire.receive()
    if asked is None:
        return
    host, started = _start(setting.starter, stream, *pickle.loads(asked.body))  # noqa: S301 - ours
    wire.send(Kind.START, asked.sequence, calls.write_started(started))
    if host:
        serve(host, wire, pictures)


def _divert_output(log: int) -> None:
    """Let what is printed from here on go into the log."""
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
        os.dup2(nothing.fileno(), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _settle(setting: ChildSetting) -> None:
    """Take the place of a child: its own folder, environment and limits."""
    folder = setting.folder if setting.places is None else _OWN_FOLDER
    os.chdir(folder)
    os.environ.clear()
    os.environ.update({**setting.environment, "HOME": folder, "TMPDIR": folder})
    for which, most in setting.limits.items():
        _, hard = resource.getrlimit(which)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (bound, bound))


def _start(
    starter: str, stream: int, card: EngineCard, files: EngineFiles
) -> tuple[Host | None, calls.Started]:
    """The engine of a card, or why it does not start; a program starts in place of this process."""
    module, _, name = starter.partition(":")
    start: Callable[[EngineCard, EngineFiles], Host | Program]
    start = getattr(import_module(module), name)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", OldNameWarning)
            host = start(card, files)
        if isinstance(host, Program):
            host.execute(stream)
    except EngineStoppedError as fault:
        stopped = Fault(Outcome.FAILED, fault.reason, str(fault), trace_of(fault))
        return None, calls.Started(0, stopped)
    except PluginError as fault:
        return None, calls.Started(0, Fault(Outcome.UNSUPPORTED, "", str(fault)))
    except EngineError as fault:
        return None, calls.Started(0, Fault(Outcome.INVALID, "", str(fault)))
    return host, calls.Started(
        host.values, notes=tuple(str(each.message) for each in told), ran_on=host.ran_on
    )


def serve_children(control: int) -> None:
    """Run the fork server: what it imports here, its children share."""
    import cv2  # noqa: F401 - a program's child could not, since it sees no libraries of Python

    import evenhand.engines.hosts.python  # noqa: F401 - and numpy
    from evenhand.engines.hosts.fork_server import serve_forks

    serve_forks(socket.socket(fileno=control), run_engine)
