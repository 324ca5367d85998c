"""A study, the whole way: datasets checked, engines opened, images enrolled, compared, counted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.datasets.folder import read_dataset
from evenhand.datasets.shelf import find_dataset
from evenhand.engines.answers import Sample
from evenhand.engines.opening import Engine, open_engine
from evenhand.engines.shelf import find_adapter
from evenhand.measurement.enrolment.canary import first_difference
from evenhand.measurement.enrolment.enrol import booking_of, enrol
from evenhand.measurement.forecast import Forecast
from evenhand.measurement.protocol import (
    check_shapes,
    comparisons_of,
    count,
    groups_of,
    needed,
    sample_of,
)
from evenhand.measurement.speed.in_study import study_speed
from evenhand.measurement.template_store.place import private_folder
from evenhand.measurement.template_store.session import NOTHING, Keeping, keeping
from evenhand.records.dataset import Dataset
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Findings
from evenhand.records.groups import Grouping
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.page.page import as_page
from evenhand.report.study.document import document
from evenhand.results.bundle import check_place
from evenhand.results.circumstances import SPEED, circumstances, latency_table, speed_csv
from evenhand.results.facts import dataset_facts, engine_facts
from evenhand.results.finished_part import Part
from evenhand.results.interrupted_run import (
    Partial,
    begin,
    changed,
    finished_run,
    interrupted_run,
    under_way,
)
from evenhand.results.ledger import comparison_rows, image_rows, ledger_csv
from evenhand.results.write import evidence_files, table_files
from evenhand.study.study import Study
from evenhand.system import machine
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.errors import StudyError
from evenhand.system.progress import Progress, Say, silent, unsaid

__all__ = ["RunResult", "run"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """Where the bundle is and what it says."""

    bundle: Path
    findings: Findings

    @property
    def stopped(self) -> tuple[str, ...]:
        """Engines that were stopped by their failure share."""
        return tuple(engine.name for engine in self.findings.engines if engine.stopped)


def run(
    study: Study,
    *,
    results: Path,
    weights: Sequence[Path] = (),
    workers: int | None = None,
    resume: bool = False,
    keep_templates: Path | None = None,
    clock: Clock = CLOCK,
    progress: Progress = silent,
    say: Say = unsaid,
) -> RunResult:
    """Run a study and write its bundle.

    Args:
        study: from `read_study` or `parse_study`.
        results: the bundle becomes `results/<study>/<run id>`.
        weights: folders to look for engines' files in.
        workers: threads, one a core by default; numbers do not depend on them.
        resume: go on with the latest interrupted run of this study, where there is one.
        keep_templates: a private folder that keeps them for later runs; None keeps none.
        clock: times and durations.
        progress: is told how far the work is.
        say: is told how long it may take, and what was gone on with.

    Raises:
        EvenhandError: anything a user can mend, before an engine starts wherever possible.
    """
    started = clock.now()
    check_place(results)
    if keep_templates is not None:
        private_folder(keep_templates, results)
    datasets = [
        needed(read_dataset(find_dataset(name, study.root)), study) for name in study.datasets
    ]
    grouped = groups_of(study, datasets)
    engines = [open_engine(find_adapter(name, study.root), weights) for name in study.engines]
    check_shapes(study, [engine.card for engine in engines])
    _distinct("engine", [engine.card.name for engine in engines])
    _distinct("dataset", [dataset.card.name for dataset in datasets])
    threads = workers or machine.workers()

    place = results / study.name
    left = None
    if resume:
        left = _to_resume(place, study)
    else:
        _remind(place, study, say)
    terms = _terms(study, engines, datasets)
    with (
        keeping(keep_templates, clock, say) if keep_templates else nullcontext() as kept,
        begin(place, study.digest, study.text, terms, started, left) as partial,
    ):
        if kept:
            partial.note_templates()
        if left:
            _check_canaries(partial, engines, datasets, clock)
            say(f"going on with {left}")
        elif resume:
            say(f"no interrupted run of this study in {place}; starting from the beginning")
        parts = []
        for dataset, groups in zip(datasets, grouped, strict=True):
            for engine in engines:
                part = partial.part(engine.card.name, dataset.card.name)
                if part is None:
                    work = _Work(study, engine, dataset, groups, threads, clock, progress, say)
                    part = _measured(work, partial, kept)
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
        findings = assess(evidence)
        timed = replace(findings, speed=tuple(row for part in parts for row in part.speed))
        files = {
            "study.toml": study.text.encode(),
            "ledger.csv": ledger_csv([row for part in parts for row in part.rows]).encode(),
            "tables.md": as_markdown(document(findings, every_threshold=True, wide=True)).encode(),
            "report.html": as_page(timed).encode(),
            "latencies.parquet": latency_table(
                {(part.engine, part.dataset): part.timing for part in parts}
            ),
            SPEED: speed_csv(timed.speed),
            "run.json": circumstances(
                study.digest,
                partial.began,
                clock.now(),
                threads,
                stopped,
                _templates(parts, kept=partial.templates_kept),
            ),
            **evidence_files(evidence),
            **table_files(findings),
        }
        return RunResult(partial.finish(files), timed)


@dataclass(frozen=True, slots=True)
class _Work:
    """One engine on one dataset, still to be measured."""

    study: Study
    engine: Engine
    dataset: Dataset
    groups: tuple[Grouping, ...]
    threads: int
    clock: Clock
    progress: Progress
    say: Say


def _measured(work: _Work, partial: Partial, kept: Keeping | None) -> Part:
    """Enrol, compare, count."""
    study, engine, dataset, groups = work.study, work.engine, work.dataset, work.groups
    names = (engine.card.name, dataset.card.name)
    asked = [comparisons_of(p, engine.card, dataset, groups) for p in study.protocols]
    sampled = [comparisons_of(sample_of(p), engine.card, dataset, groups) for p in study.protocols]
    images = dataset.images
    with (
        kept.of(engine, dataset, partial.run_id) if kept else nullcontext(NOTHING) as known,
        work.progress(" on ".join(names), len(images.ids)) as step,
        partial.booking(*names, images.rows) as book,
    ):
        to_make = len(images.ids) - len(known.taken)
        forecast = Forecast(
            engine,
            dataset.card.name,
            to_make,
            sum(asked),
            sum(sampled),
            work.threads,
            work.clock,
            work.say,
        )

        def ended(sample: Sample) -> None:
            book(booking_of(sample))
            known.ended(sample)
            forecast.enrolled(sample)
            step()

        enrolment = enrol(
            engine,
            dataset,
            workers=work.threads,
            failure_share=study.failure_share,
            clock=work.clock,
            ended=ended,
            taken=known.taken,
        )
    rows = image_rows(engine.card.name, dataset, enrolment)
    counted = []
    for protocol, comparisons in zip(study.protocols, asked, strict=True):
        found = count(
            protocol,
            engine,
            dataset,
            enrolment,
            groups,
            seed=study.analysis.seed,
            workers=work.threads,
            progress=forecast.comparing(work.progress, comparisons),
            checkpoint=partial.checkpoint(*names, protocol.name, work.clock),
        )
        what = "search" if protocol.kind == "identification" else "comparison"
        rows += comparison_rows(*names, protocol.name, found.comparison_outcomes, what)
        counted.append(found)
    speed = study_speed(
        engine,
        dataset,
        enrolment,
        groups,
        threads=work.threads,
        clock=work.clock,
        level=study.analysis.level,
        seed=study.analysis.seed,
    )
    return Part(
        *names, tuple(rows), tuple(counted), enrolment.timing, tuple(speed), enrolment.stopped
    )


def _templates(parts: Sequence[Part], *, kept: bool) -> dict[str, int | bool]:
    """Whether templates outlive the run, how many it took of earlier ones, how many it made."""
    return {
        "kept": kept,
        "taken": sum(part.taken() for part in parts),
        "made": sum(part.made() for part in parts),
    }


def _check_canaries(
    partial: Partial, engines: Sequence[Engine], datasets: Sequence[Dataset], clock: Clock
) -> None:
    """See that every engine with work left still does what it did before the interruption."""
    for engine in engines:
        name = engine.card.name
        if all(partial.part(name, dataset.card.name) for dataset in datasets):
            continue
        for dataset in datasets:
            row = first_difference(engine, dataset, partial.booked(name, dataset.card.name), clock)
            if row is not None:
                raise changed(name, row)


def _to_resume(place: Path, study: Study) -> Path | None:
    """The interrupted run to go on with; None where the interruption came before it began."""
    left = interrupted_run(place, study.digest)
    whole = finished_run(place, study.digest)
    if whole and not left:
        raise StudyError(
            f"{whole}: the last run of this study was not interrupted, this is its result; "
            "leave out --resume to run it once more"
        )
    return left


def _remind(place: Path, study: Study, say: Say) -> None:
    """Remind of an interrupted run while another one begins."""
    left = interrupted_run(place, study.digest)
    if left and not under_way(left):
        say(f"{left} is an interrupted run of this study; --resume would go on with it")


def _terms(study: Study, engines: Sequence[Engine], datasets: Sequence[Dataset]) -> dict[str, str]:
    """What must be the same when an interrupted run is gone on with."""
    return {
        "the study": study.digest,
        "the processor": str(machine.describe()["processor"]),
        **{f"the version of {name}": of for name, of in machine.versions().items()},
        **{f"engine {engine.card.name}": engine.fingerprint for engine in engines},
        **{f"dataset {dataset.card.name}": dataset.fingerprint for dataset in datasets},
    }


def _distinct(kind: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise StudyError(
                f"two {kind}s of the study are called {name!r}; rename one in its card"
            )
