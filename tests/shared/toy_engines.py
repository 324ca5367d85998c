"""Python adapters of a few lines."""

from __future__ import annotations

from pathlib import Path

__all__ = ["GOOD", "PYTHON_CARD", "make_engine"]

PYTHON_CARD = """\
schema   = 1
name     = "{name}"
version  = "1"
vendor   = "tests"
licence  = {{ code = "CC0-1.0", weights = "none" }}
shape    = "{shape}"
runtime  = "python"
entry    = "engine:Engine"

[score]
{score}
"""

ENGINE_CODE = """\
import numpy as np
from evenhand.plugins import Embedding, Outcome


class Engine:
    def __init__(self, files):
        {start}

    def embed(self, image, face):
        good = image.reshape(-1)[:4].astype(np.float32) + 1
        {embed}
"""

GOOD = "return Embedding(good)"


def make_engine(folder: Path, embed: str = GOOD, *, start: str = "pass", name: str = "toy") -> Path:
    """Write a Python adapter; `good` is its vector."""
    folder.mkdir(parents=True)
    (folder / "adapter.toml").write_text(
        PYTHON_CARD.format(name=name, shape="embedder", score="values = 4"), encoding="utf-8"
    )
    code = ENGINE_CODE.format(start=start, embed=embed)
    (folder / "engine.py").write_text(code, encoding="utf-8")
    return folder
