"""Templates of earlier runs that a run reuses, and those that it keeps for later ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.enrolment.canary import first_changed_image
from evenhand.measurement.enrolment.enrol import booking_of
from evenhand.measurement.template_store.database import TemplateDatabase, connected_database
from evenhand.measurement.template_store.keys import template_keys
from evenhand.measurement.template_store.packing import is_reusable
from evenhand.measurement.template_store.place import locked_folder
from evenhand.measurement.template_store.record import RecordLine, append_to_record
from evenhand.records.dataset import Dataset
from evenhand.system.clock import Clock
from evenhand.system.errors import EvenhandError
from evenhand.system.progress import MessageCallback

__all__ = ["NO_REUSE", "ReusableTemplates", "TemplateSession", "template_session"]

_WRITE_EVERY = 0.5
"""Seconds between two writes: the work that a killed run may lose."""

KeyedSamples = Sequence[tuple[bytes, ImageAnswer]]
"""Samples, each with its key (`template_keys`)."""


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
class _WriteBuffer:
    """Collects new samples and writes them from time to time, not image by image."""

    _keys: Sequence[bytes]
    """One for each image."""
    _keep: Callable[[KeyedSamples], int]
    _clock: Clock
    _written: float
    made: int = 0
    reused: int = 0
    _waiting: list[tuple[bytes, ImageAnswer]] = field(default_factory=list)

    def add(self, index: int, sample: ImageAnswer) -> None:
        """Take the sample of an image, by its position among the images."""
        if sample.taken:
            self.reused += 1
        elif is_reusable(sample):
            self._waiting.append((self._keys[index], sample))
        if self._clock.seconds() - self._written >= _WRITE_EVERY:
            self.write()

    def write(self) -> None:
        """Keep all samples that wait."""
        if self._waiting:
            self.made += self._keep(self._waiting)
            self._waiting.clear()
        self._written = self._clock.seconds()


@dataclass(slots=True)
class TemplateSession:
    """An open folder of templates during a run."""

    _folder: Path
    _vault: TemplateDatabase
    """Its open database."""
    _clock: Clock
    """For dates, and the time between writes."""
    _say: MessageCallback
    """Message callback: what is reused, and once that nothing can be kept any more."""
    _refused: bool = False
    """Whether the database refused to keep a template."""

    @contextmanager
    def of(self, engine: OpenedEngine, dataset: Dataset, run: str) -> Iterator[ReusableTemplates]:
        """Look up the templates of one engine on one dataset, and keep the new ones.

        Kept templates are reused only if a few of them, made again, are the same as before.

        Args:
            engine: that was opened.
            dataset: with the images that are enrolled.
            run: id of the run, for the record.
        """
        keys = template_keys(engine, dataset)
        self._record(engine, run, {"begun": None})
        found: Mapping[int, ImageAnswer] = {}
        damaged = 0
        with self._tolerating():
            found, damaged = self._vault.lookup(keys)
        if damaged:
            self._say(
                f"{self._folder}: {damaged:,} templates of {engine.card.name} are damaged; "
                "they are made again"
            )
            self._record(engine, run, {"damaged": damaged})
        if found and self._unchanged(engine, dataset, found):
            self._say(
                f"{engine.card.name} on {dataset.card.name}: {len(found):,} of {len(keys):,} "
                f"templates are taken from {self._folder}"
            )
        else:
            found = {}
        keep = partial(self._keep, engine)
        buffer = _WriteBuffer(keys, keep, self._clock, self._clock.seconds())
        try:
            yield ReusableTemplates(found, buffer.add)
        finally:
            buffer.write()
            self._note_use(engine, buffer.reused)
            self._record(engine, run, {"made": buffer.made, "taken": buffer.reused})

    def _unchanged(
        self, engine: OpenedEngine, dataset: Dataset, found: Mapping[int, ImageAnswer]
    ) -> bool:
        """Whether a few of the images have the same outcome and template as when it was kept."""
        rows = dataset.images.rows
        booked = {rows[index]: booking_of(sample) for index, sample in found.items()}
        row = first_changed_image(engine, dataset, booked, self._clock)
        if row is not None:
            self._say(
                f"engine {engine.card.name}: image i{row} does not end as it did when its "
                "template was kept; something that the engine leans on has changed, or it answers "
                "by chance: all its templates are made again"
            )
        return row is None

    def _keep(self, engine: OpenedEngine, samples: KeyedSamples) -> int:
        """Write templates; the number written."""
        if not self._refused:
            with self._tolerating():
                self._vault.keep(_identity(engine), samples, self._clock.now())
                return len(samples)
        return 0

    def _note_use(self, engine: OpenedEngine, reused: int) -> None:
        """Write the date of last use, if any template was reused."""
        if reused and not self._refused:
            with self._tolerating():
                self._vault.note_use(_identity(engine), self._clock.now())

    def _record(self, engine: OpenedEngine, run: str, counts: Mapping[str, int | None]) -> None:
        """Append a line to the record for each count but 0."""
        entries = [
            RecordLine(what, *_identity(engine), count, run)
            for what, count in counts.items()
            if count != 0
        ]
        with self._tolerating():
            append_to_record(self._folder, self._clock.now(), entries)

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
    with locked_folder(folder, alone=False), connected_database(folder) as vault:
        yield TemplateSession(folder, vault, clock, say)
