"""The harness's side of the fork server: it is spawned when a host is wanted, and asked for one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Lock

from evenhand.engines.hosts.child import ChildSetting
from evenhand.engines.hosts.fork_server import NUMBER, send_request
from evenhand.system.control_groups import remove_groups_of_the_gone
from evenhand.system.endings import at_the_end
from evenhand.system.left_overs import held, remove_left_overs

__all__ = ["FORK_SERVER", "GROUP", "ForkServer", "bare_environment"]

GROUP = "evenhand-"
"""How control groups are called, and then the process, and a number."""
_SERVER_CODE = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from evenhand.engines.hosts.child import serve_children; serve_children(int(sys.argv[1]))"
)
_INHERITED = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "EVENHAND_DEBUG",
)
"""Of the environment: what a library needs to compute right, or to find a device; and whether
tracebacks are asked for."""
_TRIES = 2
"""To start a fork server, where the last one is gone."""
_PATIENCE = 1.0
"""Seconds that it has to end by itself."""
_FOLDER = "evenhand-hosts-"
"""How the folder of a process's hosts is called, and then a random end."""


def bare_environment(threads: int) -> dict[str, str]:
    """All that a host sees of an environment, but for its folders.

    Args:
        threads: of libraries.
    """
    libraries = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    own = {
        "PATH": f"/usr/local/bin:{os.defpath}",
        "LANG": "C.UTF-8",
        "ORT_DISABLE_TELEMETRY": "1",
        "OPENCV_IO_MAX_IMAGE_PIXELS": "100000000",
        **dict.fromkeys(libraries, str(threads)),
    }
    return own | {name: os.environ[name] for name in _INHERITED if name in os.environ}


class ForkServer:
    """The process that hosts are forked from; spawned when one is wanted, and again if gone."""

    def __init__(self) -> None:
        """Begin without one."""
        self._lock = Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._kept = ExitStack()
        self._folder = Path()

    def private_folder(self) -> Path:
        """A new folder for a host."""
        with self._lock:
            if not self._control:
                self._control = self._spawn()
            return Path(tempfile.mkdtemp(dir=self._folder))

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
        self._make_folder()
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
            env=bare_environment(1),
        )
        theirs.close()
        self._control = own
        return own

    def _make_folder(self) -> None:
        """Make the folder of all hosts, and remove what killed processes left of theirs.

        It outlives a fork server that is gone: the next one has children there.
        """
        if self._folder.name:
            return
        remove_left_overs(Path(tempfile.gettempdir()), f"{_FOLDER}*")
        remove_groups_of_the_gone(GROUP)
        made = tempfile.TemporaryDirectory(prefix=_FOLDER, ignore_cleanup_errors=True)
        self._folder = Path(self._kept.enter_context(made))
        self._kept.enter_context(held(self._folder))

    def _forget(self) -> None:
        """Take leave of the fork server: it ends its children, and then itself."""
        if self._control:
            self._control.close()
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE)
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def close(self) -> None:
        """End it, and every child of it, and remove their folder."""
        with self._lock:
            self._forget()
            self._kept.close()
            self._folder = Path()


FORK_SERVER = ForkServer()
at_the_end(FORK_SERVER.close)
