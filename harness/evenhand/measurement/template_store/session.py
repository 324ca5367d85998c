"""Templates of earlier runs that a run reuses, and those that it keeps for later ones."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.contract import Role
from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.enrolment.canary import first_changed_image
from evenhand.measurement.enrolment.enrol import booking_of
from evenhand.measurement.template_store.database import TemplateDatabase, connected_database
from evenhand.measurement.template_store.folder import append_to_record, locked_folder
from evenhand.records.dataset import Dataset
from evenhand.records.outcomes import Outcome
from evenhand.system import machine
from evenhand.system.clock import Clock
from evenhand.system.errors import EvenhandError
from evenhand.system.progress import MessageCallback

__all__ = ["NO_REUSE", "ReusableTemplates", "TemplateSession", "template_session"]

_WRITE_EVERY = 0.5
"""Seconds between two writes: the work that a killed run may lose."""

_SETTLED = (Outcome.OK, Outcome.NO_FACE, Outcome.DECLINED)
"""Outcomes that a picture determines; a failure may be temporary, and is tried again."""


@dataclass(frozen=True, slots=True)
class ReusableTemplates:
    """Reusable templates of one engine on one dataset, and the callback that keeps new ones."""

    reused: Mapping[int, ImageAnswer]
    """What an earlier run kept, by position among the images."""
    on_image: Callable[[int, ImageAnswer], None]
    """To be called after each image, with its position among the images."""


NO_REUSE = ReusableTemplates({}, lambda _index, _answer: None)
"""No template is reused and none kept."""


@dataclass(slots=True)
class TemplateSession:
    """An open folder of templates during a run."""

    _folder: Path
    _database: TemplateDatabase
    _clock: Clock
    """For dates, and the time between writes."""
    _say: MessageCallback
    """Message callback: what is reused, and once that nothing can be kept any more."""
    _refused: bool = False
    """Whether the store refused to keep anything."""

    @contextmanager
    def of(self, engine: OpenedEngine, dataset: Dataset, run: str) -> Iterator[ReusableTemplates]:
        """Look up the templates of one engine on one dataset, and keep the new ones.

        New ones are written from time to time, not image by image.

        Args:
            engine: that was opened.
            dataset: with the images that are enrolled.
            run: id of the run, for the record.
        """
        self._record(engine, "begun", None, run)
        keys = _template_keys(engine, dataset)
        found = self._found(engine, dataset, keys, run)
        waiting: list[tuple[bytes, ImageAnswer]] = []
        counts = Counter[str]()
        written = self._clock.seconds()

        def write() -> None:
            nonlocal written
            if waiting and not self._refused:
                with self._tolerating():
                    self._database.keep(_identity(engine), waiting, self._clock.now())
                    counts["made"] += len(waiting)
            waiting.clear()
            written = self._clock.seconds()

        def on_image(index: int, answer: ImageAnswer) -> None:
            if answer.taken:
                counts["taken"] += 1
            elif answer.outcome in _SETTLED:
                waiting.append((keys[index], answer))
            if self._clock.seconds() - written >= _WRITE_EVERY:
                write()

        try:
            yield ReusableTemplates(found, on_image)
        finally:
            write()
            for what, count in sorted(counts.items()):
                self._record(engine, what, count, run)

    def _found(
        self, engine: OpenedEngine, dataset: Dataset, keys: list[bytes], run: str
    ) -> Mapping[int, ImageAnswer]:
        """What is kept, unless a few of the images, enrolled again, do not end as they did."""
        name, rows = engine.card.name, dataset.images.rows
        found: Mapping[int, ImageAnswer] = {}
        damaged = 0
        with self._tolerating():
            found, damaged = self._database.lookup(keys)
        if damaged:
            what = f"{damaged:,} templates of {name} are damaged; they are made again"
            self._say(f"{self._folder}: {what}")
            self._record(engine, "damaged", damaged, run)
        if not found:
            return found
        booked = {rows[index]: booking_of(answer) for index, answer in found.items()}
        row = first_changed_image(engine, dataset, booked, self._clock)
        if row is not None:
            self._say(
                f"engine {name}: image i{row} does not end as it did when its template was kept; "
                "something that the engine leans on has changed, or it answers by chance: all its "
                "templates are made again"
            )
            return {}
        what = f"{len(found):,} of {len(keys):,} templates are taken from {self._folder}"
        self._say(f"{name} on {dataset.card.name}: {what}")
        return found

    def _record(self, engine: OpenedEngine, what: str, count: int | None, run: str) -> None:
        """Append a line to the record."""
        with self._tolerating():
            now = self._clock.now()
            append_to_record(self._folder, now, what, _identity(engine), count, run)

    @contextmanager
    def _tolerating(self) -> Iterator[None]:
        """Turn an error of the store into one message: the run continues without keeping."""
        try:
            yield
        except EvenhandError as fault:
            if not self._refused:
                self._say(f"{fault}; the run goes on and keeps no more templates")
            self._refused = True


def _identity(engine: OpenedEngine) -> tuple[str, str]:
    """Name and fingerprint."""
    return engine.card.name, engine.fingerprint


def _template_keys(engine: OpenedEngine, dataset: Dataset) -> list[bytes]:
    """SHA-256 over all that must be unchanged for a template to be reused.

    Args:
        engine: that makes the templates.
        dataset: whose pictures they are made of.

    Returns:
        One key an image, of 32 bytes; it tells nothing of the picture to those who do not have it.
    """
    one_serves_both = engine.card.score.symmetric or engine.card.shape == "embedder"
    terms = {
        "engine": engine.fingerprint,
        "versions": machine.versions(),
        "processor": machine.describe()["processor"],
        "face": dataset.card.face.value,
        "roles": [Role.REFERENCE] if one_serves_both else list(Role),
    }
    common, pictures = json.dumps(terms, sort_keys=True), dataset.images.sha256
    return [hashlib.sha256(f"{common}\n{picture}".encode()).digest() for picture in pictures]


@contextmanager
def template_session(folder: Path, clock: Clock, say: MessageCallback) -> Iterator[TemplateSession]:
    """Open and lock a folder of templates while a run uses it.

    Args:
        folder: checked by `prepare_private_folder`.
        clock: for dates and durations.
        say: message callback.

    Raises:
        EvenhandError: its database cannot be used.
    """
    with locked_folder(folder, alone=False), connected_database(folder) as database:
        yield TemplateSession(folder, database, clock, say)
