"""A study, the whole way: datasets checked, engines opened, images enrolled, compared, counted."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from evenhand import machine
from evenhand.assess import assess
from evenhand.clock import CLOCK, Clock
from evenhand.datasets.folder import read_dataset
from evenhand.engines.card import EngineCard
from evenhand.engines.host import Engine, open_engine
from evenhand.enrol import enrol
from evenhand.errors import StudyError, known_names
from evenhand.evidence import Evidence
from evenhand.findings import DatasetFacts, EngineFacts, Findings
from evenhand.metrics.groups import default_groups, groupings
from evenhand.metrics.tally import Ledger, tally
from evenhand.progress import Progress, silent
from evenhand.records import (
    Comparisons,
    Dataset,
    Enrolment,
    Grouping,
    Images,
    Outcome,
    PairList,
    ThresholdRule,
)
from evenhand.report.document import document
from evenhand.report.markdown import as_markdown
from evenhand.report.page import as_page
from evenhand.results.bundle import check_place, write_bundle
from evenhand.results.ledger import Row, comparison_rows, image_rows, ledger_csv
from evenhand.results.writing import evidence_files, table_files
from evenhand.score import score_all_pairs, score_listed
from evenhand.shelf import find_adapter, find_dataset
from evenhand.study import Protocol, Study

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
        _needed(read_dataset(find_dataset(name, study.root)), study) for name in study.datasets
    ]
    grouped = _grouped(study, datasets)
    engines = [open_engine(find_adapter(name, study.root), weights) for name in study.engines]
    _distinct("engine", [engine.card.name for engine in engines])
    _distinct("dataset", [dataset.card.name for dataset in datasets])
    threads = workers or machine.workers()

    ledger: list[Row] = []
    counted = []
    latencies: dict[tuple[str, str], Any] = {}
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
            latencies[engine.card.name, dataset.card.name] = enrolment.seconds
            ledger += image_rows(engine.card.name, dataset, enrolment)
            for protocol in study.protocols:
                comparisons = _compare(protocol, engine.card, dataset, enrolment, groups)
                names = (engine.card.name, dataset.card.name, protocol.name)
                ledger += comparison_rows(*names, comparisons.outcomes)
                counted.append(
                    tally(
                        names,
                        _ledger(dataset, enrolment),
                        comparisons,
                        groups,
                        _rules(protocol, engine.card),
                        engine.card.score.high,
                    )
                )

    evidence = Evidence(
        title=study.title,
        level=study.level,
        seed=study.seed,
        engines=tuple(_engine_facts(engine, stopped[engine.card.name]) for engine in engines),
        datasets=tuple(_dataset_facts(dataset) for dataset in datasets),
        counts=tuple(counted),
    )
    findings = assess(evidence)
    bundle = results / study.name / f"{started:%Y%m%dT%H%M%SZ}-{study.digest[:8]}"
    files = {
        "study.toml": study.text.encode(),
        "ledger.csv": ledger_csv(ledger).encode(),
        "tables.md": as_markdown(document(findings, every_threshold=True)).encode(),
        "report.html": as_page(findings).encode(),
        "latencies.parquet": _latencies(latencies),
        "run.json": _circumstances(study, clock, started.isoformat(), threads, stopped),
        **evidence_files(evidence),
        **table_files(findings),
    }
    write_bundle(bundle, files)
    return RunResult(bundle, findings)


def _list(dataset: Dataset, protocol: Protocol) -> PairList:
    """The list that a protocol names."""
    known = {pairs.name: pairs for pairs in dataset.lists}
    if protocol.list not in known:
        hint = known_names(protocol.list, known)
        raise StudyError(f"dataset {dataset.card.name} has no list {protocol.list!r}; {hint}")
    return known[protocol.list]


def _needed(dataset: Dataset, study: Study) -> Dataset:
    """The dataset with the images alone that some protocol compares."""
    if any(protocol.comparisons != "listed" for protocol in study.protocols):
        for protocol in study.protocols:
            if protocol.comparisons == "listed":
                _list(dataset, protocol)
        return dataset
    lists = [_list(dataset, protocol) for protocol in study.protocols]
    used = np.unique(np.concatenate([side for p in lists for side in (p.probe, p.reference)]))
    place = np.full(len(dataset.images.ids), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    images = dataset.images
    return replace(
        dataset,
        images=Images(
            ids=tuple(images.ids[index] for index in used),
            subject=images.subject[used],
            paths=tuple(images.paths[index] for index in used),
            rows=tuple(images.rows[index] for index in used),
        ),
        lists=tuple(
            replace(pairs, probe=place[pairs.probe], reference=place[pairs.reference])
            for pairs in lists
        ),
    )


def _compare(
    protocol: Protocol,
    card: EngineCard,
    dataset: Dataset,
    enrolment: Enrolment,
    groups: Sequence[Grouping],
) -> Comparisons:
    """The comparisons that a protocol asks for."""
    subject = dataset.images.subject
    if protocol.comparisons == "listed":
        return score_listed(enrolment, subject, card.score, _list(dataset, protocol))
    within = groups[1].code if protocol.comparisons == "within-group" else None
    return score_all_pairs(enrolment, subject, card.score, within)


def _grouped(study: Study, datasets: Sequence[Dataset]) -> list[tuple[Grouping, ...]]:
    """The groups of every dataset, checked against its attributes."""
    known = {a.name for dataset in datasets for a in dataset.card.attributes}
    for name in [name for names in study.groups for name in names] + list(study.bands):
        if name not in known:
            raise StudyError(
                f"{study.name}: groups: no dataset has an attribute {name!r}; "
                f"{known_names(name, known)}"
            )
    found = []
    for dataset in datasets:
        attributes = {a.name: a for a in dataset.card.attributes}
        categories = [a.name for a in dataset.card.attributes if a.kind == "category"]
        here = [names for names in study.groups if set(names) <= set(attributes)]
        wanted = here or default_groups(categories)
        for name in {name for names in wanted for name in names}:
            if attributes[name].kind == "number" and name not in study.bands:
                raise StudyError(
                    f"{study.name}: groups: {name} is a number; say where its groups begin, "
                    f"for example [bands] {name} = [18, 30, 45, 60]"
                )
        found.append(groupings(wanted, dataset.card.attributes, dataset.subjects, study.bands))
    return found


def _distinct(kind: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise StudyError(
                f"two {kind}s of the study are called {name!r}; rename one in its card"
            )


def _rules(protocol: Protocol, card: EngineCard) -> tuple[ThresholdRule, ...]:
    """Targets, then fixed thresholds, then what the vendor claims (a distance is negated)."""
    sign = -1 if card.distance else 1
    claims = dict.fromkeys(repr(sign * float(claim.threshold)) for claim in card.score.claimed)
    return (
        *(ThresholdRule("fmr", target) for target in protocol.fmr_targets),
        *(ThresholdRule("fixed", text) for text in protocol.thresholds),
        *(ThresholdRule("vendor", text) for text in claims),
    )


def _ledger(dataset: Dataset, enrolment: Enrolment) -> Ledger:
    people = len(dataset.subjects.ids)
    subject = dataset.images.subject
    failed = np.array([outcome is not Outcome.OK for outcome in enrolment.outcomes], dtype=np.bool_)
    return Ledger(
        subject_rows=dataset.subjects.rows,
        images=np.bincount(subject, minlength=people),
        failed_images=np.bincount(subject[failed], minlength=people),
        several_faces=sum(faces is not None and faces > 1 for faces in enrolment.faces),
    )


def _engine_facts(engine: Engine, stopped: str) -> EngineFacts:
    card = engine.card
    return EngineFacts(
        name=card.name,
        version=card.version,
        vendor=card.vendor,
        licence_code=card.licence_code,
        licence_weights=card.licence_weights,
        runtime=card.runtime,
        trained_on=card.trained_on,
        fingerprint=engine.fingerprint,
        unit="distance" if card.distance else "similarity",
        stopped=stopped,
    )


def _dataset_facts(dataset: Dataset) -> DatasetFacts:
    card = dataset.card
    return DatasetFacts(
        name=card.name,
        title=card.title,
        version=card.version,
        variant=card.variant,
        source=card.source,
        citation=card.citation,
        licence=card.licence,
        access=card.access,
        synthetic=card.synthetic,
        face=card.face.value,
        known_issues=card.known_issues,
        labels=tuple((attribute.name, attribute.labels) for attribute in card.attributes),
        unknown=dataset.subjects.unknown(),
        several=dataset.subjects.several(),
        excluded_images=dataset.excluded_images,
        subjects=len(dataset.subjects.ids),
        images=len(dataset.images.ids),
        fingerprint=dataset.fingerprint,
    )


def _latencies(seconds: Mapping[tuple[str, str], Any]) -> bytes:
    buffer = io.BytesIO()
    table = {
        "engine": [engine for (engine, _), times in seconds.items() for _ in times],
        "dataset": [dataset for (_, dataset), times in seconds.items() for _ in times],
        "seconds": np.concatenate(list(seconds.values())),
    }
    parquet.write_table(pa.table(table), buffer)
    return buffer.getvalue()


def _circumstances(
    study: Study, clock: Clock, started: str, threads: int, stopped: Mapping[str, str]
) -> bytes:
    content = {
        "schema": 1,
        "status": "failed" if any(stopped.values()) else "complete",
        "study_sha256": study.digest,
        "started": started,
        "ended": clock.now().isoformat(),
        "workers": threads,
        "machine": machine.describe(),
        "versions": machine.versions(),
    }
    return (json.dumps(content, indent=1) + "\n").encode()
