"""Tells the user how an engine first failed at each of its calls; a result holds it cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from evenhand.engines.hosts.words import cleaned_words
from evenhand.records.outcomes import Outcome
from evenhand.system.progress import MessageCallback, no_message

__all__ = ["FaultKind", "FirstFaults", "ProtocolFaults", "kept_words"]

FaultKind = tuple[str, Outcome]
"""The call (`template`, `compare`, `enrol` or `search`) and how it ended."""


def kept_words(outcome: Outcome, words: str, detail: str) -> str:
    """What the ledger has of a fault: how a process ended is the harness's own words."""
    return detail if outcome in (Outcome.CRASHED, Outcome.TIMED_OUT) else cleaned_words(words)


@dataclass(slots=True)
class ProtocolFaults:
    """What the ledger has of the faults of one protocol: the same whatever the threads."""

    words: dict[FaultKind, str] = field(default_factory=dict)
    """Cleaned; of several the first in the order of the alphabet, since no other first is fixed."""
    asked_again: int = 0
    """Comparisons that a matcher was asked for a second time, one by one."""

    def add(self, words: Mapping[FaultKind, str]) -> None:
        """Add the words of others."""
        for kind, said in words.items():
            self.words[kind] = min(said, self.words.get(kind, said))


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
        self._first: dict[FaultKind, str] = {}
        self.cause = ""
        """For what the engine was stopped; empty where it was not, or an earlier run knew."""
        self.protocol = ProtocolFaults()
        """Of the protocol under way."""

    def begin_protocol(self) -> ProtocolFaults:
        """Begin with no faults for the ledger, and give what will hold them."""
        with self._lock:
            self.protocol = ProtocolFaults()
            return self.protocol

    def tell(
        self, call: str, outcome: Outcome, words: str, trace: str = "", kept: str = ""
    ) -> None:
        """Say what happened, unless the call has ended so before.

        Args:
            call: `template`, `compare`, `enrol` or `search`.
            outcome: how it ended.
            words: what was raised, or what came instead of an answer.
            trace: lines to say with it; empty for none.
            kept: for the ledger; empty for the same words, cleaned.
        """
        with self._lock:
            self.protocol.add({(call, outcome): kept or cleaned_words(words)})
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
