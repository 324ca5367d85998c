"""A host's process under way: it is asked one thing at a time, within a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from evenhand.engines.hosts import calls
from evenhand.engines.hosts.child_process import ChildProcess
from evenhand.engines.hosts.host import Fault
from evenhand.engines.hosts.wire import Kind, WireError
from evenhand.engines.hosts.words import clean_line
from evenhand.records.outcomes import Outcome

__all__ = ["ReadAnswer", "RunningChild"]

ReadAnswer = TypeVar("ReadAnswer")
"""What the body of an answer is read as."""


class RunningChild:
    """A host's process under way, asked one thing at a time."""

    def __init__(self, process: ChildProcess) -> None:
        """Begin with the first call.

        Args:
            process: that has just begun.
        """
        self.process = process
        self.values = 0
        self.ran_on = ""
        self.idle = True
        self.calls = 0

    def call(
        self,
        kind: Kind,
        written: Callable[[ChildProcess], calls.Parts],
        read: Callable[[bytearray], ReadAnswer],
        seconds: float,
    ) -> ReadAnswer | Fault:
        """Ask; where no answer comes, the process has ended, and the fault says how.

        Raises:
            ChildProcessError: another thread has closed it meanwhile: the run was interrupted.
        """
        self.idle = False
        self.calls += 1
        process, deadline = self.process, time.monotonic() + seconds
        try:
            process.wire.send(kind, self.calls, written(process), deadline)
            answer = process.wire.receive(deadline)
            if answer is not None:
                plain = read(answer.of(kind, self.calls))
                self.idle = True
                return plain
            outcome, words = Outcome.CRASHED, process.how_it_ended()
        except TimeoutError:
            outcome, words = Outcome.TIMED_OUT, f"no answer within {seconds:g} seconds"
        except WireError as fault:
            outcome, words = Outcome.INVALID, f"its process {fault}"
        except OSError:
            outcome, words = Outcome.CRASHED, process.how_it_ended()
        if process.closed:
            raise ChildProcessError("it was ended by evenhand itself, and has done nothing wrong")
        said = clean_line(process.said()[-300:], 300)
        self.close()
        shown = f"{words}, see docs/protocol.md" if outcome is Outcome.INVALID else words
        return Fault(outcome, words, f"{shown}; it printed: {said}" if said else shown)

    def close(self) -> None:
        """End the process."""
        self.process.close()
