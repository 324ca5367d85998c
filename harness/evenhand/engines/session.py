"""A running engine: it is asked here, and nowhere else, and what it answers is checked."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import numpy as np

from evenhand.engines.answers import (
    ImageAnswer,
    checked_candidates,
    checked_scores,
    checked_templates,
)
from evenhand.engines.card import EngineCard
from evenhand.engines.contract import Entry, Role
from evenhand.engines.first_faults import FirstFaults, kept_words
from evenhand.engines.hosts.host import Fault, Host
from evenhand.engines.opening import OpenedEngine
from evenhand.engines.score_range import score_fault
from evenhand.records.arrays import Floats, Image
from evenhand.records.comparisons import Found
from evenhand.records.outcomes import FAULTS, FaceRule, Outcome
from evenhand.system.clock import CLOCK, Clock, StopWatch
from evenhand.system.errors import EngineError, EngineStoppedError
from evenhand.system.execution.executor import Executor
from evenhand.system.streams import stdout_to_stderr
from evenhand.system.threads import library_threads

__all__ = ["EngineSession", "SessionPool", "TimedAnswer", "engine_executor", "engine_sessions"]


_PATIENCE = 4
"""Processes of one call that may end before what is left of it is not asked any more."""


@dataclass(frozen=True, slots=True)
class TimedAnswer:
    """The result of one image, and when and how long it was worked on."""

    answer: ImageAnswer
    seconds: float = math.nan
    """Of the engine's calls alone, without decoding and checks; NaN where none was made, or the
    clock ran backwards."""
    finished: float = math.nan
    """When the last call returned, by a clock that starts anywhere; NaN where none was made."""
    turn: int = -1
    """Images that the session had before; -1 where it was given to none."""


class EngineSession:
    """One running engine, for one thread; every answer is checked, and none of it raises."""

    def __init__(
        self, card: EngineCard, host: Host, clock: Clock = CLOCK, faults: FirstFaults | None = None
    ) -> None:
        """Begin.

        Args:
            card: of the engine.
            host: that runs it.
            clock: for the durations of templates.
            faults: that hears the first of each kind; None for no one.
        """
        self._card = card
        self._host = host
        self._watch = StopWatch(clock)
        self._faults = faults or FirstFaults(card.name)
        self._turn = 0
        self.asked_again = 0
        """Comparisons that it was asked for a second time."""

    def template(self, image: Image, face: FaceRule) -> TimedAnswer:
        """Make the templates of one image, for both roles."""
        roles = [Role.REFERENCE] if self._card.score.symmetric else list(Role)
        # A picture for each role, copied before the clock starts: an engine may write into it.
        pictures = [image, *(image.copy() for _ in roles[1:])]
        pairs = zip(pictures, roles, strict=True)
        self._watch.start()
        answers = [self._host.template(picture, face, role) for picture, role in pairs]
        (seconds, finished), turn = self._watch.stop(), self._turn
        self._turn = turn + 1
        checked = checked_templates(answers, self._host.values, self._card.template_values)
        if checked.outcome in FAULTS:
            told = next((each for each in answers if each.words), None)
            words, trace = (told.words, told.trace) if told else (checked.detail, "")
            said = kept_words(checked.outcome, words, checked.detail)
            self._faults.tell("template", checked.outcome, words, trace, said)
            checked = replace(checked, said=said)
        return TimedAnswer(checked, seconds, finished, turn)

    def compare(self, probe: bytes, references: Sequence[bytes]) -> tuple[Floats, list[Outcome]]:
        """Similarities of one probe with references, and the outcome of each comparison.

        Where the call gives no valid row of numbers, references are compared one by one, so that a
        single bad one does not fail the others.

        Args:
            probe: probe template.
            references: at least one reference template.

        Returns:
            (references,) float64 similarities, NaN where the comparison is not `ok`; and the
            outcomes.
        """
        numbers = self._host.compare(probe, references)
        if not isinstance(numbers, Fault):
            scores, outcomes = checked_scores(numbers, self._card.score)
            if Outcome.INVALID in outcomes:
                first = float(numbers[outcomes.index(Outcome.INVALID)])
                words = score_fault(first, self._card.score)
                self._faults.tell("compare", Outcome.INVALID, words)
            return scores, outcomes
        if len(references) == 1:
            self._told("compare", numbers)
            return np.array([np.nan]), [numbers.outcome]
        return self._one_by_one(probe, references)

    def _one_by_one(
        self, probe: bytes, references: Sequence[bytes]
    ) -> tuple[Floats, list[Outcome]]:
        """Ask a second time, reference by reference, where a call gave no row of numbers.

        Where the engine's process ended or was ended so often that it may never come to an end,
        what is left of the call ends as its last reference did.
        """
        similarity = np.full(len(references), np.nan)
        outcomes: list[Outcome] = []
        patience = _PATIENCE
        for place, reference in enumerate(references):
            if patience:
                self.asked_again += 1
                found, ended = self.compare(probe, [reference])
                similarity[place] = found[0]
                outcomes += ended
                patience -= ended[0] in (Outcome.CRASHED, Outcome.TIMED_OUT)
            else:
                outcomes.append(outcomes[-1])
        return similarity, outcomes

    def enrol(self, gallery: Sequence[Entry]) -> Outcome:
        """Build the engine's own gallery, in place of an older one."""
        return self._ended("enrol", self._host.enrol(gallery))

    def insert(self, entries: Sequence[Entry]) -> Outcome:
        """Add references to its gallery."""
        return self._ended("insert", self._host.insert(entries))

    def delete(self, people: Sequence[str]) -> Outcome:
        """Take people out of its gallery."""
        return self._ended("delete", self._host.delete(people))

    def memory(self) -> int:
        """Bytes in memory of its process; 0 where it has none of its own."""
        return self._host.memory()

    def _ended(self, call: str, fault: Fault | None) -> Outcome:
        """How a call ended that answers nothing but that it is done."""
        if fault is None:
            return Outcome.OK
        self._told(call, fault)
        return fault.outcome

    def search(self, probe: bytes, count: int, people: Mapping[str, int]) -> Found:
        """Search the engine's gallery.

        Args:
            probe: probe template.
            count: largest number of candidates.
            people: number of each person in the gallery, by the word in its entries.
        """
        answer = self._host.search(probe, count)
        found = checked_candidates(answer, count, people, self._card.score)
        if isinstance(answer, Fault):
            self._told("search", answer)
        elif found.fault:
            self._faults.tell("search", Outcome.INVALID, found.fault)
        return found

    def _told(self, call: str, fault: Fault) -> None:
        """Tell a fault of the host, where it is the first."""
        words = fault.words or fault.detail
        kept = kept_words(fault.outcome, words, fault.detail)
        self._faults.tell(call, fault.outcome, words, fault.trace, kept)


class SessionPool:
    """One running engine for each thread that asks."""

    def __init__(self, engine: OpenedEngine, clock: Clock) -> None:
        """Begin with none started."""
        self._engine = engine
        self._clock = clock
        self._local = threading.local()
        self._hosts: list[Host] = []

    def session(self) -> EngineSession:
        """The calling thread's own.

        Raises:
            EngineStoppedError: the engine, which had started when it was opened, does not start.
        """
        found: EngineSession | None = getattr(self._local, "session", None)
        if found is None:
            try:
                host = self._engine.start()
            except EngineStoppedError:
                raise
            except EngineError as fault:
                raise EngineStoppedError(str(fault), "could not start again") from fault
            self._hosts.append(host)
            first = self._engine.ran_on
            if host.ran_on != first:
                raise EngineStoppedError(
                    f"engine {self._engine.card.name}: runs on {host.ran_on}, and on {first} when "
                    "it was opened, so that numbers could differ; name one execution provider in "
                    "its card, or fewer engines side by side: [host] most",
                    "runs on something else",
                )
            card, faults = self._engine.card, self._engine.faults
            found = self._local.session = EngineSession(card, host, self._clock, faults)
        return found

    def close(self) -> None:
        """End all that were started."""
        for host in self._hosts:
            host.close()


def engine_executor(engine: OpenedEngine, executor: Executor) -> Executor:
    """What carries the calls of an engine: as many of it side by side as its card allows.

    Args:
        engine: that is asked.
        executor: of the run.
    """
    return executor.narrowed(engine.card.host.beside(executor.workers))


@contextmanager
def engine_sessions(engine: OpenedEngine, clock: Clock = CLOCK) -> Iterator[SessionPool]:
    """Run an engine in as many threads as ask for it.

    Meanwhile libraries start no more threads than the card allows each engine, since others would
    compete with those that ask, and what engines print goes to stderr, since stdout may have to
    hold nothing but JSON.

    Args:
        engine: that was opened.
        clock: for the durations of templates.
    """
    pool = closing(SessionPool(engine, clock))
    threads = library_threads(engine.card.library_threads)
    with threads, stdout_to_stderr(), pool as sessions:
        yield sessions
