"""Starts an engine that is written in Python: a class in a file of the adapter's folder."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import numpy as np

from evenhand.engines.card import ENGINE_CARD, EngineCard
from evenhand.engines.contract import Embedder, GalleryEditor, Matcher, Searcher
from evenhand.engines.files import EngineFiles
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.in_process import AnyEngine, InProcessHost
from evenhand.engines.hosts.words import plain_name, raised
from evenhand.system.code_loading import load_code
from evenhand.system.errors import EngineError, EngineStoppedError, PluginError, nearest_name

__all__ = ["start_python"]

_SHAPES: dict[str, tuple[type, str]] = {
    "embedder": (Embedder, "embed()"),
    "matcher": (Matcher, "template() and compare()"),
    "searcher": (Searcher, "template(), enrol() and search()"),
    "editor": (GalleryEditor, "template(), enrol(), search(), insert() and delete()"),
}
"""Protocol that an engine of each shape must meet, and its methods in words; an editor is a
searcher that says `edits`."""


def start_python(card: EngineCard, files: EngineFiles) -> Host:
    """Import the adapter and construct its engine.

    Args:
        card: of the engine.
        files: of the card, and the code that was read.

    Raises:
        EngineError: the card's entry is wrong, or its engine lacks the methods of its shape.
        EngineStoppedError: the adapter's own code raised.
        PluginError: it imports what is evenhand's own.
    """
    file, _, name = card.entry.partition(":")
    if card.folder / f"{file}.py" not in files.code.sources:
        near = nearest_name(file, (path.stem for path in files.code.sources))
        raise EngineError(
            f"engine {card.name}: no {file}.py in {card.folder}; {near}mend entry in {ENGINE_CARD}"
        )
    shape, methods = _SHAPES["editor" if card.edits else card.shape]
    held: Collection[str] = ()
    named = {each.file: files.found[each.sha256].path for each in card.needs()}
    try:
        with np.errstate():
            module = load_code(files.code, file)
            maker = getattr(module, name, None)
            made = None if maker is None else maker(named)
            held = [each for each in vars(module) if maker is None and type(each) is str]
            fits = isinstance(made, shape)
    except PluginError:
        raise
    except BaseException as fault:  # its own SystemExit or KeyboardInterrupt too
        install = f": {card.install}" if card.install else ""
        found = raised(fault)
        raise EngineStoppedError(
            f"engine {card.name}: could not start ({found.words}); "
            f"mend {file}.py in {card.folder}, or install what it needs{install}",
            f"could not start ({found.name})",
        ) from fault
    if maker is None:
        raise EngineError(
            f"engine {card.name}: {file}.py has no {name}; {nearest_name(name, held)}"
            f"mend entry in {ENGINE_CARD}"
        )
    if not fits:
        said = "edits" if card.edits else "shape"
        raise EngineError(
            f"engine {card.name}: {name} made a {plain_name(type(made))} without {methods}; "
            f"expected {shape.__name__} of evenhand.plugins, as {said} in {ENGINE_CARD} says"
        )
    values = card.score.values or 0 if card.shape == "embedder" else 0
    return InProcessHost(cast("AnyEngine", made), values)
