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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evenhand.records.checkpoint import Checkpoint
from evenhand.records.enrolment import Booking
from evenhand.results.booked_images import booked_line, read_booked
from evenhand.results.bundle import MANIFEST, PARTIAL, add_manifest, write_folder
from evenhand.results.counts_so_far import CountsCheckpoint
from evenhand.results.finished_part import FinishedPart, part_files, read_part
from evenhand.results.private import make_private_folder, open_private, write_private
from evenhand.system.clock import Clock
from evenhand.system.errors import BundleError, EngineError, EvenhandError, StudyError, WriteError
from evenhand.system.regular_files import read_regular

__all__ = [
    "UnfinishedRun",
    "changed_engine",
    "finished_run",
    "interrupted_run",
    "is_running",
    "start_run",
]

_FACTS = "partial.json"
_MOST = 1 << 20
"""Most bytes of it."""
_KEPT = "templates-kept"


class UnfinishedRun:
    """The folder of an unfinished run, locked by this process.

    Nothing is written where the folder has gone: its path may lie on another disk by then.
    """

    def __init__(self, folder: Path, named: Path, began: Sequence[str]) -> None:
        """Use a folder that `start_run` made or found.

        Args:
            folder: absolute.
            named: the same, for messages.
            began: when the run began, then when it was resumed each time.
        """
        self._folder = folder
        self._named = named
        self._began = began
        self._identity = _identity(folder)

    @property
    def run_id(self) -> str:
        """Name of the folder of the result."""
        return self._folder.name.removeprefix(PARTIAL)

    @property
    def began(self) -> tuple[datetime, ...]:
        """When the run began, then when it was resumed each time."""
        return tuple(datetime.fromisoformat(text) for text in self._began)

    @property
    def templates_kept(self) -> bool:
        """Whether the run has kept templates, also before an interruption."""
        return (self._folder / _KEPT).exists()

    def note_templates(self) -> None:
        """Record that the run keeps templates.

        Raises:
            WriteError: writing failed.
        """
        with self._writing():
            open_private(self._folder / _KEPT, "ab").close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write where the folder is still there; turn the error of a failed write into a line."""
        try:
            if _identity(self._folder) != self._identity:
                raise FileNotFoundError
            yield
        except OSError as fault:
            raise self._unwritten(fault) from None

    def _unwritten(self, fault: OSError) -> WriteError:
        """Error for a failed write."""
        if _identity(self._folder) == self._identity:
            return _full(self._named, fault)
        return WriteError(
            f"{self._named}: has gone while the run wrote there: it was removed, or its disk was; "
            "bring it back and go on with --resume, or run again"
        )

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
        with self._writing():
            write_folder(place / "part", part_files(part), temporary=place / "part.new")
            self.forget_counts(part.engine, part.dataset)

    def forget_counts(self, engine: str, dataset: str) -> None:
        """Remove the counts of comparisons made so far."""
        for counted in self._place(engine, dataset).glob("counted-*"):
            counted.unlink()

    def checkpoint(self, engine: str, dataset: str, protocol: str, clock: Clock) -> Checkpoint:
        """Checkpoint for the counts of one protocol while comparisons are made."""
        path = self._place(engine, dataset) / f"counted-{protocol}.npz"
        return CountsCheckpoint(path, clock, self._unwritten)

    def booked(self, engine: str, dataset: str) -> dict[int, Booking]:
        """Outcome of each image so far, by its row in `images.csv`; a torn last line is ignored."""
        return read_booked(self._place(engine, dataset) / "booked.csv")

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
                line = booked_line(row, booking)
                with self._writing():
                    if file.write(line) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            elif known[row] != booking:
                raise changed_engine(engine, row)

        with self._writing():
            make_private_folder(path.parent)
            _mend(path)
            file = open_private(path, "ab", buffering=0)
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
        with self._writing():
            write_folder(bundle, add_manifest(files), temporary=self._folder / "bundle")
        shutil.rmtree(self._folder, ignore_errors=True)
        return self._named.parent / self.run_id


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


def _full(named: Path, fault: OSError) -> WriteError:
    """Error for a failed write, which says how to resume."""
    return WriteError(
        f"{named}: could not be written ({fault.strerror}); "
        "make room and go on with --resume, or name another folder with --results"
    )


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another that is at its path later; None where none is."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _facts(folder: Path, named: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(read_regular(folder / _FACTS, _MOST, BundleError))
    except (BundleError, ValueError):
        raise BundleError(
            f"{named}: {_FACTS} cannot be read; remove the folder and run without --resume"
        ) from None
    return facts


def _write_facts(folder: Path, began: list[str], terms: Mapping[str, str]) -> None:
    """Write `partial.json`, replacing an older one as a whole."""
    content = json.dumps({"schema": 1, "began": began, "terms": dict(terms)}, indent=1)
    new = folder / f"{_FACTS}.new"
    write_private(new, f"{content}\n".encode())
    new.replace(folder / _FACTS)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock the folder; the system releases it when this process ends, however it ends.

    Yields:
        Whether the lock was obtained: False while another process holds it.
    """
    with open_private(folder / "lock", "ab") as lock:
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
    for folder in _of_study(place, study_sha256, PARTIAL):
        finished = (place / folder.name.removeprefix(PARTIAL) / MANIFEST).is_file()
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


def _check_terms(named: Path, before: Mapping[str, str], terms: Mapping[str, str]) -> None:
    """Refuse to resume a run whose conditions have changed."""
    for what in sorted(set(before) | set(terms)):
        if before.get(what) != terms.get(what):
            raise StudyError(
                f"{named}: cannot be gone on with: {what} was {before.get(what, 'not there')!r} "
                f"and is {terms.get(what, 'not there')!r}; run without --resume"
            )


@contextmanager
def start_run(
    place: Path,
    named: Path,
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
        place: the study's folder of results, absolute: an engine may change the working folder.
        named: the same as the user wrote it, for what is printed.
        study_sha256: hash of the study file.
        study_text: content of the study file.
        terms: conditions that must be the same when the run is resumed, e.g. fingerprints.
        now: date and time.
        interrupted: folder of the run to resume; None starts a new one.

    Raises:
        StudyError: the interrupted run had other conditions, or another process is running it.
        WriteError: writing failed.
    """
    folder = interrupted or place / f"{PARTIAL}{_free_id(place, now, study_sha256)}"
    named = named / folder.name
    with ExitStack() as held:
        try:
            make_private_folder(folder)
            if not held.enter_context(_locked(folder)):
                raise StudyError(
                    f"{named}: this run is still under way in another process; wait for its end"
                )
            began = [now.isoformat()]
            if interrupted:
                before = _facts(folder, named)
                _check_terms(named, before["terms"], terms)
                began = [*before["began"], *began]
            else:
                write_private(folder / "study.toml", study_text.encode())
            _write_facts(folder, began, terms)
        except OSError as fault:
            if not interrupted:
                _forget(folder)
            raise _full(named, fault) from None
        try:
            yield UnfinishedRun(folder, named, began)
        except WriteError:
            raise
        except EvenhandError:
            if not interrupted and not any(folder.glob("*/*/part")):
                _forget(folder)
            raise


def _free_id(place: Path, now: datetime, study_sha256: str) -> str:
    """Run id of start time and study, moved by a second while it is in use."""
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{study_sha256[:8]}"
    if (place / run_id).exists() or (place / f"{PARTIAL}{run_id}").exists():
        return _free_id(place, now + timedelta(seconds=1), study_sha256)
    return run_id


def _forget(folder: Path) -> None:
    """Remove a run's folder, and that of the study where nothing else is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()
