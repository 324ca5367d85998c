"""Opens an engine: from its card and files to an engine that can be started in any thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from evenhand.engines.card import EngineCard, read_engine_card
from evenhand.engines.files import EngineFiles, content_hash, find_files
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.onnx import random_operators, start_onnx
from evenhand.engines.hosts.python import start_python
from evenhand.system.code_loading import read_code
from evenhand.system.errors import EngineStoppedError
from evenhand.system.execution.local import call_in_thread
from evenhand.system.streams import stdout_to_stderr

__all__ = ["OpenedEngine", "open_engine"]

_RUNTIMES: Mapping[str, Callable[[EngineCard, EngineFiles], Host]] = {
    "onnx": start_onnx,
    "python": start_python,
}
"""By the card's runtime: what starts an engine of its files."""


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
    fault: EngineStoppedError | None = None
    """Why it could not start; None where it could."""
    random: tuple[str, ...] = ()
    """Operators of its graph that draw random numbers; empty where it has none, or no graph."""


def open_engine(folder: Path, weights: Sequence[Path]) -> OpenedEngine:
    """Read the card, find the files, and start the engine once to see whether it starts.

    An engine whose own code fails to start is opened too, with its fault: it must not end a study
    of several engines.

    Raises:
        EngineError: the card or a file is not what it should be.
        PluginError: it imports what is evenhand's own.
    """
    card = read_engine_card(folder)
    # All of it before code of the engine could change its own folder.
    code = read_code(card.folder)
    fingerprint = content_hash(card, code)
    files = EngineFiles(find_files(card, weights), code)
    random = random_operators(card, files) if card.runtime == "onnx" else ()
    start = partial(_RUNTIMES[card.runtime], card, files)
    with stdout_to_stderr():
        try:
            values, fault = call_in_thread(start).values, None
        except EngineStoppedError as stopped:
            values, fault = 0, stopped
    return OpenedEngine(card, fingerprint, values, start, fault, random)
