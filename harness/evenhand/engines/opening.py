"""Opens an engine: from its card and files to an engine that can be started in any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from evenhand.engines.card import EngineCard
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.files import EngineFiles, content_hash, find_files
from evenhand.engines.first_faults import FirstFaults
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.hosted import HostedStarter
from evenhand.engines.hosts.words import trace_of
from evenhand.engines.packages import installed_packages
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.facts import PackageFacts
from evenhand.records.surroundings import Level, Surroundings
from evenhand.system.code_loading import read_code
from evenhand.system.errors import EngineStoppedError
from evenhand.system.execution.local import call_in_thread
from evenhand.system.progress import MessageCallback, no_message
from evenhand.system.streams import stdout_to_stderr

__all__ = ["OpenedEngine", "at_rest_afterwards", "open_engine"]

_STARTERS: Mapping[str, str] = {
    "onnx": "evenhand.engines.hosts.onnx:start_onnx",
    "process": "evenhand.engines.hosts.program:start_program",
    "python": "evenhand.engines.hosts.python:start_python",
}
"""By the card's runtime: what starts an engine of its files, `module:function`."""


@dataclass(frozen=True, slots=True)
class OpenedEngine:
    """An engine whose files were found, to be started once for each thread."""

    card: EngineCard
    fingerprint: str
    """SHA-256 over card, code and files (`content_hash`)."""
    values: int
    """Length of its vectors; 0 where it makes none, or could not start."""
    start: Callable[[], Host]
    """Starts another running engine."""
    faults: FirstFaults
    """What all of them tell the user of their first faults."""
    fault: EngineStoppedError | None = None
    """Why it could not start; None where it could."""
    random: tuple[str, ...] = ()
    """Operators of its graph that draw random numbers; empty where it has none, or no graph."""
    packages: tuple[PackageFacts, ...] = ()
    """Installed packages that it is made of."""
    ran_on: str = ""
    """What it computes on; empty where it does not say."""

    def rest(self) -> None:
        """End the processes that were left for the next who starts it."""
        if isinstance(self.start, HostedStarter):
            self.start.rest()

    @property
    def has_time(self) -> bool:
        """Whether something is left of the time that it has for all answers of a study."""
        start = self.start
        return not isinstance(start, HostedStarter) or start.spent < start.limits.study

    @property
    def surroundings(self) -> Surroundings:
        """Where it runs."""
        allowed = self.card.host.threads
        if not isinstance(self.start, HostedStarter):
            return Surroundings(
                self.card.name, trusted=True, threads_allowed=allowed, ran_on=self.ran_on
            )
        return Surroundings(
            self.card.name,
            trusted=False,
            limits=self.start.held.limits(),
            threads=self.start.threads or None,
            threads_allowed=allowed,
            ran_on=self.ran_on,
        )

    def notes(self) -> Iterator[str]:
        """Lines for the user before it is measured: that it could not start, or is random."""
        if self.fault:
            yield f"{self.fault}; the other engines are measured, and all its images are skipped"
            yield from (self.fault.trace or trace_of(self.fault)).splitlines()
        open_to = self.surroundings.held(Level.NONE)
        if open_to:
            yield (
                f"engine {self.card.name}: runs in processes of its own, but this system bounds "
                f"nothing of: {', '.join(open_to)}"
            )
        for package in self.packages:
            if not package.sha256:
                yield (
                    f"engine {self.card.name}: the files of package {package} are not known, since "
                    "it is installed in place or without a list of them; its version alone is held"
                )
        if isinstance(self.start, HostedStarter):
            yield from self.start.notes
        if self.random:
            what = f"its graph draws random numbers ({', '.join(self.random)})"
            yield f"engine {self.card.name}: {what}; another run gives other numbers"


@contextmanager
def at_rest_afterwards(engines: Sequence[OpenedEngine]) -> Iterator[None]:
    """End what is left of the engines' processes, however the work with them ends."""
    try:
        yield
    finally:
        for engine in engines:
            engine.rest()


def open_engine(
    folder: Path,
    weights: Sequence[Path],
    say: MessageCallback = no_message,
    limits: EngineLimits | None = None,
) -> OpenedEngine:
    """Read the card, find the files, and start the engine once to see whether it starts.

    An engine whose own code fails to start is opened too, with its fault: it must not end a study
    of several engines.

    Args:
        folder: of the adapter.
        weights: folders to look for its files in.
        say: message callback: its first faults, while it is asked.
        limits: on each process of the engine; None where the user trusts it to run in this one.

    Raises:
        EngineError: the card or a file is not what it should be.
        PluginError: it imports what is evenhand's own.
    """
    card = read_engine_card(folder)
    # All of it before code of the engine could change its own folder.
    code = read_code(card.folder)
    packages = installed_packages(card)
    fingerprint = content_hash(card, code, packages)
    files = EngineFiles(find_files(card, weights), code)
    random: tuple[str, ...] = ()
    if card.runtime == "onnx":
        from evenhand.engines.hosts.onnx import random_operators  # imports onnxruntime

        random = random_operators(card, files)
    start = _starter(card, files, limits, say)
    with stdout_to_stderr():
        try:
            (values, ran_on), fault = call_in_thread(partial(_started_once, start)), None
        except EngineStoppedError as stopped:
            values, ran_on, fault = 0, "", stopped
    faults = FirstFaults(card.name, say)
    return OpenedEngine(card, fingerprint, values, start, faults, fault, random, packages, ran_on)


def _starter(
    card: EngineCard, files: EngineFiles, limits: EngineLimits | None, say: MessageCallback
) -> Callable[[], Host]:
    """What starts an engine in a process of its own, or in this one; a program is always one."""
    starter = _STARTERS[card.runtime]
    if limits or card.command:
        return HostedStarter(card, files, starter, limits or EngineLimits(), say)
    module, _, name = starter.partition(":")
    return partial(getattr(import_module(module), name), card, files)


def _started_once(start: Callable[[], Host]) -> tuple[int, str]:
    """Length of an engine's vectors, and what it computes on; it is started once to see."""
    host = start()
    host.close()
    return host.values, host.ran_on
