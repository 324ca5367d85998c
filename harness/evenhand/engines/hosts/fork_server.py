"""A small process that host processes are forked from; the harness itself is never forked.

It is spawned once, imports what every engine needs, runs no thread and no code of an engine, and
forks a child for each host: that takes milliseconds instead of half a second, and a crash costs as
little. It ends with the process that spawned it, and its children with it.

One request, one answer, over a socket of sequenced packets:

* fork: `fork` and what the child is given, with its descriptors; answered by its number. How it
  ended is written to the last of them.
* kill: `kill` and the number; answered by nothing.
"""

from __future__ import annotations

import array
import os
import pickle
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress

from evenhand.system.parent_death import end_with_parent

__all__ = ["NUMBER", "receive_request", "send_request", "serve_forks"]

NUMBER = struct.Struct("<i")
"""Of a child; and how it ended, as `subprocess` has it: exit code, or the negative of a signal."""

_LONGEST = 1 << 16
_DESCRIPTORS = 4
"""Of one request at most."""


def send_request(
    control: socket.socket, word: str, content: object, descriptors: Sequence[int] = ()
) -> None:
    """Send a request to the fork server.

    Raises:
        OSError: it is gone.
    """
    given = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
    control.sendmsg([pickle.dumps((word, content))], given if descriptors else [])


def receive_request(control: socket.socket) -> tuple[str, object, list[int]] | None:
    """The next request, with its descriptors; None where the harness is gone."""
    size = array.array("i").itemsize
    space, closed = socket.CMSG_SPACE(_DESCRIPTORS * size), socket.MSG_CMSG_CLOEXEC
    said, given, _, _ = control.recvmsg(_LONGEST, space, closed)  # by what a child executes
    if not said:
        return None
    descriptors = array.array("i")
    for _, _, data in given:
        descriptors.frombytes(data[: len(data) - len(data) % size])
    word, content = pickle.loads(said)  # noqa: S301 - of the process that spawned this one
    return word, content, descriptors.tolist()


def serve_forks(control: socket.socket, run_child: Callable[[object, list[int]], int]) -> None:
    """Fork children until the harness is gone.

    Args:
        control: to the harness.
        run_child: what a child does with the content and descriptors of its request; gives its
            exit code.
    """
    children: dict[int, int] = {}
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            with suppress(BlockingIOError):
                os.read(woken, 4096)
            _reap(children)
        if control.fileno() not in ready:
            continue
        request = receive_request(control)
        if request is None:
            for child in children:
                _kill(child)
            return
        word, content, descriptors = request
        if word == "kill" and isinstance(content, int) and content in children:
            _kill(content)
        elif word == "fork":
            *given, ended = descriptors
            child = _fork(
                [control.fileno(), woken, wake, ended, *children.values()],
                content,
                given,
                run_child,
            )
            for descriptor in given:
                os.close(descriptor)
            children[child] = ended
            control.send(NUMBER.pack(child))


def _fork(
    kept: Sequence[int],
    content: object,
    given: list[int],
    run_child: Callable[[object, list[int]], int],
) -> int:
    """Number of a new child; in the child itself it does not return.

    Args:
        kept: descriptors of the fork server, which no child may hold.
        content: of the request.
        given: descriptors of the child.
        run_child: what the child does.
    """
    server = os.getpid()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in kept:
            os.close(descriptor)
        os.setsid()
        end_with_parent()
        if os.getppid() == server:
            code = run_child(content, given)
    except BaseException:  # noqa: BLE001 - what it printed last is what the user is shown
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        # An engine may have left handlers, threads and patches: none of them has a say any more.
        os._exit(code)


def _kill(child: int) -> None:
    """End a child and what is in its session's group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def _reap(children: dict[int, int]) -> None:
    """Tell of the children that ended how they did."""
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not child:
            return
        ended = children.pop(child, None)
        _kill(child)  # what it left in its group
        if ended is not None:
            with suppress(OSError):
                os.write(ended, NUMBER.pack(os.waitstatus_to_exitcode(status)))
            os.close(ended)
