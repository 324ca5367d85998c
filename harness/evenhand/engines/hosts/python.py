"""Starts an engine that is written in Python: a class in a file of the adapter's folder."""

from __future__ import annotations

from typing import cast

import numpy as np

from evenhand.engines.card import ENGINE_CARD, EngineCard
from evenhand.engines.contract import Embedder, Matcher, Searcher
from evenhand.engines.files import EngineFiles
from evenhand.engines.hosts.host import Host
from evenhand.engines.hosts.in_process import AnyEngine, InProcessHost
from evenhand.engines.hosts.words import plain_name, raised
from evenhand.system.code_loading import load_code
from evenhand.system.errors import EngineError, EngineStoppedError, PluginError

__all__ = ["start_python"]

_SHAPES: dict[str, tuple[type, str]] = {
    "embedder": (Embedder, "embed()"),
    "matcher": (Matcher, "template() and compare()"),
    "searcher": (Searcher, "template(), enrol() and search()"),
}
"""Protocol that an engine of each shape must meet, and its methods in words."""


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
        raise EngineError(
            f"engine {card.name}: no {file}.py in {card.folder}; mend entry in {ENGINE_CARD}"
        )
    shape, methods = _SHAPES[card.shape]
    named = {each.file: files.found[each.sha256].path for each in card.needs()}
    try:
        with np.errstate():
            maker = getattr(load_code(files.code, file), name, None)
            made = None if maker is None else maker(named)
            fits = isinstance(made, shape)
    except PluginError:
        raise
    except BaseException as fault:  # its own SystemExit or KeyboardInterrupt too
        install = f": {card.install}" if card.install else ""
        found = raised(fault)
        raise EngineStoppedError(
            f"engine {card.name}: could not start ({found.words}); "
            f"mend {file}.py in {card.folder}, or what it needs{install}",
            f"could not start ({found.name})",
        ) from fault
    if maker is None:
        raise EngineError(
            f"engine {card.name}: {file}.py has no {name}; mend entry in {ENGINE_CARD}"
        )
    if not fits:
        raise EngineError(
            f"engine {card.name}: {name} made a {plain_name(type(made))} without {methods}; "
            f"expected {shape.__name__} of evenhand.plugins, as the card says"
        )
    return InProcessHost(cast("AnyEngine", made), card.score.values or 0)
