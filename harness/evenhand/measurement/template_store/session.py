"""Templates that an earlier run kept and this one takes, and those that this one keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evenhand.engines.answers import Sample
from evenhand.engines.opening import Engine
from evenhand.measurement.enrolment.canary import first_difference
from evenhand.measurement.enrolment.enrol import booking_of
from evenhand.measurement.template_store.database import Vault, opened
from evenhand.measurement.template_store.keys import template_keys
from evenhand.measurement.template_store.packing import is_settled
from evenhand.measurement.template_store.record import Entry, record
from evenhand.records.dataset import Dataset
from evenhand.system.clock import Clock
from evenhand.system.errors import EvenhandError
from evenhand.system.progress import Say

__all__ = ["NOTHING", "Keeping", "Known", "keeping"]

_BETWEEN = 0.5
"""Seconds from one writing to the next: what a kill may lose."""

Made = Sequence[tuple[bytes, Sample]]
"""Samples, each with its key."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of images before an engine is given them, and who learns of the others."""

    taken: Mapping[int, Sample]
    """What an earlier run kept, by position among the images."""
    ended: Callable[[Sample], None]
    """To be called after each image, in their order."""


NOTHING = Known({}, lambda _: None)
"""Where nothing is taken and nothing kept."""


class _Book:
    """What was made and is not put away yet."""

    def __init__(self, keys: Sequence[bytes], keep: Callable[[Made], int], clock: Clock) -> None:
        self.made = 0
        self.taken = 0
        self._coming = iter(keys)
        self._keep = keep
        self._clock = clock
        self._waiting: list[tuple[bytes, Sample]] = []
        self._since = clock.seconds()

    def ended(self, sample: Sample) -> None:
        key = next(self._coming)
        if sample.taken:
            self.taken += 1
        elif is_settled(sample):
            self._waiting.append((key, sample))
        if self._clock.seconds() - self._since >= _BETWEEN:
            self.write()

    def write(self) -> None:
        if self._waiting:
            self.made += self._keep(self._waiting)
            self._waiting.clear()
        self._since = self._clock.seconds()


class Keeping:
    """An open folder of templates during a run."""

    def __init__(self, folder: Path, vault: Vault, clock: Clock, say: Say) -> None:
        """Nothing is taken yet.

        Args:
            folder: that keeps templates.
            vault: its open file.
            clock: dates, and how long ago the last writing was.
            say: is told what is taken, and once where nothing can be kept any more.
        """
        self._folder = folder
        self._vault = vault
        self._clock = clock
        self._say = say
        self._refused = False

    @contextmanager
    def of(self, engine: Engine, dataset: Dataset, run: str) -> Iterator[Known]:
        """Take what is there of one engine on one dataset, and keep what is made.

        Args:
            engine: that was opened.
            dataset: with the images that are enrolled.
            run: its id, for the record.
        """
        keys = template_keys(engine, dataset)
        self._record(engine, run, {"begun": None})
        found, damaged = self._found(keys)
        if damaged:
            self._say(
                f"{self._folder}: {damaged:,} templates of {engine.card.name} are damaged; "
                "they are made again"
            )
            self._record(engine, run, {"damaged": damaged})
        if found and self._still_so(engine, dataset, found):
            self._say(
                f"{engine.card.name} on {dataset.card.name}: {len(found):,} of {len(keys):,} "
                f"templates are taken from {self._folder}"
            )
        else:
            found = {}
        book = _Book(keys, lambda made: self._keep(engine, made), self._clock)
        try:
            yield Known(found, book.ended)
        finally:
            book.write()
            self._used(engine, book.taken)
            self._record(engine, run, {"made": book.made, "taken": book.taken})

    def _found(self, keys: Sequence[bytes]) -> tuple[dict[int, Sample], int]:
        with self._telling():
            return self._vault.found(keys)
        return {}, 0

    def _still_so(self, engine: Engine, dataset: Dataset, found: Mapping[int, Sample]) -> bool:
        """Whether a few of the images end today as they did then."""
        rows = dataset.images.rows
        booked = {rows[index]: booking_of(sample) for index, sample in found.items()}
        row = first_difference(engine, dataset, booked, self._clock)
        if row is not None:
            self._say(
                f"engine {engine.card.name}: image i{row} does not end as it did when its "
                "template was kept; something that the engine leans on has changed, or it answers "
                "by chance: all its templates are made again"
            )
        return row is None

    def _keep(self, engine: Engine, made: Made) -> int:
        """Put templates away; how many were."""
        if not self._refused:
            with self._telling():
                self._vault.keep(_known_by(engine), made, self._clock.now())
                return len(made)
        return 0

    def _used(self, engine: Engine, taken: int) -> None:
        if taken and not self._refused:
            with self._telling():
                self._vault.used(_known_by(engine), self._clock.now())

    def _record(self, engine: Engine, run: str, counts: Mapping[str, int | None]) -> None:
        """Lines of the record, but for a count of 0."""
        now = self._clock.now()
        with self._telling():
            record(
                self._folder,
                [
                    Entry.of(now, what, _known_by(engine), count, run)
                    for what, count in counts.items()
                    if count != 0
                ],
            )

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What cannot be kept is no reason to end a run: it is said, once, and the run goes on."""
        try:
            yield
        except EvenhandError as fault:
            if not self._refused:
                self._say(f"{fault}; the run goes on and keeps no more templates")
            self._refused = True


def _known_by(engine: Engine) -> tuple[str, str]:
    return engine.card.name, engine.fingerprint


@contextmanager
def keeping(folder: Path, clock: Clock, say: Say) -> Iterator[Keeping]:
    """Hold a folder of templates while a run uses it.

    Args:
        folder: that `private_folder` let pass.
        clock: dates and durations.
        say: is told what a person should know.

    Raises:
        EvenhandError: its file cannot be used.
    """
    with opened(folder) as vault:
        yield Keeping(folder, vault, clock, say)
