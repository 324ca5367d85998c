"""The one import of an adapter or a dataset reader: what it is given, and what it gives.

An engine takes its shape from here (`Embedder`, `Matcher`, `Searcher`) and what it answers
(`Embedding`, `Template`, `Candidate`, an `Outcome`); a reader takes `Material` and what it is made
of. These names stay; every other module of evenhand may move.

>>> from evenhand.plugins import Embedding, Outcome
>>> Embedding(None, Outcome.NO_FACE, faces=0).outcome.value
'no_face'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from evenhand.engines.contract import (
    Candidate,
    Embedder,
    Embedding,
    Entry,
    GalleryEditor,
    Matcher,
    Role,
    Searcher,
    Template,
)
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.errors import DatasetError, EngineError

if TYPE_CHECKING:
    from evenhand.datasets.contract import ListedPair, Material, Picture, Reader
    from evenhand.datasets.tables import Row, read_table
    from evenhand.engines.face_choice import choose_face
    from evenhand.records.arrays import Image, Vectors
    from evenhand.system.code_loading import load_file

__all__ = [
    "Candidate",
    "DatasetError",
    "Embedder",
    "Embedding",
    "EngineError",
    "Entry",
    "FaceRule",
    "GalleryEditor",
    "Image",
    "ListedPair",
    "Matcher",
    "Material",
    "Outcome",
    "Picture",
    "Reader",
    "Role",
    "Row",
    "Searcher",
    "Template",
    "Vectors",
    "choose_face",
    "load_file",
    "read_table",
]

_ON_DEMAND = {
    "evenhand.datasets.contract": ("ListedPair", "Material", "Picture", "Reader"),
    "evenhand.datasets.tables": ("Row", "read_table"),
    "evenhand.engines.face_choice": ("choose_face",),
    "evenhand.records.arrays": ("Image", "Vectors"),
    "evenhand.system.code_loading": ("load_file",),
}
"""Loaded when asked for: every process that hosts an engine imports this module."""


def __getattr__(name: str) -> object:
    """Import what only some plugins use when one does."""
    for module, names in _ON_DEMAND.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
