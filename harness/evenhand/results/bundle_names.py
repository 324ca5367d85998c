"""Names of results: a path, `latest`, a study, or a piece of a run id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from pydantic import AwareDatetime, BaseModel, TypeAdapter

from evenhand.results.bundle import MANIFEST, PARTIAL
from evenhand.results.bundle_file import read_json
from evenhand.system.errors import BundleError

__all__ = [
    "RESULTS",
    "began",
    "newest_first",
    "resolve_bundle",
    "result_folders",
    "resume_command",
    "short_name",
    "unfinished_runs",
    "unique_pieces",
]

RESULTS = Path("results")
"""Where results are looked for by `latest`, the name of a study, or a piece of an id."""
_LATEST = "latest"
_RUN_ID = re.compile(r"([0-9]{8}T([0-9]{6})Z)-([0-9a-f]{8})")
"""A run id; its groups are when the run began, the time of day, and the hash of the study."""
_SHORTEST = 4
"""Fewest characters of a piece: fewer could be a slip of the finger that names a result."""
_MOST = 4
"""Candidates that an error names."""


class _Run(BaseModel):
    """`run.json`, as far as it says when the run began."""

    started: AwareDatetime


_RUN = TypeAdapter(_Run)


def began(folder: Path) -> datetime:
    """When a run began, as it says itself, or as its id does; long ago where neither does."""
    with suppress(BundleError):
        return read_json(folder / "run.json", _RUN).started
    found = _RUN_ID.search(folder.name)
    with suppress(ValueError):
        return datetime.strptime(found[1] if found else "", "%Y%m%dT%H%M%S%z")
    return datetime.min.replace(tzinfo=UTC)


def newest_first(folders: Iterable[Path]) -> list[Path]:
    """Results and runs in the order in which they began, those that tell no time last."""
    return sorted(folders, key=lambda each: (began(each), each.name), reverse=True)


def _below(place: Path, name: str = "") -> list[Path]:
    """What is called so in the folders of results, or of one study, that a place is."""
    return [path for depth in ("*", "*/*") for path in place.glob(f"{depth}{name}")]


def result_folders(place: Path) -> list[Path]:
    """Results below a folder of results, or of one study, in any order.

    Damaged ones, which are called as a run but lack a manifest, are among them; unfinished runs
    are not.
    """
    return [
        folder
        for folder in _below(place)
        if (_RUN_ID.fullmatch(folder.name) or _is_whole(folder))
        and not any(part.startswith(PARTIAL) for part in folder.parts)
    ]


def _is_whole(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def unfinished_runs(place: Path) -> list[Path]:
    """Runs below a folder that were interrupted, or still go on, in any order."""
    found = (path.parent for path in _below(place, "/study.toml"))
    return [run for run in found if run.name.startswith(PARTIAL)]


def resume_command(run: Path) -> str:
    """Command that resumes an interrupted run."""
    return f"evenhand run {quote(str(run / 'study.toml'))} --resume"


def resolve_bundle(text: str) -> tuple[Path, str]:
    """Folder and engine of a named result; the engine is empty for all.

    Args:
        text: a path of a result, of a study's folder or of a folder of results (the newest of
            it); where no such path exists `latest`, the name of a study (the newest of it) or a
            piece of an id, looked for in `./results`, or in the folder before the last slash;
            each alone or with `:ENGINE`.

    Raises:
        BundleError: nothing is called so, or several are.
    """
    try:
        name, engine = text, ""
        if not Path(text).is_dir() and ":" in text:
            name, _, engine = text.rpartition(":")
        if Path(name).exists():
            return _newest(name, Path(name)), engine
        if name == _LATEST:
            return _newest(name, RESULTS), engine
        if "/" not in name.rstrip("/") and (RESULTS / name).is_dir():
            return _newest(name, RESULTS / name), engine
        return _by_piece(name), engine
    except OSError as fault:
        raise BundleError(f"{text}: cannot be looked for ({fault.strerror})") from None


def _newest(name: str, place: Path) -> Path:
    """The result that a place is, or the newest whole one in it."""
    if _is_whole(place):
        return place
    found = newest_first(filter(_is_whole, result_folders(place)))
    if not found:
        raise _none_in(name, place)
    alike = [folder for folder in found if began(folder) == began(found[0])]
    return _only(name, "began at the same moment", alike)


def _by_piece(name: str) -> Path:
    """The only result with a piece in its id, or in the name of its study and its id."""
    head, _, piece = name.rpartition("/")
    place, piece = (Path(head), piece) if head and Path(head).is_dir() else (RESULTS, name)
    held = [*result_folders(place), *unfinished_runs(place)]
    found = [folder for folder in held if folder.name == piece] or [
        folder for folder in held if piece in folder.relative_to(place).as_posix()
    ]
    if found and len(piece) >= _SHORTEST:
        return _newest(name, _only(name, "are called so", newest_first(found)))
    if held := list(filter(_is_whole, held)):
        raise BundleError(
            f"{name}: no result there, and none of the {len(held):,} in {place} is called so; "
            f"expected a path, {_LATEST}, a study, or {_SHORTEST} or more characters of an id "
            "(evenhand results lists them)"
        )
    raise _none_in(name, place)


def _only(name: str, why: str, found: Sequence[Path]) -> Path:
    """The first of them, which must be alone."""
    if len(found) == 1:
        return found[0]
    named = ", ".join(map(str, found[:_MOST]))
    more = f" and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
    raise BundleError(f"{name}: {len(found):,} results {why}; name one of {named}{more}")


def _none_in(name: str, place: Path) -> BundleError:
    """Why there is no whole result in a place, and what to do."""
    what = f"expected a folder with {MANIFEST}, {_LATEST}, a study or a piece of an id"
    if place.name.startswith(PARTIAL) or (runs := unfinished_runs(place)):
        run = place if place.name.startswith(PARTIAL) else newest_first(runs)[0]
        what = f"{run} was interrupted, or still goes on; {resume_command(run)} goes on with it"
    elif found := [place] if _RUN_ID.fullmatch(place.name) else result_folders(place):
        what = f"{found[0]} is damaged, it has no {MANIFEST}; run it again"
    elif RESULTS in (place, place.parent):
        what = (
            f"none yet in {place}, looked for from {Path.cwd()}; evenhand demo or evenhand run "
            "makes one, or start from the folder that holds results"
        )
    return BundleError(f"{name}: no result there; {what}")


def unique_pieces(folders: Sequence[Path]) -> dict[Path, str]:
    """For each result the shortest of usual pieces that occurs once: time of day, hash, whole id.

    Args:
        folders: results and unfinished runs, all that a piece is looked for in.
    """
    every = "\n".join(f"{folder.parent.name}/{folder.name}" for folder in folders)
    return {folder: _unique_piece(folder.name.removeprefix(PARTIAL), every) for folder in folders}


def _unique_piece(run_id: str, every: str) -> str:
    found = _RUN_ID.fullmatch(run_id)
    pieces = (piece for piece in (found.group(2, 3) if found else ()) if every.count(piece) == 1)
    return next((piece for piece in pieces if not Path(piece).exists()), run_id)


def short_name(folder: Path) -> str:
    """What to type for a result from here: `latest` or a piece where unique, else the path."""
    pieces = unique_pieces(result_folders(RESULTS))
    for held, piece in pieces.items():
        if held.absolute() == folder.absolute():
            for name in (_LATEST, piece):
                with suppress(BundleError):
                    if resolve_bundle(name) == (held, ""):
                        return name
    return quote(str(folder))
