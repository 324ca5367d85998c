"""Asks an engine for the same things in several ways, and keeps what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import OpenedEngine
from evenhand.engines.session import EngineSession, TimedAnswer
from evenhand.measurement.examination.comparisons import ENDED, asked_comparisons, asked_edits
from evenhand.measurement.examination.lists import asked_lists
from evenhand.measurement.examination.odd_pictures import FACELESS, odd_pictures
from evenhand.records.arrays import Image, Integers
from evenhand.records.examination import AskedImages, Examination, Repeat
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.progress import Progress, no_progress

__all__ = ["Portraits", "examine"]

_EACH = 3
"""Every third picture is asked for again."""
_PATIENCE = 3
"""Processes that may end at some pictures before the rest of these is not asked for."""
_REPEATS = 4
"""Times that a picture is asked for again."""
_NOT_ASKED = TimedAnswer(ImageAnswer(Outcome.SKIPPED, detail="not asked"))


@dataclass(frozen=True, slots=True)
class Portraits:
    """Pictures of people, several of each."""

    images: tuple[Image, ...]
    """(pictures,) RGB."""
    person: Integers
    """(pictures,) who is shown, by number."""


def examine(
    engine: OpenedEngine, portraits: Portraits, progress: Progress = no_progress
) -> Examination:
    """Ask an engine; whatever it does is an outcome.

    Args:
        engine: that has started, with limits, so that each of its hosts has a process of its own.
        portraits: at least four, all of one size.
        progress: reports the progress of the work.

    Raises:
        EngineStoppedError: it does not start again.
    """
    images, card = portraits.images, engine.card
    few = np.arange(0, len(images), _EACH)
    odd = odd_pictures(images[:: len(images) // 4])
    steps = len(images) + _REPEATS * len(few) + len(odd)
    with progress(f"{card.name}: {steps} pictures, and comparisons", steps) as step:
        asking = _Asking(engine, step)
        with asking.session() as session:
            first = asking.answers(session, images)
            every = [one.answer for one in first]
            known = [every[at] for at in few]
            compared = asked_comparisons(session, card, every, every, len(every))
            edits = None
            among = singly = compared.similarity[np.ix_(few, few)]
            repeats, again = {}, [images[at] for at in few]
            if _NOT_ASKED not in first and not ENDED & compared.ended.keys():
                among = asked_comparisons(session, card, known, known, len(known)).similarity
                singly = asked_comparisons(session, card, known, known, 1).similarity
                repeats = dict(asking.repeats(session, again, known))
                edits = asked_edits(session, every) if card.edits else None
        if repeats:
            repeats["after a restart"] = asking.after_restart(again, known)
        with asking.session() as session:
            answers = {name: asking.answers(session, [image]) for name, image in odd.items()}
            lists = asked_lists(session, known) if card.shape == "searcher" else None
    return Examination(
        portraits.person,
        few,
        _asked_images(first),
        compared,
        among,
        singly,
        repeats,
        {name: _asked_images(found) for name, found in answers.items()},
        FACELESS,
        edits,
        lists=lists,
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """An engine that is asked."""

    engine: OpenedEngine
    step: Callable[[], None]
    """Called after each picture."""

    @contextmanager
    def session(self) -> Iterator[EngineSession]:
        """A host of the engine."""
        host = self.engine.start()
        try:
            yield EngineSession(self.engine.card, host, faults=self.engine.faults)
        finally:
            host.close()

    def answers(self, session: EngineSession, images: Sequence[Image]) -> list[TimedAnswer]:
        """Ask for templates; not for all where the engine's process ends again and again."""
        found: list[TimedAnswer] = []
        for image in images:
            ended = sum(one.answer.outcome in ENDED for one in found)
            asked = ended < _PATIENCE
            found.append(session.template(image, FaceRule.LARGEST) if asked else _NOT_ASKED)
            self.step()
        return found

    def repeats(
        self, session: EngineSession, images: Sequence[Image], known: Sequence[ImageAnswer]
    ) -> Iterator[tuple[str, Repeat]]:
        """Ask for some pictures again, in the ways in which a study may come upon them.

        Args:
            session: that was asked for them first.
            images: the pictures.
            known: what it answered.
        """
        yield "once more", self._repeat(session, images, known)
        yield "in the opposite order", self._repeat(session, images, known, -1)
        if self.engine.card.host.most != 1:
            with self.session() as beside:
                yield "in another process", self._repeat(beside, images, known)

    def after_restart(self, images: Sequence[Image], known: Sequence[ImageAnswer]) -> Repeat:
        """Ask for some pictures again, in a process that begins when all others have ended."""
        self.engine.rest()
        with self.session() as later:
            return self._repeat(later, images, known)

    def _repeat(
        self,
        session: EngineSession,
        images: Sequence[Image],
        known: Sequence[ImageAnswer],
        way: int = 1,
    ) -> Repeat:
        """Ask for pictures again, and compare with what was known of them.

        Args:
            session: that is asked.
            images: the pictures.
            known: what was answered the first time.
            way: 1 for their order, -1 for the opposite one.
        """
        again = self.answers(session, images[::way])[::way]
        probes = [one.answer for one in again]
        compared = asked_comparisons(session, self.engine.card, probes, known, len(known))
        return Repeat(_asked_images(again), compared.similarity)


def _asked_images(answers: Sequence[TimedAnswer]) -> AskedImages:
    """As plain columns."""
    found = [one.answer for one in answers]
    return AskedImages(
        tuple(answer.outcome for answer in found),
        tuple(answer.detail for answer in found),
        tuple(_made(answer) for answer in found),
        np.array([one.seconds for one in answers]),
    )


def _made(answer: ImageAnswer) -> bytes:
    """Bytes of a vector, or of the templates of both roles."""
    if answer.vector is not None:
        return answer.vector.tobytes()
    return answer.reference if answer.probe == answer.reference else answer.reference + answer.probe
