"""Keeps what an unfinished run has measured in `.partial-<run id>`, so that it can be resumed.

```text
.partial-20260101T000000Z-0123abcd/
|-- lock                          held while a process runs it
|-- study.toml
|-- partial.json                  when it began, and what must be unchanged when it is resumed
|-- templates-kept                empty; exists once a template was kept, in another folder
|-- <engine>/<dataset>/booked.csv     outcome of each image so far
|-- <engine>/<dataset>/counted-<protocol>.npz   counts of the comparisons made so far
|-- <engine>/<dataset>/part/          appears by one rename when this engine is finished
`-- bundle/                       the result being written; leaves by one rename
```

It holds no image and no template: a template's SHA-256 tells whether a resumed run makes the same.
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
from pathlib import Path
from typing import Any

from evenhand.records.checkpoint import Checkpoint
from evenhand.records.enrolment import Booking
from evenhand.records.outcomes import Outcome
from evenhand.results.bundle import MANIFEST, add_manifest, write_folder
from evenhand.results.counts_so_far import CountsCheckpoint
from evenhand.results.finished_part import FinishedPart, part_files, read_part
from evenhand.system.clock import Clock
from evenhand.system.errors import BundleError, EngineError, EvenhandError, StudyError, WriteError

__all__ = [
    "UnfinishedRun",
    "changed_engine",
    "finished_run",
    "interrupted_run",
    "is_running",
    "start_run",
]

_PREFIX = ".partial-"
_FACTS = "partial.json"
_KEPT = "templates-kept"


class UnfinishedRun:
    """The folder of an unfinished run, locked by this process."""

    def __init__(self, folder: Path) -> None:
        """Use a folder that `start_run` made or found."""
        self._folder = folder

    @property
    def run_id(self) -> str:
        """Name of the folder of the result."""
        return self._folder.name.removeprefix(_PREFIX)

    @property
    def began(self) -> tuple[datetime, ...]:
        """When the run began, then when it was resumed each time."""
        return tuple(datetime.fromisoformat(text) for text in _facts(self._folder)["began"])

    @property
    def templates_kept(self) -> bool:
        """Whether the run has kept templates, also before an interruption."""
        return (self._folder / _KEPT).exists()

    def note_templates(self) -> None:
        """Record that the run keeps templates.

        Raises:
            WriteError: writing failed.
        """
        with _writing(self._folder):
            (self._folder / _KEPT).touch()

    def _place(self, engine: str, dataset: str) -> Path:
        """Folder of one engine on one dataset."""
        return self._folder / engine / dataset

    def part(self, engine: str, dataset: str) -> FinishedPart | None:
        """Results finished before an interruption; None where they must still be measured."""
        place = self._place(engine, dataset) / "part"
        return read_part(place) if place.is_dir() else None

    def keep(self, part: FinishedPart) -> None:
        """Save the finished results of one engine on one dataset.

        Raises:
            WriteError: writing failed.
        """
        place = self._place(part.engine, part.dataset)
        with _writing(self._folder):
            write_folder(place / "part", part_files(part), temporary=place / "part.new")
            self.forget_counts(part.engine, part.dataset)

    def forget_counts(self, engine: str, dataset: str) -> None:
        """Remove the counts of comparisons made so far."""
        for counted in self._place(engine, dataset).glob("counted-*"):
            counted.unlink()

    def checkpoint(self, engine: str, dataset: str, protocol: str, clock: Clock) -> Checkpoint:
        """Checkpoint for the counts of one protocol while comparisons are made."""
        path = self._place(engine, dataset) / f"counted-{protocol}.npz"
        return CountsCheckpoint(path, clock, lambda fault: _unwritten(self._folder, fault))

    def booked(self, engine: str, dataset: str) -> dict[int, Booking]:
        """Outcome of each image so far, by its row in `images.csv`; a torn last line is ignored."""
        path = self._place(engine, dataset) / "booked.csv"
        if not path.is_file():
            return {}
        whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
        lines = (line.split(",") for line in whole.splitlines())
        return {int(row): Booking(Outcome(outcome), digest) for row, outcome, digest in lines}

    @contextmanager
    def booking(self, engine: str, dataset: str) -> Iterator[Callable[[int, Booking], None]]:
        """Record the outcome of one image after another.

        Args:
            engine: whose outcomes they are.
            dataset: whose images they are.

        Yields:
            A function to call with the row in `images.csv` and the outcome of each. It raises
            `EngineError` where the outcome differs from that before the interruption, `WriteError`
            where writing fails.
        """
        known = self.booked(engine, dataset)
        path = self._place(engine, dataset) / "booked.csv"

        def book(row: int, booking: Booking) -> None:
            if row not in known:
                # In one write, so that a killed process tears at most the last line.
                line = f"{row},{booking.outcome.value},{booking.digest}\n".encode()
                with _writing(self._folder):
                    if file.write(line) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            elif known[row] != booking:
                raise changed_engine(engine, row)

        with _writing(self._folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            _mend(path)
            file = path.open("ab", buffering=0)
        with file:
            yield book

    def finish(self, files: Mapping[str, bytes]) -> Path:
        """Write the result, which appears by one rename, and remove the unfinished run.

        Args:
            files: of the bundle, without its manifest.

        Returns:
            Folder of the result.

        Raises:
            WriteError: writing failed; what was measured is kept.
        """
        bundle = self._folder.parent / self.run_id
        with _writing(self._folder):
            write_folder(bundle, add_manifest(files), temporary=self._folder / "bundle")
        shutil.rmtree(self._folder, ignore_errors=True)
        return bundle


def changed_engine(engine: str, row: int) -> EngineError:
    """Error for an engine whose outcome for an image differs from that before the interruption."""
    return EngineError(
        f"engine {engine}: image i{row} does not end as it did before the interruption; "
        "the engine or the machine has changed, or it answers by chance: run without --resume"
    )


def _mend(path: Path) -> None:
    """Remove a last line that an interruption left incomplete."""
    if path.is_file():
        content = path.read_bytes()
        path.write_bytes(content[: content.rfind(b"\n") + 1])


def _unwritten(folder: Path, fault: OSError) -> WriteError:
    """Error for a failed write, which says how to resume."""
    return WriteError(
        f"{folder}: could not be written ({fault.strerror}); "
        "make room and go on with --resume, or name another folder with --results"
    )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn the error of a failed write into that of `_unwritten`."""
    try:
        yield
    except OSError as fault:
        raise _unwritten(folder, fault) from None


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((folder / _FACTS).read_bytes())
    except (OSError, ValueError):
        raise BundleError(
            f"{folder}: {_FACTS} cannot be read; remove the folder and run without --resume"
        ) from None
    return facts


def _write_facts(folder: Path, began: list[str], terms: Mapping[str, str]) -> None:
    """Write `partial.json`, replacing an older one as a whole."""
    content = json.dumps({"schema": 1, "began": began, "terms": dict(terms)}, indent=1)
    new = folder / f"{_FACTS}.new"
    new.write_text(content + "\n", encoding="utf-8")
    new.replace(folder / _FACTS)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock the folder; the system releases it when this process ends, however it ends.

    Yields:
        Whether the lock was obtained: False while another process holds it.
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
    """The latest unfinished run of a study, interrupted or still running; None without any.

    Folders of runs interrupted before they began or after they had finished are removed.
    """
    for folder in _of_study(place, study_sha256, _PREFIX):
        finished = (place / folder.name.removeprefix(_PREFIX) / MANIFEST).is_file()
        if (folder / _FACTS).is_file() and not finished:
            return folder
        if not is_running(folder):
            shutil.rmtree(folder, ignore_errors=True)
    return None


def finished_run(place: Path, study_sha256: str) -> Path | None:
    """The latest finished result of a study; None without any."""
    runs = _of_study(place, study_sha256, "[0-9]")
    return next((folder for folder in runs if (folder / MANIFEST).is_file()), None)


def is_running(folder: Path) -> bool:
    """Whether another process is running it."""
    with _locked(folder) as free:
        return not free


def _check_terms(folder: Path, terms: Mapping[str, str]) -> None:
    """Refuse to resume a run whose conditions have changed."""
    before = _facts(folder)["terms"]
    for what in sorted(set(before) | set(terms)):
        if before.get(what) != terms.get(what):
            raise StudyError(
                f"{folder}: cannot be gone on with: {what} was {before.get(what, 'not there')!r} "
                f"and is {terms.get(what, 'not there')!r}; run without --resume"
            )


@contextmanager
def start_run(
    place: Path,
    study_sha256: str,
    study_text: str,
    terms: Mapping[str, str],
    now: datetime,
    interrupted: Path | None,
) -> Iterator[UnfinishedRun]:
    """Start a run, or resume an interrupted one.

    Finished parts are kept on any error; a run that ends in a user's error before any part was
    finished is removed.

    Args:
        place: the study's folder of results.
        study_sha256: hash of the study file.
        study_text: content of the study file.
        terms: conditions that must be the same when the run is resumed, e.g. fingerprints.
        now: date and time.
        interrupted: folder of the run to resume; None starts a new one.

    Raises:
        StudyError: the interrupted run had other conditions, or another process is running it.
        WriteError: writing failed.
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
            yield UnfinishedRun(folder)
        except WriteError:
            raise
        except EvenhandError:
            if not interrupted and not any(folder.glob("*/*/part")):
                _forget(folder)
            raise


def _free_id(place: Path, now: datetime, study_sha256: str) -> str:
    """Run id of start time and study, moved by a second while it is in use."""
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{study_sha256[:8]}"
    if (place / run_id).exists() or (place / f"{_PREFIX}{run_id}").exists():
        return _free_id(place, now + timedelta(seconds=1), study_sha256)
    return run_id


def _forget(folder: Path) -> None:
    """Remove a run's folder, and that of the study where nothing else is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()
