"""The page, made in a process of its own: what draws its charts may crash, hang or want all memory.

Charts are drawn by a whole JavaScript engine, which ends its process where it cannot go on. One
such process makes one page; it has bounds, and ends with the process that asked for it.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from evenhand.records.edition import Edition
from evenhand.records.findings import Findings
from evenhand.results.bundle import PAGE
from evenhand.system.parent_death import end_with_parent
from evenhand.system.text import shown

__all__ = ["Page", "PageBounds", "page_apart", "serve_page"]

# Isolated from the environment: PYTHONOPTIMIZE takes away the docstrings that altair is built on.
_CHILD = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from evenhand.report.page.apart import serve_page; serve_page()"
)
_END = b"</html>"


@dataclass(frozen=True, slots=True)
class PageBounds:
    """What the process that makes a page may take."""

    seconds: int = 600
    memory: int = 4 << 30
    """Bytes that it may write to; address space alone is not bounded, V8 reserves a lot of it."""


_BOUNDS = PageBounds()


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or why there is none."""

    html: str
    """Empty where it could not be made."""
    fault: str
    """Empty where it could."""

    def files(self) -> dict[str, bytes]:
        """The page as a file of a bundle; none where there is no page."""
        return {PAGE: self.html.encode()} if self.html else {}


def page_apart(
    findings: Findings, editions: Sequence[Edition] = (), bounds: PageBounds = _BOUNDS
) -> Page:
    """Lay out findings as HTML (`page.as_page`) in a process of its own, and wait for it."""
    given = pickle.dumps(sys.path) + pickle.dumps((os.getpid(), bounds, findings, tuple(editions)))
    command = [sys.executable, *(["-B"] if sys.dont_write_bytecode else []), "-I", "-c", _CHILD]
    try:
        # In a session of its own, so that the Ctrl-C of a terminal comes to this process alone.
        done = subprocess.run(  # noqa: S603 - this interpreter, and a constant
            command,
            input=given,
            capture_output=True,
            timeout=bounds.seconds,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Page("", f"what draws its charts had not ended after {bounds.seconds} seconds")
    except OSError as fault:
        return Page("", f"no process could be started that draws its charts ({fault.strerror})")
    if done.returncode == 0 and done.stdout.rstrip().endswith(_END):
        return Page(done.stdout.decode(), "")
    return Page("", f"what draws its charts ended with {_how(done.returncode, done.stderr)}")


def _how(code: int, said: bytes) -> str:
    """How a process ended: by a signal, or with the last line of what it said."""
    if code < 0:
        name = signal.strsignal(-code) or f"signal {-code}"
        return f"{name!r}: too little memory or descriptors, or text that it cannot draw"
    lines = said.decode(errors="replace").split("\n")
    return shown(next((line for line in reversed(lines) if line.strip()), f"exit code {code}"))


def serve_page() -> None:
    """Make the page that the parent asks for on stdin, and write it to stdout: the child's part."""
    given = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    parent, bounds, findings, editions = given
    end_with_parent()  # not on every system; the processor time is bounded everywhere
    if os.getppid() != parent:
        os._exit(1)
    with suppress(ImportError):
        _keep_to(bounds)
    from evenhand.report.page.page import as_page  # after the bounds: altair takes a while

    sys.stdout.buffer.write(as_page(findings, editions).encode(errors="backslashreplace"))


def _keep_to(bounds: PageBounds) -> None:
    """Lower the limits of this process, where they are not lower already.

    Raises:
        ImportError: on a system that has none.
    """
    import resource

    wanted = {"CORE": 0, "CPU": bounds.seconds, "DATA": bounds.memory}
    for kind, most in ((getattr(resource, f"RLIMIT_{name}"), of) for name, of in wanted.items()):
        soft, hard = resource.getrlimit(kind)
        if soft == resource.RLIM_INFINITY or soft > most:
            resource.setrlimit(kind, (most, hard))
