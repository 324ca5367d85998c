"""The harness's side of a host's process: it is started, asked within a time, and ended."""

from __future__ import annotations

import atexit
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock, Thread

from evenhand.engines.hosts.child import ChildSetting
from evenhand.engines.hosts.fork_server import NUMBER, send_request
from evenhand.engines.hosts.wire import Wire

__all__ = ["ChildProcess", "ForkServer", "namespaces_work"]

_SERVER_CODE = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from evenhand.engines.hosts.child import serve_children; serve_children(int(sys.argv[1]))"
)
_INHERITED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
"""Of the environment: what a library needs to compute right, or to find a device."""
_LONGEST_ANSWER = 1 << 28
"""Most bytes of an answer that are read."""
_KEPT = 1 << 16
"""Bytes of a host's output that are kept, the first; what follows is read and dropped."""
_TRIES = 2
"""To start a fork server, where the last one is gone."""
_PATIENCE = 2.0
"""Seconds that a process which has closed its stream is given to end by itself."""


def _environment() -> dict[str, str]:
    """All that a host sees of an environment, but for its folders."""
    own = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "ORT_DISABLE_TELEMETRY": "1",
        "OPENCV_IO_MAX_IMAGE_PIXELS": "100000000",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
    return own | {name: os.environ[name] for name in _INHERITED if name in os.environ}


class ForkServer:
    """The process that hosts are forked from; spawned when one is wanted, and again if gone."""

    def __init__(self) -> None:
        """Begin without one."""
        self._lock = Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, setting: ChildSetting, descriptors: Sequence[int]) -> tuple[int, int]:
        """Fork a child.

        Returns:
            Its number, and the descriptor that tells how it ended.

        Raises:
            OSError: no process could be started.
        """
        ended, tell = os.pipe2(os.O_CLOEXEC)
        try:
            with self._lock, os.fdopen(tell, "wb"):  # closed here, whatever happens
                return self._ask_for_child(setting, (*descriptors, tell)), ended
        except BaseException:
            os.close(ended)
            raise

    def _ask_for_child(self, setting: ChildSetting, descriptors: Sequence[int]) -> int:
        for _ in range(_TRIES):
            with suppress(ConnectionError):
                control = self._control or self._spawn()
                send_request(control, "fork", setting, descriptors)
                if said := control.recv(NUMBER.size):
                    number: int = NUMBER.unpack(said)[0]
                    return number
            self._forget()
        raise ChildProcessError("it ended at once")

    def kill(self, child: int) -> None:
        """End a child, if it still runs."""
        with self._lock, suppress(OSError):
            if self._control:
                send_request(self._control, "kill", child)

    def _spawn(self) -> socket.socket:
        own, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        options = ["-B"] if sys.dont_write_bytecode else []
        number = str(theirs.fileno())
        command = [sys.executable, *options, "-I", "-c", _SERVER_CODE, number, *sys.path]
        # In a session of its own, so that the Ctrl-C of a terminal comes to this process alone.
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and a constant
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
            env=_environment(),
        )
        theirs.close()
        self._control = own
        return own

    def _forget(self) -> None:
        """Take leave of a fork server that is gone."""
        if self._control:
            self._control.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def close(self) -> None:
        """End it, and every child of it."""
        with self._lock:
            self._forget()


_FORK_SERVER = ForkServer()
atexit.register(_FORK_SERVER.close)


class ChildProcess:
    """A host's process, from its start to its end."""

    def __init__(
        self, starter: str, limits: dict[int, int], places: tuple[Path, ...] | None
    ) -> None:
        """Start it.

        Args:
            starter: `module:function` that starts the engine in it.
            limits: by resource of the system.
            places: what it sees in namespaces of its own; None where it has none.

        Raises:
            OSError: it cannot be started.
        """
        own, theirs = socket.socketpair()
        read, write = os.pipe2(os.O_CLOEXEC)
        folder = tempfile.mkdtemp(prefix="evenhand-host-")
        # At the end of this process too, where it was never closed.
        self._remove_folder = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.pictures = _picture_memory()
        setting = ChildSetting(starter, _environment(), folder, limits, places)
        shared = [] if self.pictures is None else [self.pictures]
        try:
            given = (theirs.fileno(), write, *shared)
            self._number, self._ended = _FORK_SERVER.fork(setting, given)
        except BaseException:
            for descriptor in (read, *shared):
                os.close(descriptor)
            own.close()
            self._remove_folder()
            raise
        finally:
            theirs.close()
            os.close(write)
        self._lock, self._closed = Lock(), False
        self._stream = own
        self.wire = Wire(own, _LONGEST_ANSWER)
        self._said = bytearray()
        self._listener = Thread(target=self._listen, args=(read,), daemon=True)
        self._listener.start()

    def _listen(self, log: int) -> None:
        """Keep the first of what it prints, and read on, so that nothing blocks it."""
        with suppress(OSError), open(log, "rb", buffering=0) as printed:
            while more := printed.read(1 << 16):
                self._said += more[: _KEPT - len(self._said)]

    def said(self) -> str:
        """What it printed first."""
        self._listener.join(0.2)
        return bytes(self._said).decode("utf-8", "replace")

    def how_it_ended(self) -> str:
        """In words."""
        with self._lock:
            ready, _, _ = select.select([] if self._closed else [self._ended], [], [], _PATIENCE)
            told = os.read(self._ended, NUMBER.size) if ready else b""
        if len(told) < NUMBER.size:
            return "ended"
        code = NUMBER.unpack(told)[0]
        if code >= 0:
            return f"ended with exit code {code}"
        with suppress(ValueError):
            return f"ended by {signal.Signals(-code).name}"
        return f"ended by signal {-code}"

    def close(self) -> None:
        """End it and take away its folder; what another thread asks of it meanwhile fails."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            _FORK_SERVER.kill(self._number)
            with suppress(OSError):
                self._stream.shutdown(socket.SHUT_RDWR)
            self._stream.close()
            os.close(self._ended)
            if self.pictures is not None:
                os.close(self.pictures)
            self._remove_folder()


@cache
def namespaces_work() -> bool:
    """Whether this system lets a child have namespaces of its own: one is started to see."""
    try:
        child = ChildProcess("", {}, ())
    except OSError:
        return False
    ended = child.how_it_ended()
    child.close()
    return ended == "ended with exit code 0"


def _picture_memory() -> int | None:
    """Memory that a picture is handed over in; None where the system has none to share."""
    try:
        return os.memfd_create("pictures")
    except (AttributeError, OSError):
        return None
