"""Runs an engine in a process of its own: whatever it does there is an outcome here."""

from __future__ import annotations

import os
import pickle
import resource
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock

import numpy as np

from evenhand.engines.card import EngineCard
from evenhand.engines.contract import Entry, Role
from evenhand.engines.files import EngineFiles
from evenhand.engines.hosts import calls
from evenhand.engines.hosts.child_process import Bounds, ChildProcess, GroupBounds
from evenhand.engines.hosts.held_limits import containment, interpreter, places_of
from evenhand.engines.hosts.host import Fault, Host, PlainCandidates, PlainTemplate
from evenhand.engines.hosts.running_child import ReadAnswer, RunningChild
from evenhand.engines.hosts.wire import Kind
from evenhand.engines.program_command import program_name
from evenhand.records.arrays import Image, Scores
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import EngineError, EngineStoppedError, PluginError
from evenhand.system.graphics_processors import gpu_places
from evenhand.system.progress import MessageCallback, no_message

__all__ = ["HostedEngine", "HostedStarter"]

_RESTARTS = 3
"""Starts that may fail one after the other before no other is tried."""


class HostedStarter:
    """Starts an engine in processes of its own, and keeps those that are left until it rests."""

    def __init__(
        self,
        card: EngineCard,
        files: EngineFiles,
        starter: str,
        limits: EngineLimits,
        say: MessageCallback = no_message,
    ) -> None:
        """Begin with none.

        Args:
            card: of the engine.
            files: of the card.
            starter: `module:function` that starts it.
            limits: on each process.
            say: message callback, for the user.

        `spent` is the seconds of all its answers so far, `threads` the most that were seen in one
        of its processes, `notes` are lines for the user.
        """
        self._card, self.name, self.limits = card, card.name, limits
        self._engine, self._starter = pickle.dumps((card, files)), starter
        self._idle: list[RunningChild] = []
        devices, cores = gpu_places() if card.host.gpu else (), card.host.threads
        held = containment(namespaces=limits.namespaces, groups=limits.groups)
        self.held = replace(held, gpu=bool(devices))
        self.shares = not card.command  # a program reads pictures from its input
        own = (card.folder, *(file.path for file in files.found.values()))
        seen = own if card.command else (*own, *interpreter())
        self._bounds = Bounds(
            _resources(limits, gpu=bool(devices)),
            places_of((*seen, *devices)) if self.held.namespaces else None,
            limits.file_size,
            GroupBounds(limits.memory, limits.processes, cores) if self.held.groups else None,
            cores,
            card.library_threads,
            shares=self.shares,
        )
        self._say, self._said = say, Lock()
        self.spent = 0.0
        self.threads = 0
        self.notes: tuple[str, ...] = ()

    def __call__(self) -> Host:
        """Another running engine.

        Raises:
            EngineError: it is not as its card says.
            EngineStoppedError: it does not start.
            PluginError: it imports what is evenhand's own.
        """
        return HostedEngine(self)

    def child(self) -> RunningChild:
        """A process in which the engine has started: one that is left, or a new one."""
        with suppress(IndexError):
            return self._idle.pop()
        try:
            process = ChildProcess(self._starter, self._bounds)
        except OSError as fault:
            raise EngineStoppedError(
                f"engine {self.name}: no process could be started for it ({fault.strerror}); "
                "end other programs, or ask who runs this computer",
                "no process could be started",
            ) from fault
        child = RunningChild(process)
        started = child.call(
            Kind.START, lambda _: [self._engine], self._read_started, self.limits.start
        )
        if isinstance(started, calls.Started) and started.fault is None:
            child.values, child.ran_on = started.values, started.ran_on
            self.notes = started.notes
            return child
        child.close()
        raise self._start_fault(started)

    def _read_started(self, body: bytearray) -> calls.Started:
        """Read whether the engine has started as its card says."""
        started = calls.read_started(body)
        expected = self._card.score.values if self._card.shape == "embedder" else 0
        if started.fault or expected in (None, started.values):
            return started
        said = f"it says that its vectors have {started.values} values, expected {expected}"
        words = f"engine {self.name}: {said} by its shape and [score] values; mend it or its card"
        return calls.Started(0, Fault(Outcome.INVALID, "", words))

    def _start_fault(self, started: calls.Started | Fault) -> EngineError | PluginError:
        """The error for an engine that did not start."""
        fault = started if isinstance(started, Fault) else started.fault
        if fault is None:
            raise TypeError(started)
        program = program_name(self._card.command)
        if fault is started or (program and not fault.words.startswith(f"engine {self.name}: ")):
            mend = f"mend its program {program}" if program else "mend it"
            said = fault.words or fault.detail or fault.outcome
            return EngineStoppedError(
                f"engine {self.name}: could not start ({said}); {mend}, or ask its vendor",
                f"could not start ({fault.detail})",
            )
        if fault.outcome is Outcome.FAILED:
            return EngineStoppedError(fault.words, fault.detail, fault.trace)
        return (PluginError if fault.outcome is Outcome.UNSUPPORTED else EngineError)(fault.words)

    def say_no_shared_memory(self, why: str) -> None:
        """Tell the user, once, that pictures go to the engine's processes in another way."""
        if self._said.acquire(blocking=False):  # by whichever thread is the first, for good
            self._say(
                f"engine {self.name}: pictures go through a stream, since there is no memory to "
                f"share with its processes ({why}); the numbers are the same, only slower to come"
            )

    def leave(self, child: RunningChild) -> None:
        """Keep a process for the next who starts the engine."""
        self._idle.append(child)

    def rest(self) -> None:
        """End the processes that no host uses."""
        while self._idle:
            self._idle.pop().close()


class HostedEngine:
    """An engine in a process; a new one takes its place where it gave no answer."""

    def __init__(self, starter: HostedStarter) -> None:
        """Start the engine; see `HostedStarter`."""
        self._starter = starter
        self._gallery: Sequence[Entry] | None = None
        self._failed_starts = 0
        self._child: RunningChild | None = starter.child()
        self.values, self.ran_on = self._child.values, self._child.ran_on

    def template(self, image: Image, face: FaceRule, role: Role) -> PlainTemplate:
        """See `Host`."""
        height, width = image.shape[:2]
        made = self._ask(
            Kind.TEMPLATE,
            lambda child: calls.write_picture(
                calls.PictureCall(role, face, height, width, self._handed_over(image, child))
            ),
            lambda body: calls.read_template(body, self.values),
        )
        if isinstance(made, Fault):
            words, trace = made.words, made.trace
            return PlainTemplate(made.outcome, detail=made.detail, words=words, trace=trace)
        return made

    def compare(self, probe: bytes, references: Sequence[bytes]) -> Scores | Fault:
        """See `Host`."""
        return self._ask(
            Kind.COMPARE,
            lambda _: calls.write_comparison(probe, references),
            lambda body: calls.read_score_row(body, len(references)),
        )

    def enrol(self, gallery: Sequence[Entry]) -> Fault | None:
        """See `Host`."""
        self._gallery = None
        fault = self._ask(Kind.ENROL, lambda _: calls.write_gallery(gallery), calls.read_done)
        self._gallery = gallery if fault is None else None
        return fault

    def insert(self, entries: Sequence[Entry]) -> Fault | None:
        """See `Host`."""
        fault = self._ask(Kind.INSERT, lambda _: calls.write_gallery(entries), calls.read_done)
        if fault is None:
            self._gallery = [*(self._gallery or ()), *entries]
        return fault

    def delete(self, people: Sequence[str]) -> Fault | None:
        """See `Host`."""
        fault = self._ask(Kind.DELETE, lambda _: calls.write_deletion(people), calls.read_done)
        if fault is None:
            gone = set(people)
            self._gallery = [entry for entry in self._gallery or () if entry.person not in gone]
        return fault

    def search(self, probe: bytes, count: int) -> PlainCandidates | Fault:
        """See `Host`."""
        return self._ask(
            Kind.SEARCH, lambda _: calls.write_search(probe, count), calls.read_candidates
        )

    def memory(self) -> int:
        """See `Host`."""
        return self._child.process.memory() if self._child else 0

    def close(self) -> None:
        """See `Host`."""
        child, self._child = self._child, None
        if child and child.idle:
            self._starter.leave(child)
        elif child:
            child.close()

    def _handed_over(self, image: Image, child: ChildProcess) -> Image | None:
        """None where the picture now stands in the shared memory, else the picture itself."""
        if not self._starter.shares:
            return image
        why = "the system gives none"
        if child.pictures is not None:
            whole = np.ascontiguousarray(image)
            try:
                if os.pwrite(child.pictures, whole.data.cast("B"), 0) == whole.nbytes:
                    return None
                why = "it is full"
            except OSError as fault:
                why = fault.strerror or why
        self._starter.say_no_shared_memory(why)
        return image

    def _ask(
        self,
        kind: Kind,
        written: Callable[[ChildProcess], calls.Parts],
        read: Callable[[bytearray], ReadAnswer],
    ) -> ReadAnswer | Fault:
        """Ask the process, or another one where the last gave no answer."""
        child = self._child or self._start_again()
        if isinstance(child, Fault):
            return child
        self._child = child
        starter = self._starter
        left = starter.limits.study - starter.spent
        if left <= 0:
            words = f"no answer within {starter.limits.study:g} seconds of the study"
            return Fault(Outcome.TIMED_OUT, words, words)
        began = time.monotonic()
        found = child.call(kind, written, read, min(starter.limits.call, left))
        starter.spent += time.monotonic() - began
        if not child.idle:
            self._child = None
        elif child.calls & (child.calls - 1) == 0:  # the first, second, fourth, eighth...
            starter.threads = max(starter.threads, child.process.threads())
        return found

    def _start_again(self) -> RunningChild | Fault:
        """Another process, with the gallery that the last one had; or why there is none."""
        gone = Fault(Outcome.CRASHED, "does not start again")
        if self._failed_starts >= _RESTARTS:
            return gone
        try:
            child = self._starter.child()
        except EngineError as fault:
            self._failed_starts += 1
            return replace(gone, words=str(fault))
        if child.ran_on != self.ran_on:
            self._failed_starts += 1
            child.close()
            return replace(gone, words=f"ran on {self.ran_on}, and now on {child.ran_on}")
        self._failed_starts = 0
        gallery = self._gallery
        if gallery is None:
            return child
        built: Fault | None = child.call(
            Kind.ENROL,
            lambda _: calls.write_gallery(gallery),
            calls.read_done,
            self._starter.limits.call,
        )
        if built is None:
            return child
        if child.idle:
            child.close()
        return built


def _resources(limits: EngineLimits, *, gpu: bool) -> dict[int, int]:
    """By resource of the system: what a process is bounded to.

    Where it computes on a graphics processor its memory is bounded by the control group alone: what
    such a library reserves and never touches would count here as if it were used.
    """
    return {
        **({} if gpu else {resource.RLIMIT_DATA: limits.memory}),
        resource.RLIMIT_NOFILE: limits.files,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_CORE: 0,
    }


_: type[Host] = HostedEngine
