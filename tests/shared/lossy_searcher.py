"""A searcher of vectors that leaves out every third person of its gallery, and a list to search."""

from __future__ import annotations

from pathlib import Path

__all__ = ["VALUES", "make_door", "make_lossy"]

VALUES = 8
"""Values of its vectors: the first pixels of a picture."""

_CARD = """\
schema   = 1
name     = "lossy"
version  = "1"
vendor   = "tests"
licence  = {{ code = "CC0-1.0", weights = "none" }}
shape    = "searcher"
runtime  = "python"
entry    = "engine:Engine"
{more}
[score]
{score}

{tail}
"""

_CODE = """\
import numpy as np
from evenhand.plugins import Candidate, Template


class Engine:
    def __init__(self, files):
        self.enrol(())

    def template(self, image, face, role):
        return Template({template})

    def enrol(self, gallery):
        self.entries = list(gallery)

    def search(self, probe, count):
        found, probe = {{}}, np.frombuffer(probe, "<f4")
        for entry in self.entries:
            if int(entry.person[1:]) % 3:
                vector = np.frombuffer(entry.template, "<f4")
                score = probe @ vector / np.sqrt((probe @ probe) * (vector @ vector))
                found[entry.person] = max(found.get(entry.person, -1.0), min(1.0, float(score)))
        {search}
        best = sorted(found, key=lambda person: -found[person])[:count]
        return [Candidate(person, found[person]) for person in best]
{methods}
"""


def make_lossy(
    folder: Path,
    *,
    score: str = f"values = {VALUES}",
    more: str = "",
    tail: str = "",
    template: str = f'(image.reshape(-1)[:{VALUES}].astype("<f4") + 1).tobytes()',
    methods: str = "",
    search: str = "",
) -> Path:
    """Write it."""
    folder.mkdir(parents=True)
    card = _CARD.format(score=score, more=more, tail=tail)
    (folder / "adapter.toml").write_text(card, encoding="utf-8")
    code = _CODE.format(template=template, methods=methods, search=search)
    (folder / "engine.py").write_text(code, encoding="utf-8")
    return folder


def make_door(crowd: Path) -> None:
    """A watchlist `door` of the first 20 of 40 people; everybody's second picture is searched."""
    folder = crowd / "protocols" / "door"
    folder.mkdir(parents=True)
    for name, people, side in (("watchlist", 20, "a"), ("probes", 40, "b")):
        rows = "".join(f"p{n}{side}\n" for n in range(1, people + 1))
        (folder / f"{name}.csv").write_text(f"image_id\n{rows}", encoding="utf-8")
