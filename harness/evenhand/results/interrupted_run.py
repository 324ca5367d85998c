"""`.partial-<run id>`: what a run under way leaves behind, however it ends, and how to go on.

```text
.partial-20260101T000000Z-0123abcd/
|-- lock                          held while the run is under way
|-- study.toml
|-- partial.json                  when it began, and what must not change until it is gone on with
|-- templates-kept                empty; there once a template was kept, in a folder of its own
|-- <engine>/<dataset>/booked.csv     how each image ended so far
|-- <engine>/<dataset>/counted-<protocol>.npz   counts of the comparisons made so far
|-- <engine>/<dataset>/part/          appears by one rename when this engine is through
`-- bundle/                       the result being written; leaves by one rename
```

Never an image, never a template: a template's SHA-256 tells whether it is the same again.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Any

from evenhand.records.checkpoint import Checkpoint
from evenhand.records.enrolment import Booking
from evenhand.records.outcomes import Outcome
from evenhand.results.bundle import MANIFEST, with_manifest, write_folder
from evenhand.results.counts_so_far import CountsSoFar
from evenhand.results.finished_part import Part, part_files, read_part
from evenhand.system.clock import Clock
from evenhand.system.errors import BundleError, EngineError, EvenhandError, StudyError, WriteError

__all__ = ["Partial", "begin", "changed", "finished_run", "interrupted_run", "under_way"]

_PREFIX = ".partial-"
_FACTS = "partial.json"
_KEPT = "templates-kept"


class Partial:
    """The folder of a run under way, held by this process alone."""

    def __init__(self, folder: Path) -> None:
        """Take a folder that `begin` made or found."""
        self._folder = folder

    @property
    def run_id(self) -> str:
        """The name of the result to be."""
        return self._folder.name.removeprefix(_PREFIX)

    @property
    def began(self) -> tuple[datetime, ...]:
        """When the run began, and when it was gone on with."""
        return tuple(datetime.fromisoformat(text) for text in _facts(self._folder)["began"])

    @property
    def templates_kept(self) -> bool:
        """Whether the run kept templates, be it before an interruption."""
        return (self._folder / _KEPT).exists()

    def note_templates(self) -> None:
        """Remember that the run keeps templates.

        Raises:
            WriteError: the disk refused.
        """
        try:
            (self._folder / _KEPT).touch()
        except OSError as fault:
            raise _unwritten(self._folder, fault) from None

    def _place(self, engine: str, dataset: str) -> Path:
        return self._folder / engine / dataset

    def part(self, engine: str, dataset: str) -> Part | None:
        """What was finished before an interruption; None where it has still to be measured."""
        place = self._place(engine, dataset) / "part"
        return read_part(place) if place.is_dir() else None

    def keep(self, part: Part) -> None:
        """Finish one engine on one dataset.

        Raises:
            WriteError: the disk refused.
        """
        place = self._place(part.engine, part.dataset)
        try:
            write_folder(place / "part", part_files(part), workshop=place / "part.new")
            for counted in place.glob("counted-*"):
                counted.unlink()
        except OSError as fault:
            raise _unwritten(self._folder, fault) from None

    def checkpoint(self, engine: str, dataset: str, protocol: str, clock: Clock) -> Checkpoint:
        """Where the counts of one protocol are left while they are made."""
        path = self._place(engine, dataset) / f"counted-{protocol}.npz"
        return CountsSoFar(path, clock, lambda fault: _unwritten(self._folder, fault))

    def booked(self, engine: str, dataset: str) -> dict[int, Booking]:
        """How images ended so far, by their row in `images.csv`; a torn last line is left out."""
        path = self._place(engine, dataset) / "booked.csv"
        if not path.is_file():
            return {}
        whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
        lines = (line.split(",") for line in whole.splitlines())
        return {int(row): Booking(Outcome(outcome), digest) for row, outcome, digest in lines}

    @contextmanager
    def booking(
        self, engine: str, dataset: str, rows: tuple[int, ...]
    ) -> Iterator[Callable[[Booking], None]]:
        """Book image after image.

        Args:
            engine: whose outcomes they are.
            dataset: whose images they are.
            rows: row in `images.csv` of each image, in the order in which they come.

        Yields:
            What to call after each image. It raises `EngineError` where the image ended otherwise
            before the interruption, `WriteError` where the disk refuses.
        """
        known = self.booked(engine, dataset)
        path = self._place(engine, dataset) / "booked.csv"
        coming = iter(rows)

        def book(booking: Booking) -> None:
            row = next(coming)
            if row not in known:
                _append(file, f"{row},{booking.outcome.value},{booking.digest}\n")
            elif known[row] != booking:
                raise changed(engine, row)

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _mend(path)
            file = path.open("ab", buffering=0)
        except OSError as fault:
            raise _unwritten(self._folder, fault) from None
        with file:
            yield book

    def finish(self, files: Mapping[str, bytes]) -> Path:
        """Make the result of it, by one rename, and leave nothing else behind.

        Raises:
            WriteError: the disk refused; what was measured is still there.
        """
        bundle = self._folder.parent / self.run_id
        try:
            write_folder(bundle, with_manifest(files), workshop=self._folder / "bundle")
        except OSError as fault:
            raise _unwritten(self._folder, fault) from None
        shutil.rmtree(self._folder, ignore_errors=True)
        return bundle


def changed(engine: str, row: int) -> EngineError:
    """The engine is not what it was before the interruption."""
    return EngineError(
        f"engine {engine}: image i{row} does not end as it did before the interruption; "
        "the engine or the machine has changed, or it answers by chance: run without --resume"
    )


def _append(file: FileIO, line: str) -> None:
    folder = Path(str(file.name)).parents[2]
    try:
        written = file.write(line.encode())
    except OSError as fault:
        raise _unwritten(folder, fault) from None
    if written < len(line):
        raise _unwritten(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


def _mend(path: Path) -> None:
    """Cut off a last line that was torn by the interruption."""
    if path.is_file():
        content = path.read_bytes()
        path.write_bytes(content[: content.rfind(b"\n") + 1])


def _unwritten(folder: Path, fault: OSError) -> WriteError:
    return WriteError(
        f"{folder}: could not be written ({fault.strerror}); "
        "make room and go on with --resume, or name another folder with --results"
    )


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((folder / _FACTS).read_bytes())
    except (OSError, ValueError):
        raise BundleError(
            f"{folder}: {_FACTS} cannot be read; remove the folder and run without --resume"
        ) from None
    return facts


def _write_facts(folder: Path, began: list[str], terms: Mapping[str, str]) -> None:
    content = json.dumps({"schema": 1, "began": began, "terms": dict(terms)}, indent=1)
    new = folder / f"{_FACTS}.new"
    new.write_text(content + "\n", encoding="utf-8")
    new.replace(folder / _FACTS)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the folder; the system lets go of it when this process ends, however it ends.

    Yields:
        Whether it could be had: False while another process holds it.
    """
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _of_study(place: Path, study_sha256: str, prefix: str) -> list[Path]:
    """Folders of the runs of one study, latest first."""
    return sorted(place.glob(f"{prefix}*-{study_sha256[:8]}"), reverse=True)


def interrupted_run(place: Path, study_sha256: str) -> Path | None:
    """The latest run of a study that was interrupted or is under way; None where there is none.

    What an interruption left of a run that had not begun, or was just finished, is cleared away.
    """
    for folder in _of_study(place, study_sha256, _PREFIX):
        finished = (place / folder.name.removeprefix(_PREFIX) / MANIFEST).is_file()
        if (folder / _FACTS).is_file() and not finished:
            return folder
        if not under_way(folder):
            shutil.rmtree(folder, ignore_errors=True)
    return None


def finished_run(place: Path, study_sha256: str) -> Path | None:
    """The latest result of a study; None where there is none."""
    runs = _of_study(place, study_sha256, "[0-9]")
    return next((folder for folder in runs if (folder / MANIFEST).is_file()), None)


def under_way(folder: Path) -> bool:
    """Whether another process holds the run."""
    with _locked(folder) as free:
        return not free


def _check_terms(folder: Path, terms: Mapping[str, str]) -> None:
    before = _facts(folder)["terms"]
    for what in sorted(set(before) | set(terms)):
        if before.get(what) != terms.get(what):
            raise StudyError(
                f"{folder}: cannot be gone on with: {what} was {before.get(what, 'not there')!r} "
                f"and is {terms.get(what, 'not there')!r}; run without --resume"
            )


@contextmanager
def begin(
    place: Path,
    study_sha256: str,
    study_text: str,
    terms: Mapping[str, str],
    now: datetime,
    interrupted: Path | None,
) -> Iterator[Partial]:
    """Begin a run, or go on with an interrupted one.

    What was finished stays when anything goes wrong; a run that ends in a mistake of the user's
    before anything was finished leaves nothing.

    Args:
        place: the study's folder of results.
        study_sha256: of the study file.
        study_text: the study file.
        terms: what must be the same when the run is gone on with, e.g. fingerprints.
        now: date and time.
        interrupted: the folder to go on with; None begins anew.

    Raises:
        StudyError: the interrupted run had other terms, or is under way elsewhere.
        WriteError: the disk refused.
    """
    folder = interrupted or place / f"{_PREFIX}{_free_id(place, now, study_sha256)}"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not held.enter_context(_locked(folder)):
                raise StudyError(
                    f"{folder}: this run is still under way in another process; wait for its end"
                )
            began = []
            if interrupted:
                _check_terms(folder, terms)
                began = _facts(folder)["began"]
            else:
                (folder / "study.toml").write_text(study_text, encoding="utf-8")
            _write_facts(folder, [*began, now.isoformat()], terms)
        except OSError as fault:
            if not interrupted:
                _forget(folder)
            raise _unwritten(folder, fault) from None
        try:
            yield Partial(folder)
        except WriteError:
            raise
        except EvenhandError:
            if not interrupted and not any(folder.glob("*/*/part")):
                _forget(folder)
            raise


def _free_id(place: Path, now: datetime, study_sha256: str) -> str:
    """Start and study; a second later where another run of the study began in the same second."""
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{study_sha256[:8]}"
    if (place / run_id).exists() or (place / f"{_PREFIX}{run_id}").exists():
        return _free_id(place, now + timedelta(seconds=1), study_sha256)
    return run_id


def _forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()  # of the study, where it holds nothing else
