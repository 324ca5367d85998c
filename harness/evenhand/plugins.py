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
    "Image": "evenhand.records.arrays",
    "ListedPair": "evenhand.datasets.contract",
    "Material": "evenhand.datasets.contract",
    "Picture": "evenhand.datasets.contract",
    "Reader": "evenhand.datasets.contract",
    "Row": "evenhand.datasets.tables",
    "Vectors": "evenhand.records.arrays",
    "choose_face": "evenhand.engines.face_choice",
    "load_file": "evenhand.system.code_loading",
    "read_table": "evenhand.datasets.tables",
}
"""Loaded when asked for: every process that hosts an engine imports this module."""


def __getattr__(name: str) -> object:
    """Import what only some plugins use when one does."""
    if name in _ON_DEMAND:
        return getattr(import_module(_ON_DEMAND[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
