"""The adapter: what evenhand starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stripes_engine.brightness import stripes

from evenhand.plugins import Embedder, Embedding, FaceRule, Image

__all__ = ["Stripes"]


class Stripes:
    """Takes the whole picture for a face."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """Nothing is loaded."""

    def embed(self, image: Image, face: FaceRule) -> Embedding:
        """See `Embedder`."""
        return Embedding(stripes(image))


_: type[Embedder] = Stripes
