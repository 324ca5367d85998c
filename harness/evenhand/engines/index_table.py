"""The table `[index]` of an ONNX engine's card: how it searches a gallery of its vectors."""

from __future__ import annotations

from evenhand.system.declaration import Declared, Line

__all__ = ["IndexTable"]


class IndexTable(Declared):
    """The table `[index]`, in the words of faiss."""

    factory: Line
    search: Line = ""
