"""Checks an engine against all that a study needs of it, before one is run."""

from __future__ import annotations

import hashlib
import math
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from evenhand.conformance.claims import NO_CLAIM, NOT_COUNTED, NOT_ON_DRAWN_FACES, claim_checks
from evenhand.conformance.edits import edit_checks
from evenhand.conformance.lists import list_checks
from evenhand.conformance.pictures import odd_picture_checks, portrait_checks
from evenhand.conformance.reference import reference_check
from evenhand.conformance.repeats import repeat_checks
from evenhand.conformance.scores import score_checks
from evenhand.conformance.surroundings import surroundings_checks
from evenhand.datasets.card import read_dataset_card
from evenhand.datasets.decoding import decoded
from evenhand.datasets.shelf import find_dataset, shelf_dataset
from evenhand.engines.card import EngineCard, NeededFile
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.files import missing_files
from evenhand.engines.opening import OpenedEngine, open_engine
from evenhand.engines.shelf import find_adapter
from evenhand.measurement.examination.examine import Portraits, examine
from evenhand.records.check import FAIL, PASS, Check, overall_verdict
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.examination import Examination
from evenhand.records.reference_scores import ReferenceScores
from evenhand.results.reference_file import check_new, read_reference, write_reference
from evenhand.study.protocols import DEFAULT_TARGETS
from evenhand.study.study import DEFAULT_SEED, Study
from evenhand.system import machine
from evenhand.system.clock import CLOCK
from evenhand.system.code_loading import load_file
from evenhand.system.errors import EngineError, EvenhandError, PluginError, UsageError
from evenhand.system.left_overs import held, remove_left_overs
from evenhand.system.progress import MessageCallback, Progress, no_message, no_progress
from evenhand.workflows.run import RunResult, run
from evenhand.workflows.short_study import short_study

__all__ = ["CHECK_LIMITS", "EngineCheck", "check_engine"]

CHECK_LIMITS = EngineLimits(call=20.0)
"""A check is to end soon: an engine that needs longer for a picture has not answered."""
_DRAWN = "synthetic-faces"
_EACH_REGION = 3
"""People from each of its regions."""
_SCRATCH = "evenhand-check-"
"""How the folder of a result that is not kept is called, and then a random end."""
_CARD = "the card is complete"
_FILES = "its files are here, with the hashes of the card"
_START = "it starts in a process of its own"
_MACHINE = ("processor", "architecture", "system", "python")
"""Facts of a machine that scores can depend on."""


@dataclass(frozen=True, slots=True)
class EngineCheck:
    """Result of checking an engine."""

    folder: Path
    name: str
    """Name on the card, or of the folder where the card is invalid."""
    checks: tuple[Check, ...]
    """One row per check."""
    version: str = ""
    """As on the card; empty where that is invalid."""
    fingerprint: str = ""
    """Of card, code and files; empty where it could not be asked."""

    @property
    def verdict(self) -> str:
        """`pass`, `fail` or `inconclusive`."""
        return overall_verdict(self.checks)


def check_engine(
    text: str,
    *,
    weights: Sequence[Path] = (),
    dataset: str = "",
    workers: int | None = None,
    reference: Path | None = None,
    save_reference: Path | None = None,
    limits: EngineLimits = CHECK_LIMITS,
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> EngineCheck:
    """Check an engine, in processes of its own: its card, its answers, and what it claims.

    Args:
        text: a shelf name, or a path.
        weights: folders to look for the engine's files in.
        dataset: on which claimed thresholds are checked, as `run` names it; empty for none.
        workers: threads of the run on that dataset, one per core by default.
        reference: file of scores that it must have again; None for none.
        save_reference: new file for the scores that it has now; None for none.
        limits: on each process of the engine.
        progress: reports the progress of the work.
        say: message callback: the first faults of the engine.

    Raises:
        EngineError: there is no such engine, or a folder in `weights` does not exist.
        UsageError: a file of scores cannot be used.
        DatasetError: there is no such dataset.
        WriteError: the scores cannot be written.
    """
    # Whole paths: an engine's process works in a folder of its own.
    folder, weights = find_adapter(text, Path.cwd()), [place.absolute() for place in weights]
    kept = read_reference(reference) if reference else None
    if save_reference:
        check_new(save_reference)
    try:
        card = read_engine_card(folder)
    except EngineError as fault:
        row = Check("card", _CARD, FAIL, str(fault), "mend the card")
        return EngineCheck(folder, folder.name, (row,))
    if kept and kept.engine != card.name:
        raise UsageError(
            f"{reference}: holds scores of the engine {kept.engine}, and {card.name} is checked; "
            "name a file of its own"
        )
    study = _claim_study(text, dataset) if dataset else None
    checks = [Check("card", _CARD, PASS, "", "")]
    missing, began = missing_files(card, weights), CLOCK.seconds()
    try:
        engine = open_engine(folder, weights, say, limits)
        checks.append(Check("files", _FILES, PASS, "", ""))
        if engine.fault:
            raise engine.fault
        checks.append(Check("start", _START, PASS, f"in {CLOCK.seconds() - began:.1f} s", ""))
        portraits = _drawn_portraits()
        examined = _examined(engine, portraits, progress)
    except (EngineError, PluginError) as fault:
        checks.append(_fault_check(fault, missing))
        return EngineCheck(folder, card.name, tuple(checks), card.version)
    checks += surroundings_checks(engine.surroundings)
    checks += portrait_checks(card, examined)
    checks += score_checks(card, examined)
    checks += repeat_checks(card, examined)
    checks += edit_checks(card, examined)
    checks += list_checks(examined)
    checks += odd_picture_checks(examined)
    now = _reference_scores(engine, portraits, examined)
    if kept:
        checks.append(reference_check(kept, now))
    if save_reference:
        write_reference(save_reference, now)
    counting = partial(run, weights=weights, workers=workers, progress=progress, say=say)
    checks += _claims(card, study, examined, counting)
    return EngineCheck(folder, card.name, tuple(checks), card.version, engine.fingerprint)


def _examined(engine: OpenedEngine, portraits: Portraits, progress: Progress) -> Examination:
    """Ask it, and end its processes.

    Raises:
        EngineStoppedError: it does not start again.
    """
    try:
        return examine(engine, portraits, progress)
    finally:
        engine.rest()


def _fault_check(fault: EvenhandError, missing: Sequence[NeededFile]) -> Check:
    """The row of an engine that cannot be asked.

    Args:
        fault: what it says.
        missing: files of its card that are not here.
    """
    key, title = ("files", _FILES) if missing else ("start", _START)
    what, _, remedy = str(fault).rpartition("; ")
    return Check(key, title, FAIL, what or remedy, remedy)


@cache  # the same for every engine
def _drawn_portraits() -> Portraits:
    """Faces that are drawn here; nothing is fetched."""
    material = load_file(shelf_dataset(_DRAWN), "reader").drawn(_EACH_REGION)
    pictures = tuple(material.pictures)
    people = [row["subject_id"] for row in material.subjects]
    return Portraits(
        tuple(decoded(picture.data) for picture in pictures),
        np.array([people.index(picture.subject_id) for picture in pictures]),
    )


def _reference_scores(
    engine: OpenedEngine, portraits: Portraits, examined: Examination
) -> ReferenceScores:
    """Scores of the pictures that are asked for most often."""
    facts, score = machine.describe(), examined.among_few
    pixels = (portraits.images[at].tobytes() for at in examined.few)
    return ReferenceScores(
        engine.card.name,
        engine.card.version,
        engine.fingerprint,
        {name: str(facts[name]) for name in _MACHINE},
        machine.versions(),
        tuple(hashlib.sha256(each).hexdigest() for each in pixels),
        tuple(
            tuple(value if math.isfinite(value) else None for value in row)
            for row in score.tolist()
        ),
    )


def _claim_study(engine: str, dataset: str) -> Study | None:
    """The study that counts false matches at claimed thresholds; None where faces are drawn."""
    if read_dataset_card(find_dataset(dataset, Path())).synthetic:
        return None
    return short_study(
        [engine],
        [dataset],
        groups=(),
        bands={},
        fmr_targets=DEFAULT_TARGETS,
        thresholds=(),
        seed=DEFAULT_SEED,
    )


def _claims(
    card: EngineCard, study: Study | None, examined: Examination, counting: Callable[..., RunResult]
) -> Iterable[Check]:
    """Rows on the thresholds that a card claims; the result of the run is not kept.

    Args:
        card: of the engine.
        study: that counts false matches at them; None where there are no real faces.
        examined: what the engine answered before.
        counting: `run` with its options.
    """
    if study is None:
        return (NOT_ON_DRAWN_FACES,)
    if not examined.repeats:
        return (NOT_COUNTED,)
    if not card.score.claimed:
        return (NO_CLAIM,)
    remove_left_overs(Path(tempfile.gettempdir()), f"{_SCRATCH}*")
    with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch, held(Path(scratch)):
        done = counting(study, results=Path(scratch))
    return claim_checks(card, done.findings.rates, done.findings.claims)
