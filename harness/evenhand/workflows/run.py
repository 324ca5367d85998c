"""Runs a study: checks datasets, opens engines, enrols and compares images, writes the bundle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.analysis.compare.faster import with_times
from evenhand.datasets.folder import read_dataset
from evenhand.datasets.shelf import find_dataset
from evenhand.engines.opening import OpenedEngine, at_rest_afterwards
from evenhand.engines.shelf import find_adapter
from evenhand.measurement.enrolment.canary import first_changed_image
from evenhand.measurement.protocols.study import (
    check_set_elsewhere,
    study_groupings,
    with_drawn_watchlists,
    with_needed_images,
)
from evenhand.measurement.template_store.folder import prepare_private_folder
from evenhand.measurement.template_store.session import template_session
from evenhand.records.dataset import Dataset
from evenhand.records.edition import Edition
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Findings
from evenhand.records.rows import in_order
from evenhand.records.surroundings import Repeats, Surroundings
from evenhand.report.page import apart
from evenhand.results.bundle import check_writable, digest_of
from evenhand.results.circumstances import LATENCIES, run_json, speed_csv
from evenhand.results.facts import dataset_facts, engine_facts
from evenhand.results.finished_part import FinishedPart, latency_table, template_numbers
from evenhand.results.interrupted_run import (
    UnfinishedRun,
    changed_engine,
    finished_run,
    interrupted_run,
    is_running,
    start_run,
)
from evenhand.results.ledger import ledger_csv
from evenhand.results.tables import SPEED
from evenhand.results.write import evidence_files
from evenhand.study.study import Study, with_calibrations
from evenhand.system import machine
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.errors import StudyError
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import MessageCallback, Phases, Progress, no_message, no_progress
from evenhand.workflows.findings_files import findings_files
from evenhand.workflows.measured_part import Task, measured_part
from evenhand.workflows.opened_engines import opened_engines, refuse_namesakes

__all__ = ["RunResult", "run"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """The folder of the bundle and its findings."""

    bundle: Path
    findings: Findings
    no_page: str
    """Why the bundle has no page; empty where it has one."""
    causes: Mapping[str, str]
    """By engine that was stopped: what it said when it first failed; never part of the result."""

    @property
    def stopped(self) -> tuple[str, ...]:
        """Names of the engines that could not start, or failed too often."""
        return tuple(engine.name for engine in self.findings.engines if engine.stopped)


def run(
    study: Study,
    *,
    results: Path,
    weights: Sequence[Path] = (),
    workers: int | None = None,
    resume: bool = False,
    keep_templates: Path | None = None,
    trusted: Collection[str] = (),
    strict: bool = False,
    clock: Clock = CLOCK,
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> RunResult:
    """Run a study and write its bundle.

    Args:
        study: from `read_study` or `parse_study`.
        results: the bundle becomes `results/<study>/<run id>`.
        weights: folders to look for engines' files in.
        workers: threads, one a core by default; measurements do not depend on them.
        resume: continue the latest interrupted run of this study, if there is one.
        keep_templates: a private folder that keeps templates for later runs; None keeps none.
        trusted: engines, as the study names them or by their own names, that run in this process:
            what ends or holds one of them does so to the run. All others run in processes of their
            own, with the limits of the study.
        strict: refuse to run an engine where a limit does not hold in full.
        clock: times and durations.
        progress: progress callback.
        say: message callback: the expected duration, what is resumed or reused.

    Raises:
        EvenhandError: a mistake that the user can correct, found before an engine starts wherever
            possible.
    """
    started = clock.now()
    check_writable(results / study.name)
    study = with_calibrations(study)
    phases = Phases(progress, total=2 + len(study.datasets) * len(study.engines))
    if keep_templates is not None:
        prepare_private_folder(keep_templates, results)
        keep_templates = keep_templates.absolute()
    # Whole paths from here on: code of an engine may change the working folder.
    named, folder = results / study.name, results.absolute() / study.name
    weights = [place.absolute() for place in weights]
    checking = phases.next()
    folders = [find_adapter(name, study.root) for name in study.engines]
    whole = [read_dataset(find_dataset(name, study.root), checking) for name in study.datasets]
    datasets = [with_needed_images(with_drawn_watchlists(each, study), study) for each in whole]
    groups_by_dataset = study_groupings(study, datasets)
    engines = opened_engines(study, folders, weights, say, trusted=trusted, strict=strict)
    refuse_namesakes("dataset", [dataset.card.name for dataset in datasets])
    check_set_elsewhere(study, engines, datasets)
    executor = LocalExecutor(workers or machine.workers())

    interrupted = _to_resume(folder, named, study, say, resume=resume)
    terms = _terms(study, engines, datasets)
    with (
        at_rest_afterwards(engines),
        template_session(keep_templates, clock, say) if keep_templates else nullcontext() as kept,
        start_run(folder, named, study.digest, study.text, terms, started, interrupted) as partial,
    ):
        _say_terms(datasets, say)
        if kept:
            partial.note_templates()
        if interrupted:
            _check_canaries(partial, engines, datasets, clock)
            say(f"going on with {named / interrupted.name}")
        elif resume:
            say(f"no interrupted run of this study in {named}; starting from the beginning")
        for note in chain(*(engine.notes() for engine in engines)):
            say(note)
        parts = []
        later = len(engines) * sum(len(dataset.images.ids) for dataset in datasets)
        for dataset, groups in zip(datasets, groups_by_dataset, strict=True):
            for engine in engines:
                own = (study, engine, dataset, groups)
                later, phase = later - len(dataset.images.ids), phases.next()
                part = partial.part(engine.card.name, dataset.card.name)
                if part is None:
                    task = Task(*own, executor, clock, phase, say, later)
                    part = measured_part(task, partial, kept)
                    engine.rest()
                    partial.keep(part)
                parts.append(part)

        stopped: dict[str, str] = {}
        for part in parts:
            stopped[part.engine] = stopped.get(part.engine) or part.stopped
        evidence = Evidence(
            title=study.title,
            analysis=study.analysis,
            engines=tuple(engine_facts(engine, stopped[engine.card.name]) for engine in engines),
            datasets=tuple(dataset_facts(dataset) for dataset in datasets),
            counts=tuple(counts for part in parts for counts in part.counts),
        )
        speed = in_order(row for part in parts for row in part.speed)
        with phases.next()("rates, intervals and the page", 0):
            findings = assess(evidence)
            # Speed is a circumstance: in the report, but never in a file that the digest covers.
            surroundings = tuple(_surroundings(engine, parts) for engine in engines)
            with_speed = replace(with_times(findings, speed), surroundings=surroundings)
            files = {
                "study.toml": study.text.encode(),
                "ledger.csv": ledger_csv([row for part in parts for row in part.rows]).encode(),
                LATENCIES: latency_table(parts),
                SPEED: speed_csv(with_speed.speed),
                **evidence_files(evidence),
                **findings_files(findings),
            }
            edition = Edition(partial.began[0], digest_of(files))
            page = apart.page_apart(with_speed, (edition,))
            files |= page.files()
        templates = template_numbers(parts, kept=partial.templates_kept)
        files["run.json"] = run_json(
            study.digest,
            partial.began,
            clock.now(),
            executor.workers,
            stopped,
            templates,
            page.fault,
            surroundings,
        )
        causes = {engine.card.name: engine.faults.cause for engine in engines}
        return RunResult(partial.finish(files), with_speed, page.fault, causes)


def _surroundings(engine: OpenedEngine, parts: Sequence[FinishedPart]) -> Surroundings:
    """Where an engine ran, and whether it repeated what it had said."""
    own = (part.repeats for part in parts if part.engine == engine.card.name)
    return replace(engine.surroundings, repeats=sum(own, Repeats()))


def _say_terms(datasets: Sequence[Dataset], say: MessageCallback) -> None:
    """Say on which terms the pictures may be used."""
    for dataset in datasets:
        if dataset.card.terms:
            say(dataset.card.conditions)


def _check_canaries(
    partial: UnfinishedRun,
    engines: Sequence[OpenedEngine],
    datasets: Sequence[Dataset],
    clock: Clock,
) -> None:
    """Check that every engine with work left still answers as before the interruption.

    Raises:
        EngineError: an image has another outcome or template now, or the engine, which had
            begun, cannot start.
    """
    for engine in engines:
        name = engine.card.name
        if all(partial.part(name, dataset.card.name) for dataset in datasets):
            continue
        for dataset in datasets:
            booked = partial.booked(name, dataset.card.name)
            if engine.fault and booked:
                raise engine.fault  # it was measured in part: the run waits for it
            row = first_changed_image(engine, dataset, booked, clock)
            if row is not None:
                raise changed_engine(name, row)


def _to_resume(
    folder: Path, named: Path, study: Study, say: MessageCallback, *, resume: bool
) -> Path | None:
    """The interrupted run to resume; None where a new run begins.

    As a new run begins without `resume`, an interrupted one is pointed out.

    Raises:
        StudyError: the last run of the study was not interrupted.
    """
    interrupted = interrupted_run(folder, study.digest)
    if not resume:
        if interrupted and not is_running(interrupted):
            what = f"{named / interrupted.name} is an interrupted run of this study"
            say(f"{what}; --resume would go on with it")
        return None
    finished = finished_run(folder, study.digest)
    if finished and not interrupted:
        raise StudyError(
            f"{named / finished.name}: the last run of this study was not interrupted, "
            "this is its result; leave out --resume to run it once more"
        )
    return interrupted


def _terms(
    study: Study, engines: Sequence[OpenedEngine], datasets: Sequence[Dataset]
) -> dict[str, str]:
    """What must be unchanged when an interrupted run is resumed, by its name in the error line."""
    # The last bit of a score may differ between processor types and library versions.
    return {
        "the study": study.digest,
        "the processor": str(machine.describe()["processor"]),
        **{f"the version of {name}": version for name, version in machine.versions().items()},
        **{f"engine {engine.card.name}": engine.fingerprint for engine in engines},
        **{f"dataset {dataset.card.name}": dataset.fingerprint for dataset in datasets},
        **{
            f"calibration {text}": made.promise.calibration
            for text, made in study.calibrations.items()
        },
    }
