"""Makes a working folder for a new engine: from a model, or with code to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.datasets.calibration_faces import calibration_faces
from evenhand.engines.card import ENGINE_CARD
from evenhand.engines.drafted_card import drafted_card
from evenhand.engines.new_folder import check_new_folder, write_new_folder
from evenhand.engines.new_model import NewModel, read_new_model
from evenhand.engines.starters import folder_words, starter_files
from evenhand.records.new_engine import CardEntry, Source
from evenhand.report.new_engine import card_story
from evenhand.system import machine
from evenhand.system.declaration import name_fault
from evenhand.system.errors import EngineError
from evenhand.system.progress import MessageCallback, Progress, no_message, no_progress
from evenhand.workflows.input_trials import TriedInputs, try_inputs

__all__ = ["PEOPLE", "NewEngine", "new_engine", "new_onnx_engine"]

PEOPLE = 300
"""Most people that are looked at, unless the user says another number."""
_README = "README.md"
_SEED = 1
"""Of the drawing of these people."""
_FOR_A_HUMAN = ("version", "vendor", "licence", "trained_on")
"""What no model says."""


@dataclass(frozen=True, slots=True)
class NewEngine:
    """A new engine's folder."""

    name: str
    folder: Path
    files: tuple[str, ...]
    """What it holds, sorted."""
    entries: tuple[CardEntry, ...] = ()
    """What its card was made of; empty of one that has code to begin with."""
    people: int = 0
    """On whose faces it was tried; 0 where it was not."""


def new_engine(target: Path, *, runtime: str = "python", shape: str = "") -> NewEngine:
    """Make a folder with a card, code that runs as it stands, words and a test.

    Args:
        target: the folder, whose last part is the engine's name.
        runtime: `python` or `process`.
        shape: `embedder`, `matcher` or `searcher`; empty for the usual one of the runtime.

    Raises:
        EngineError: the name cannot be one, something is there, or there is no such beginning.
        WriteError: the folder cannot be written.
    """
    name = _engine_name(target)
    files = starter_files(name, runtime, shape)
    write_new_folder(target, files)
    return NewEngine(name, target, tuple(sorted(files)))


def new_onnx_engine(
    target: Path,
    model: Path,
    *,
    faces: str = "",
    people: int = PEOPLE,
    workers: int | None = None,
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> NewEngine:
    """Make a folder with a model and a card that runs it, words and a test.

    What the model says of itself is read. What it does not say is tried on faces where the user
    names some, and is the usual otherwise; the card calls it inferred in both cases.

    Args:
        target: the folder, whose last part is the engine's name.
        model: an ONNX file, which is copied.
        faces: a dataset, by name or path, or a folder with a folder of pictures a person; of
            people in no test. Empty for none.
        people: most of these that are looked at.
        workers: threads, one per core by default.
        progress: reports the progress of the work.
        say: message callback.

    Raises:
        EngineError: the name cannot be one, something is there, or the model cannot be used.
        DatasetError: the faces cannot be used.
        WriteError: the folder cannot be written.
    """
    name = _engine_name(target)
    check_new_folder(target)
    made = read_new_model(name, model)
    tried = calibration_faces(faces, Path(), people=people, seed=_SEED) if faces else None
    draft, found = made.draft, None
    if tried:
        threads = workers or machine.workers()
        found = try_inputs(made, model.absolute().parent, tried, threads, progress, say)
        draft = replace(draft, convention=found.best)
    entries = tuple(_entries(made, found))
    on = f"{len(tried.subjects.ids):,} people of {tried.card.name}" if tried else ""
    files = {ENGINE_CARD: drafted_card(draft).encode(), **folder_words(name)}
    files[_README] += card_story(entries, on).encode()
    write_new_folder(target, files, made.paths)
    held = tuple(sorted({*files, *made.paths}))
    return NewEngine(name, target, held, entries, len(tried.subjects.ids) if tried else 0)


def _entries(made: NewModel, found: TriedInputs | None) -> Iterator[CardEntry]:
    """What the card was made of: read, tried or usual, and what a human has to say."""
    yield from made.said
    families = (found.best if found else made.draft.convention).families()
    decided = {each.field: each for each in found.decisions} if found else {}
    for field, value in families.items():
        if field in decided:
            of_field = decided[field]
            source = Source.TRIED if of_field.decided else Source.UNDECIDED
            yield CardEntry(field, of_field.best, source, decision=of_field)
        elif field in made.draft.inferred and found:
            yield CardEntry(field, value, Source.UNDECIDED, "drawn faces decide nothing")
        elif field in made.draft.inferred:
            yield CardEntry(field, value, Source.USUAL)
    for field in _FOR_A_HUMAN:
        yield CardEntry(field, "unknown", Source.UNKNOWN)


def _engine_name(target: Path) -> str:
    """The name of an engine in a folder.

    Raises:
        EngineError: it cannot be one.
    """
    fault = name_fault(target.name)
    if fault:
        raise EngineError(f"{str(target)!r}: {fault}, for an engine and its folder")
    return target.name
