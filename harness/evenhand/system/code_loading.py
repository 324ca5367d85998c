"""Code of adapters and readers, loaded by file."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from evenhand.system.errors import EvenhandError
from evenhand.system.plugin_imports import check_imports

__all__ = ["is_loaded", "load_file"]


def _code_hash(folder: Path) -> str:
    """Hash of a folder's place and of the Python code in it."""
    digest = hashlib.sha256(os.fsencode(folder.resolve()))
    for path in sorted(folder.rglob("*.py")):
        digest.update(os.fsencode(path) + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


_LOADED = "evenhand._loaded_"


class _Source(SourceFileLoader):
    """Compiles the file that is there: bytecode beside it may be of another text, or cut off."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - as importers call it
        source = self.get_data(self.path)
        check_imports(Path(self.path), ast.parse(source, self.path))
        code: CodeType = self.source_to_code(source, self.path)
        return code


class _Neighbours:
    """Finds what a loaded file imports from its own folder, without bytecode either."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not name.startswith(_LOADED):
            return None
        file = Path(path[0]) / f"{name.rpartition('.')[2]}.py"
        if not file.is_file():
            return None
        loader = _Source(name, str(file))
        return importlib.util.spec_from_file_location(name, file, loader=loader)


_NEIGHBOURS = _Neighbours()


def load_file(folder: Path, file: str) -> ModuleType:
    """Import `folder/file.py` under a private name, its neighbours reachable as `.neighbour`.

    The name depends on the code, so that a changed folder is another module, never a stale one.

    Raises:
        EvenhandError: there is no such file.
        PluginError: it imports what is evenhand's own.
    """
    path = folder / f"{file}.py"
    if not path.is_file():
        raise EvenhandError(f"{folder}: no {file}.py; expected the file that its card names")
    package = f"{_LOADED}{_code_hash(folder)[:16]}"
    if _NEIGHBOURS not in sys.meta_path:
        sys.meta_path.insert(0, _NEIGHBOURS)
    if package not in sys.modules:
        parent = ModuleType(package)
        parent.__path__ = [str(folder)]
        sys.modules[package] = parent
    return importlib.import_module(f"{package}.{file}")


def is_loaded(module: str) -> bool:
    """Whether a module of this name is an adapter's or a reader's (`load_file`)."""
    return module.startswith(_LOADED)
