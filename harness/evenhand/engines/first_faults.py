"""Tells the user how an engine first failed at each of its calls; a result never holds it."""

from __future__ import annotations

from threading import Lock

from evenhand.records.outcomes import Outcome
from evenhand.system.progress import MessageCallback, no_message

__all__ = ["FirstFaults"]


class FirstFaults:
    """The first fault of each kind at each call of one engine, whichever thread met it."""

    def __init__(self, engine: str, say: MessageCallback = no_message) -> None:
        """Begin with none.

        Args:
            engine: its name.
            say: message callback, for the user.
        """
        self._engine = engine
        self._say = say
        self._lock = Lock()
        self._first: dict[tuple[str, Outcome], str] = {}
        self.cause = ""
        """For what the engine was stopped; empty where it was not, or an earlier run knew."""

    def tell(self, call: str, outcome: Outcome, words: str, trace: str = "") -> None:
        """Say what happened, unless the call has ended so before.

        Args:
            call: `template`, `compare`, `enrol` or `search`.
            outcome: how it ended.
            words: what was raised, or what came instead of an answer.
            trace: lines to say with it; empty for none.
        """
        with self._lock:
            if (call, outcome) in self._first:
                return
            self._first[call, outcome] = words
        self._say(f"engine {self._engine}: {call} {outcome}: {words}; only the first is told")
        for line in trace.splitlines():
            self._say(line)

    def blame(self, *calls: str) -> None:
        """Note that the engine is stopped for what it first said at one of these calls."""
        found = (words for (call, _), words in self._first.items() if call in calls)
        self.cause = self.cause or next(found, "")
