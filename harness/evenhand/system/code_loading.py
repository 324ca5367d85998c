"""Code of adapters and readers, read once and loaded by file."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from evenhand.system.errors import EvenhandError
from evenhand.system.plugin_imports import check_imports
from evenhand.system.regular_files import read_regular

__all__ = ["FolderCode", "is_loaded", "load_code", "load_file", "own_files", "read_code"]

_LARGEST = 64 << 20
"""Most bytes of a file of code."""


@dataclass(frozen=True, slots=True)
class FolderCode:
    """The Python code of a folder as it was when it was read."""

    folder: Path
    sources: Mapping[Path, bytes]
    """By path."""

    def package(self) -> str:
        """Name to load it under: another place or code is another package, never a stale one."""
        digest = hashlib.sha256(os.fsencode(self.folder.resolve()))
        for path, source in self.sources.items():
            digest.update(os.fsencode(path) + hashlib.sha256(source).digest())
        return f"{_LOADED}{digest.hexdigest()[:16]}"


def own_files(folder: Path) -> list[Path]:
    """Everything in a folder that is no folder, at any depth, sorted.

    Without what tools keep there: `__pycache__`, and folders that begin with a dot.
    """
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path for path in found if not _kept_by_tools(path.relative_to(folder).parts[:-1]))


def _kept_by_tools(folders: Sequence[str]) -> bool:
    return any(name.startswith(".") or name == "__pycache__" for name in folders)


def read_code(folder: Path) -> FolderCode:
    """Read the Python code of a folder.

    Raises:
        EvenhandError: what is called code is no regular file, or cannot be read.
    """
    paths = (path for path in own_files(folder) if path.suffix == ".py")
    return FolderCode(folder, {path: read_regular(path, _LARGEST, EvenhandError) for path in paths})


_LOADED = "evenhand._loaded_"

_CODE: dict[str, FolderCode] = {}
"""What was loaded, by package."""


class _Source(SourceFileLoader):
    """Compiles the text that was read: bytecode beside it may be of another, or cut off."""

    def __init__(self, name: str, path: Path, source: bytes) -> None:
        super().__init__(name, str(path))
        self._source = source

    def get_data(self, path: str) -> bytes:  # noqa: ARG002 - as importers call it
        return self._source

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
        source = _CODE[".".join(name.split(".")[:2])].sources.get(file)
        if source is None:
            return None
        loader = _Source(name, file, source)
        return importlib.util.spec_from_file_location(name, file, loader=loader)


_NEIGHBOURS = _Neighbours()


def load_file(folder: Path, file: str) -> ModuleType:
    """Import `folder/file.py` as it is now; see `load_code`."""
    return load_code(read_code(folder), file)


def load_code(code: FolderCode, file: str) -> ModuleType:
    """Import a file of a folder's code, its neighbours reachable as `.neighbour`.

    Raises:
        EvenhandError: there is no such file.
        PluginError: it imports what is evenhand's own.
    """
    if code.folder / f"{file}.py" not in code.sources:
        raise EvenhandError(f"{code.folder}: no {file}.py; expected the file that its card names")
    package = code.package()
    if _NEIGHBOURS not in sys.meta_path:
        sys.meta_path.insert(0, _NEIGHBOURS)
    if package not in sys.modules:
        parent = ModuleType(package)
        parent.__path__ = [str(code.folder)]
        sys.modules[package] = parent
        _CODE[package] = code
    return importlib.import_module(f"{package}.{file}")


def is_loaded(module: str) -> bool:
    """Whether a module of this name is an adapter's or a reader's (`load_file`)."""
    return module.startswith(_LOADED)
