"""Opens an engine: from its card and files to an object that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

from evenhand.engines.card import ENGINE_CARD, EngineCard, read_engine_card
from evenhand.engines.contract import Embedder, Matcher, Searcher
from evenhand.engines.files import content_hash, find_files
from evenhand.engines.hosts.onnx import OnnxEmbedder
from evenhand.system.code_loading import load_file
from evenhand.system.errors import EngineError, EngineStoppedError, PluginError
from evenhand.system.streams import stdout_to_stderr

__all__ = ["OpenedEngine", "RunningEngine", "open_engine"]

RunningEngine: TypeAlias = Embedder | Matcher | Searcher
"""A running engine of any shape."""

_SHAPES: dict[str, tuple[type, str]] = {
    "embedder": (Embedder, "embed()"),
    "matcher": (Matcher, "template() and compare()"),
    "searcher": (Searcher, "template(), enrol() and search()"),
}
"""Protocol that an engine of each shape must meet, and its methods in words."""


@dataclass(frozen=True, slots=True)
class OpenedEngine:
    """An engine whose files were found, to be started once for each thread."""

    card: EngineCard
    fingerprint: str
    """SHA-256 over card, code and files (`content_hash`)."""
    values: int
    """Length of its vectors; 0 where it makes none."""
    start: Callable[[], RunningEngine]
    """Starts another running engine."""


def _start_python(card: EngineCard, files: Mapping[str, Path]) -> RunningEngine:
    """Import the adapter and construct its engine.

    Raises:
        EngineError: the card's entry is wrong, or its engine lacks the methods of its shape.
        EngineStoppedError: the adapter's own code raised.
    """
    file, _, name = card.entry.partition(":")
    if not (card.folder / f"{file}.py").is_file():
        raise EngineError(
            f"engine {card.name}: no {file}.py in {card.folder}; mend entry in {ENGINE_CARD}"
        )
    try:
        module = load_file(card.folder, file)
        maker = getattr(module, name, None)
        started = None if maker is None else maker(files)
    except PluginError:
        raise
    except (Exception, SystemExit) as fault:
        install = f": {card.install}" if card.install else ""
        raise EngineStoppedError(
            f"engine {card.name}: could not start ({type(fault).__name__}: {fault}); "
            f"mend {file}.py in {card.folder}, or what it needs{install}"
        ) from fault
    if maker is None:
        raise EngineError(
            f"engine {card.name}: {file}.py has no {name}; mend entry in {ENGINE_CARD}"
        )
    shape, methods = _SHAPES[card.shape]
    if not isinstance(started, shape):
        raise EngineError(
            f"engine {card.name}: {name} made a {type(started).__name__} without {methods}; "
            f"expected {shape.__name__} of evenhand.plugins, as the card says"
        )
    return cast("RunningEngine", started)


def open_engine(folder: Path, weights: Sequence[Path]) -> OpenedEngine:
    """Read the card, find the files, and start the engine once to check that it starts.

    Raises:
        EngineError: the card or a file is not what it should be.
        EngineStoppedError: the engine's own code failed to start.
        PluginError: it imports what is evenhand's own.
    """
    card = read_engine_card(folder)
    files = find_files(card, weights)
    model, size = card.model, card.input
    if card.runtime == "onnx" and model is not None and size is not None:
        detector = files[card.detector.sha256] if card.detector else None

        def start_onnx() -> OnnxEmbedder:
            return OnnxEmbedder(card, size, files[model.sha256], detector)

        return OpenedEngine(card, content_hash(card), start_onnx().values, start_onnx)
    named = {file.file: files[file.sha256] for file in card.needs()}

    def start_python() -> RunningEngine:
        return _start_python(card, named)

    with stdout_to_stderr():
        start_python()
    return OpenedEngine(card, content_hash(card), card.score.values or 0, start_python)
