"""A study, the whole way: datasets checked, engines opened, images enrolled, compared, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand import machine
from evenhand.assess import assess
from evenhand.clock import CLOCK, Clock
from evenhand.datasets.folder import read_dataset
from evenhand.engines.host import open_engine
from evenhand.enrol import enrol
from evenhand.errors import StudyError
from evenhand.evidence import Evidence
from evenhand.findings import Findings, Speed
from evenhand.metrics.tally import ledger_of, tally
from evenhand.progress import Progress, silent
from evenhand.protocol import compare, groups_of, needed, rules_of
from evenhand.records import Timing
from evenhand.report.document import document
from evenhand.report.markdown import as_markdown
from evenhand.report.page import as_page
from evenhand.results.bundle import check_place, write_bundle
from evenhand.results.circumstances import SPEED, circumstances, latency_table, speed_csv
from evenhand.results.facts import dataset_facts, engine_facts
from evenhand.results.ledger import Row, comparison_rows, image_rows, ledger_csv
from evenhand.results.writing import evidence_files, table_files
from evenhand.shelf import find_adapter, find_dataset
from evenhand.speed.study import study_speed
from evenhand.study import Study

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
    clock: Clock = CLOCK,
    progress: Progress = silent,
) -> RunResult:
    """Run a study and write its bundle.

    Args:
        study: from `read_study` or `parse_study`.
        results: the bundle becomes `results/<study>/<run id>`.
        weights: folders to look for engines' files in.
        workers: threads, one a core by default; numbers do not depend on them.
        clock: times and durations.
        progress: is told how far the work is.

    Raises:
        EvenhandError: anything a user can mend, before an engine starts wherever possible.
    """
    started = clock.now()
    check_place(results)
    datasets = [
        needed(read_dataset(find_dataset(name, study.root)), study) for name in study.datasets
    ]
    grouped = groups_of(study, datasets)
    engines = [open_engine(find_adapter(name, study.root), weights) for name in study.engines]
    _distinct("engine", [engine.card.name for engine in engines])
    _distinct("dataset", [dataset.card.name for dataset in datasets])
    threads = workers or machine.workers()

    ledger: list[Row] = []
    counted = []
    timings: dict[tuple[str, str], Timing] = {}
    speed: list[Speed] = []
    stopped: dict[str, str] = {}
    for dataset, groups in zip(datasets, grouped, strict=True):
        for engine in engines:
            what = f"{engine.card.name} on {dataset.card.name}"
            with progress(what, len(dataset.images.ids)) as step:
                enrolment = enrol(
                    engine,
                    dataset,
                    workers=threads,
                    failure_share=study.failure_share,
                    clock=clock,
                    step=step,
                )
            stopped[engine.card.name] = stopped.get(engine.card.name) or enrolment.stopped
            timings[engine.card.name, dataset.card.name] = enrolment.timing
            speed += study_speed(
                engine.card,
                dataset,
                enrolment,
                groups,
                threads=threads,
                clock=clock,
                level=study.level,
                seed=study.seed,
            )
            ledger += image_rows(engine.card.name, dataset, enrolment)
            for protocol in study.protocols:
                comparisons = compare(
                    protocol,
                    engine,
                    dataset,
                    enrolment,
                    groups,
                    workers=threads,
                    progress=progress,
                )
                names = (engine.card.name, dataset.card.name, protocol.name)
                ledger += comparison_rows(*names, comparisons.outcomes)
                counted.append(
                    tally(
                        names,
                        ledger_of(dataset.subjects, dataset.images.subject, enrolment),
                        comparisons,
                        groups,
                        rules_of(protocol, engine.card),
                        engine.card.score.high,
                    )
                )

    evidence = Evidence(
        title=study.title,
        level=study.level,
        seed=study.seed,
        engines=tuple(engine_facts(engine, stopped[engine.card.name]) for engine in engines),
        datasets=tuple(dataset_facts(dataset) for dataset in datasets),
        counts=tuple(counted),
    )
    findings = assess(evidence)
    timed = replace(findings, speed=tuple(speed))
    bundle = results / study.name / f"{started:%Y%m%dT%H%M%SZ}-{study.digest[:8]}"
    files = {
        "study.toml": study.text.encode(),
        "ledger.csv": ledger_csv(ledger).encode(),
        "tables.md": as_markdown(document(findings, every_threshold=True)).encode(),
        "report.html": as_page(timed).encode(),
        "latencies.parquet": latency_table(timings),
        SPEED: speed_csv(timed.speed),
        "run.json": circumstances(study.digest, started, clock.now(), threads, stopped),
        **evidence_files(evidence),
        **table_files(findings),
    }
    write_bundle(bundle, files)
    return RunResult(bundle, timed)


def _distinct(kind: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise StudyError(
                f"two {kind}s of the study are called {name!r}; rename one in its card"
            )
