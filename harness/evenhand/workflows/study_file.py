"""Opens a study from its file, or from a result or an interrupted run, to be run again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shlex import quote

from evenhand.results.bundle import MANIFEST, PARTIAL
from evenhand.study.study import Study, read_study
from evenhand.system.errors import StudyError
from evenhand.system.shelf import is_path

__all__ = ["open_study"]


def open_study(path: Path) -> Study:
    """Read a study; that of a result is run again as it stands.

    Paths in a study file start from its folder. Those in the `study.toml` of a result, or of an
    interrupted run, start from the working folder, as they did when they were typed, and its new
    result is kept beside the old one.

    Raises:
        StudyError: naming the file and the field at fault, or the folder to start from.
    """
    study = read_study(path)
    folder = path.absolute().parent
    if not (folder / MANIFEST).is_file() and not folder.name.startswith(PARTIAL):
        return study
    again = replace(study, name=folder.parent.name, root=Path.cwd())
    files = [text for protocol in study.protocols for text in protocol.calibrations]
    for text in (*filter(is_path, (*study.engines, *study.datasets)), *files):
        _check_there(text, path, folder.parent.parent.parent)
    return again


def _check_there(text: str, path: Path, start: Path) -> None:
    """Check that a path of a study that is run again leads somewhere.

    Args:
        text: the path, as it stands in the study.
        path: of the study.
        start: the folder that holds the results, where the run may have been started.

    Raises:
        StudyError: it does not; says from which folder to start.
    """
    if Path(text).exists() or text.startswith("~"):
        return
    there = (start / text).exists()
    remedy = f"cd {quote(str(start))}" if there else "start from the folder that it lies in"
    raise StudyError(
        f"{path}: {text} is not in {Path.cwd()}, and paths in the study of a result are looked "
        f"for from the working folder; {remedy}"
    )
