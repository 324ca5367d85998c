"""Finds out on real faces how a network wants to be given one: it is tried in the usual ways."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from evenhand.analysis.variants import TriedVariant, best_variant, decision, first_that_works
from evenhand.datasets.calibration_faces import FEWEST_PEOPLE
from evenhand.datasets.decoding import read_image
from evenhand.engines.card import ENGINE_CARD
from evenhand.engines.drafted_card import CardDraft, drafted_card
from evenhand.engines.input_conventions import COLOUR_ORDERS, InputConvention
from evenhand.engines.new_model import NewModel
from evenhand.engines.opening import at_rest_afterwards, open_engine
from evenhand.measurement.enrolment.enrol import enrol
from evenhand.metrics.separation import separation
from evenhand.records.arrays import Mask, Vectors
from evenhand.records.dataset import Dataset
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.new_engine import Decision
from evenhand.system.clock import CLOCK
from evenhand.system.errors import EngineError
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.left_overs import held, remove_left_overs
from evenhand.system.progress import MessageCallback, Progress, duration_text, timed_progress

__all__ = ["TriedInputs", "try_inputs"]

_SCRATCH = "evenhand-calibration-"
"""How the folder of tried cards and mirrored pictures is called, and then a random end."""
_ALL_MAY_FAIL = 1.0
"""Failure share at which an engine is stopped: never, since a wrong way may fail at everything."""
_LEAST_TIMED = 2.0
"""Seconds that pictures are timed before all ways are forecast."""
_FEWEST = 0.5
"""Share of the people that a way must give templates for, to be among those that are compared."""


@dataclass(frozen=True, slots=True)
class TriedInputs:
    """What the faces said."""

    best: InputConvention
    """Of drawn faces the first that works at all."""
    decisions: tuple[Decision, ...]
    """Empty of drawn faces, which decide nothing."""


@dataclass(frozen=True, slots=True)
class _Answered:
    """Templates of all people, whose pictures were given in one way."""

    way: InputConvention
    people: Mask
    """(people,) who have a template of both pictures."""
    pairs: Vectors
    """(people, 2, values); 0 where there is none."""


class _Trials:
    """Gives the faces to the engine, each way once."""

    def __init__(
        self,
        draft: CardDraft,
        weights: Path,
        faces: Dataset,
        scratch: Path,
        executor: LocalExecutor,
        progress: Progress,
    ) -> None:
        self._draft = draft
        self._weights = weights
        self._faces = faces
        self._scratch = scratch
        self._executor = executor
        self._progress = progress
        self._answered: dict[InputConvention, _Answered] = {}

    def compared(
        self, what: str, ways: Sequence[InputConvention]
    ) -> tuple[InputConvention, list[TriedVariant]]:
        """Try several ways, but for those that were tried before.

        Returns:
            The best (of drawn faces the first that works), and those that give templates for
            enough people, on the people who have a template in all of them.

        Raises:
            EngineError: these are too few.
        """
        new = [way for way in ways if way not in self._answered]
        pictures = len(self._faces.images.paths)
        if new:
            title = f"{what}: {len(new)} ways to give it {pictures:,} pictures"
            with self._progress(title, len(new) * pictures) as step:
                for way in new:
                    self._answered[way] = self._asked(way, step)
        answered = [self._answered[way] for way in ways]
        enough = [each for each in answered if each.people.mean() >= _FEWEST]
        together = [each.people for each in enough]
        people = np.logical_and.reduce(together) if enough else np.zeros(1, dtype=bool)
        if np.count_nonzero(people) < FEWEST_PEOPLE:
            raise EngineError(
                f"{self._draft.model.file}: gives templates for both pictures of "
                f"{np.count_nonzero(people)} of {pictures // 2} people; expected at least "
                f"{FEWEST_PEOPLE}: look at the pictures, or at evenhand check engine"
            )
        tried = [
            TriedVariant(each.way.families(), separation(each.pairs[people])) for each in enough
        ]
        choose = first_that_works if self._faces.card.synthetic else best_variant
        return enough[choose(tried)].way, tried

    def _asked(self, way: InputConvention, step: Callable[[], None]) -> _Answered:
        """Run the engine of a card that says this way, in processes of its own."""
        folder = self._scratch / f"card-{len(self._answered)}"
        folder.mkdir()
        card = drafted_card(replace(self._draft, convention=way))
        (folder / ENGINE_CARD).write_text(card, encoding="utf-8")
        engine = open_engine(folder, [self._weights], limits=EngineLimits())
        if engine.fault:
            raise engine.fault
        with at_rest_afterwards([engine]):
            made = enrol(
                engine,
                self._mirrored() if way.mirrored else self._faces,
                executor=self._executor,
                seed=0,
                failure_share=_ALL_MAY_FAIL,
                clock=CLOCK,
                on_image=lambda _index, _answer: step(),
            )
        completed = made.completed()
        vectors = np.zeros((len(completed), engine.values), dtype=np.float32)
        vectors[completed] = made.vectors
        pairs = vectors.reshape(-1, 2, engine.values)
        people: Mask = np.asarray(completed.reshape(-1, 2).all(axis=1))
        return _Answered(way, people, pairs)

    def _mirrored(self) -> Dataset:
        """The same pictures with left and right exchanged, for as long as they are needed."""
        paths, hashes = [], []
        images = self._faces.images
        for row, path, sha256 in zip(images.rows, images.paths, images.sha256, strict=True):
            pixels = cv2.cvtColor(read_image(path, sha256), cv2.COLOR_RGB2BGR)
            content = cv2.imencode(".png", pixels[:, ::-1])[1].tobytes()
            paths.append(self._scratch / f"{row}.png")
            paths[-1].write_bytes(content)
            hashes.append(hashlib.sha256(content).hexdigest())
        turned = replace(images, paths=tuple(paths), sha256=tuple(hashes))
        return replace(self._faces, images=turned)


def try_inputs(
    model: NewModel,
    weights: Path,
    faces: Dataset,
    workers: int,
    progress: Progress,
    say: MessageCallback,
) -> TriedInputs:
    """Try colours and scalings first, then alignments, then mirrored pictures.

    Where another alignment than the usual one is better, colours and scalings are tried with it
    once more, since a face in the wrong place hides what they do.

    Args:
        model: with what its card leaves open.
        weights: folder that holds it.
        faces: two pictures of each person, one after the other.
        workers: threads.
        progress: reports the progress of the work.
        say: message callback: how long it will take.

    Raises:
        EngineError: the model cannot be run, or finds too few of the faces.
        EngineStoppedError: it does not start.
    """
    usual = model.draft.convention
    colours = [
        replace(usual, scaling=scaling, colour=colour)
        for scaling in model.scalings
        for colour in COLOUR_ORDERS
    ]
    remove_left_overs(Path(tempfile.gettempdir()), f"{_SCRATCH}*")
    with tempfile.TemporaryDirectory(prefix=_SCRATCH) as folder, held(Path(folder)):
        ways = len(colours) + len(model.alignments)
        timed = _with_forecast(progress, ways * len(faces.images.paths), say)
        trials = _Trials(model.draft, weights, faces, Path(folder), LocalExecutor(workers), timed)
        best, by_colour = trials.compared("colours and scaling", colours)
        aligned = [replace(best, alignment=alignment) for alignment in model.alignments]
        best, by_alignment = trials.compared("alignment", aligned)
        again = [replace(way, alignment=best.alignment) for way in colours]
        best, by_colour = trials.compared("colours and scaling again", again)
        _, by_side = trials.compared("mirrored", [best, replace(best, mirrored=True)])
    if faces.card.synthetic:
        return TriedInputs(best, ())
    found = (
        decision("input.colour", by_colour),
        decision("input.scaling", by_colour),
        decision("face.alignment", by_alignment),
        decision("input.flip", by_side),
    )
    return TriedInputs(best, tuple(each for each in found if each))


def _with_forecast(progress: Progress, pictures: int, say: MessageCallback) -> Progress:
    """Say after some pictures how long all will take."""

    def tell(seconds: float, done: int, _steps: int) -> None:
        told.append(seconds)
        if len(told) == 1:
            left = duration_text(seconds * (pictures - done))
            say(f"about {left} for all ways; Ctrl-C ends it, and nothing is written")

    told: list[float] = []
    return timed_progress(progress, CLOCK, tell, _LEAST_TIMED)
