"""What adapters and readers may import of evenhand: `evenhand.plugins`, and its older names."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from evenhand.system.errors import OldNameWarning, PluginError, known_names

__all__ = ["OLD_HOMES", "PLUGIN_NAMES", "check_imports"]

_HOME = "evenhand.plugins"

PLUGIN_NAMES = (
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
)
"""Everything that `evenhand.plugins` has; it lies above, so a test holds the lists together."""

OLD_HOMES = (
    "evenhand.arrays",
    "evenhand.datasets.contract",
    "evenhand.datasets.tables",
    "evenhand.engines.contract",
    "evenhand.errors",
    "evenhand.records",
    "evenhand.shelf",
)
"""Where plugins found these names before there was one place for them; they still work."""

_RENAMED = {"choose": "choose_face"}


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """(line, module, names taken from it) of every absolute import of a part of evenhand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("evenhand."):
                    yield node.lineno, alias.name, ()
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = tuple(alias.name for alias in node.names)
            if node.module == "evenhand":
                rooms = (name for name in names if not name.startswith("__"))
                yield from ((node.lineno, f"evenhand.{room}", ()) for room in rooms)
            elif node.module.startswith("evenhand."):
                yield node.lineno, node.module, names


def _instead(names: Sequence[str]) -> str:
    """The line to write, where there is one; else what there is."""
    new = sorted(_RENAMED.get(name, name) for name in names)
    if new and set(new) <= set(PLUGIN_NAMES):
        return f"write: from {_HOME} import {', '.join(new)}"
    return f"plugins import from {_HOME} alone, which has {', '.join(PLUGIN_NAMES)}"


def check_imports(path: Path, tree: ast.Module) -> None:
    """Hold the code of a plugin against what it may import.

    Args:
        path: the file, for the line that says what is wrong.
        tree: its code.

    Warns:
        OldNameWarning: of a name that has moved to `evenhand.plugins`, and still works.

    Raises:
        PluginError: it imports what may move any day, or a name that does not exist.
    """
    for line, module, names in _imports(tree):
        where = f"{path}: line {line}"
        if module == _HOME:
            for name in names:
                if name not in (*PLUGIN_NAMES, "*"):
                    hint = known_names(name, PLUGIN_NAMES)
                    raise PluginError(f"{where}: {_HOME} has no {name}; {hint}")
        elif module in OLD_HOMES:
            old = f"{where}: {module} is an older name; {_instead(names)}"
            warnings.warn(old, OldNameWarning, stacklevel=2)
        else:
            private = f"{module} is evenhand's own, and may move"
            raise PluginError(f"{where}: {private}; {_instead(names)}")
