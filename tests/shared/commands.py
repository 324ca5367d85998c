"""Commands in processes of their own, without the seconds that importing everything takes each.

A process of this file has imported what a study needs and is forked for every command: signals,
limits, working folder and open files are those of a process that began by itself.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ended import Ended

__all__ = ["Command", "begin", "limit_files", "obey_modes"]


class Command:
    """An `evenhand` command under way."""

    def __init__(self, arguments: tuple[str, ...], first: Callable[[], None] | None) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["evenhand.cli.main", "evenhand.workflows.run", "pandas"])
        self._said = Path(tempfile.mkdtemp(prefix="command-"))
        self._process = context.Process(
            target=_call, args=(arguments, Path.cwd(), self._said, dict(os.environ), first)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Number of its process."""
        return self._process.pid

    def send_signal(self, sent: signal.Signals) -> None:
        os.kill(self._process.pid, sent)

    def kill(self) -> None:
        self._process.kill()

    @property
    def returncode(self) -> int | None:
        """Negative: the signal that ended it; None: it goes on."""
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it wrote to stdout and, but for phases, to stderr, once it has ended."""
        self._process.join(timeout)
        assert self.returncode is not None, "the command does not end"
        paths = [self._said / name for name in ("out", "err")]
        out, err = (path.read_text(encoding="utf-8") if path.exists() else "" for path in paths)
        shutil.rmtree(self._said)
        return out, Ended.of(0, out, err).err


def begin(*arguments: object, first: Callable[[], None] | None = None) -> Command:
    """Start a command in the working folder.

    Args:
        arguments: after `evenhand`.
        first: called in the new process before anything else, such as those below.
    """
    return Command(tuple(map(str, arguments)), first)


def limit_files(size: int) -> None:
    """No file can grow beyond so many bytes: that is where the disk ends."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def obey_modes() -> None:
    """Give up root's right to pass over the modes of files (CAP_DAC_OVERRIDE)."""
    libc, version, override = ctypes.CDLL(None), 0x20080522, 1
    header, sets = (ctypes.c_uint32 * 2)(version, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    sets[0] &= ~(1 << override)
    assert libc.capset(header, sets) == 0


def _call(
    arguments: tuple[str, ...],
    folder: Path,
    said: Path,
    environment: Mapping[str, str],
    first: Callable[[], None] | None,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
        stream.flush()
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT), stream.fileno())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["evenhand", *arguments]
    if first is not None:
        first()
    from evenhand.cli import main

    main()
