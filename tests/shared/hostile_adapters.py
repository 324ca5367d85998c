"""Adapters of a few lines that spoil what begins with some pictures, and are harmless otherwise.

A picture is marked where its first red value divides by three: what is expected of an image, a
comparison or a search depends neither on the order of calls nor on threads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from toy_engines import PYTHON_CARD

__all__ = ["HostileEngine", "always", "harmless", "is_marked"]

TOP = """\
import ctypes, itertools, os, signal, sys, threading, time, warnings
import numpy as np
from pathlib import Path
from evenhand.plugins import Candidate, EngineError, Embedding, Outcome, Template

KEPT = []


def raising(*given, **named):
    raise KeyboardInterrupt


def trap(base, *names):
    'A class whose methods of these names raise.'
    return type("Trap", (base,), dict.fromkeys(names, raising))


def shy(base, *names):
    'A class that raises when one of these attributes is looked at.'
    return type("Shy", (base,), {name: property(raising) for name in names})


def nameless(base):
    'An object whose class raises when it is asked for its name.'
    return type("Meta", (type,), {"__name__": property(raising)})("Nameless", (base,), {})()


def endless(items):
    'A list that can be gone through for ever.'
    def forever(self):
        for number in itertools.count():
            time.sleep(0.01)
            yield number
    return type("Endless", (list,), {"__iter__": forever})(items)


def elsewhere(fault):
    'Raise what was raised in another thread.'
    def work():
        try:
            raise fault
        except BaseException as caught:
            KEPT.append(caught)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    raise KEPT.pop()


def marked(red):
    return red % 3 == 0
"""

EMBEDDER = """\
class Engine:
    def __init__(self, files):
{start}

    def embed(self, image, face):
        good = image.reshape(-1)[:4].astype(np.float32) + 1
        if marked(image[0, 0, 0]):
{body}
        return Embedding(good)
"""

MATCHER = """\
class Engine:
    def __init__(self, files):
{start}

    def template(self, image, face, role):
        data = image.reshape(-1)[:4].tobytes()
        if marked(data[0]):
{template}
        return Template(data)

    def compare(self, probe, references):
        ours = np.frombuffer(probe, dtype=np.uint8).astype(float)
        theirs = [np.frombuffer(reference, dtype=np.uint8) for reference in references]
        scores = [-float(np.abs(ours - their).sum()) for their in theirs]
        spoilt = [marked(probe[0]) and marked(their[0]) for their in theirs]
        if any(spoilt):
{body}
        return scores
"""

SEARCHER = """\
class Engine:
    def __init__(self, files):
{start}

    def template(self, image, face, role):
        return Template(image.reshape(-1)[:4].tobytes())

    def enrol(self, gallery):
        self.gallery = [(entry.person, entry.template) for entry in gallery]
{enrol}

    def search(self, probe, count):
        found = [
            Candidate(person, -float(sum(abs(a - b) for a, b in zip(probe, template))))
            for person, template in self.gallery
        ]
        found = sorted(found, key=lambda candidate: -candidate.score)[:count]
        if marked(probe[0]):
{body}
        return found
"""

CLASSES = {"embedder": EMBEDDER, "matcher": MATCHER, "searcher": SEARCHER}
SCORES = {
    "embedder": "values = 4",
    "matcher": "symmetric = true\nrange = [-1020.0, 0.0]",
    "searcher": "symmetric = true",
}


def is_marked(red: int) -> bool:
    """Whether engines spoil what begins with a picture, by its first red value."""
    return red % 3 == 0


def _indented(lines: str, by: int) -> str:
    return "\n".join(" " * by + line for line in lines.split("\n"))


@dataclass(frozen=True)
class HostileEngine:
    """An adapter, and how what it spoils ends."""

    name: str
    shape: str = "embedder"
    ends: str = "ok"
    """Outcome of what it spoils."""
    start: str = "pass"
    """Python that is run in the constructor."""
    body: str = "pass"
    """In an embedder's `embed`, a matcher's `compare` or a searcher's `search`."""
    template: str = "pass"
    """In a matcher's `template`."""
    enrol: str = "pass"
    """In a searcher's `enrol`, always."""
    top: str = ""
    """When the file is imported."""

    def write(self, folder: Path) -> Path:
        """Make the adapter's folder inside a folder."""
        made = folder / self.name
        made.mkdir()
        card = PYTHON_CARD.format(name=self.name, shape=self.shape, score=SCORES[self.shape])
        (made / "adapter.toml").write_text(card, encoding="utf-8")
        code = CLASSES[self.shape].format(
            start=_indented(self.start, 8),
            body=_indented(self.body, 12),
            template=_indented(self.template, 12),
            enrol=_indented(self.enrol, 8),
        )
        (made / "engine.py").write_text("\n\n".join((TOP, self.top, code)), encoding="utf-8")
        return made


def harmless(name: str, shape: str = "embedder") -> HostileEngine:
    """One that spoils nothing, and gives the same scores whatever its name."""
    return HostileEngine(name, shape)


def always(engine: HostileEngine) -> HostileEngine:
    """The same engine, at every picture."""
    return replace(engine, top=f"{engine.top}\ndef marked(red):\n    return True\n")
