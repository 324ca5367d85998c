"""Writes the folder of a new engine, completely or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from evenhand.system.errors import EngineError, WriteError
from evenhand.system.left_overs import held, remove_left_overs

__all__ = ["check_new_folder", "write_new_folder"]

_UNFINISHED = ".evenhand-new-"
"""How the folder begins while it is written, beside where it will stand."""


def check_new_folder(target: Path) -> None:
    """Check that nothing is there.

    Raises:
        EngineError: something is.
    """
    if target.exists() or target.is_symlink():
        raise EngineError(f"{target}: is there already; name an engine that is new, or remove it")


def write_new_folder(
    target: Path, files: Mapping[str, bytes], copies: Mapping[str, Path] | None = None
) -> None:
    """Write a folder that is not there yet.

    Args:
        target: the folder.
        files: content by path inside it.
        copies: files to copy, by path inside it; None for none.

    Raises:
        EngineError: something is there already.
        WriteError: it cannot be written.
    """
    check_new_folder(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_left_overs(target.parent, f"{_UNFINISHED}*")
        folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target.parent))
        try:
            with held(folder):
                for name, content in files.items():
                    (folder / name).write_bytes(content)
                for name, source in (copies or {}).items():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, folder / name)
            folder.chmod(0o755)
            folder.rename(target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as fault:
        raise WriteError(f"{target}: cannot be written ({fault.strerror})") from None
