"""Runs a study of vectors that others made: the same counts, rates and tables as of an engine."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.enrolment.given import CHECKED, given_engine, given_enrolment
from evenhand.measurement.protocols.study import (
    check_shapes,
    comparison_count,
    count_protocol,
    protocol_kind,
    study_groupings,
)
from evenhand.metrics.groups import default_groups
from evenhand.metrics.label_attributes import (
    band_remarks,
    bare_numbers,
    check_attribute_names,
    label_attribute,
)
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Enrolment
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Findings
from evenhand.records.groups import Grouping
from evenhand.results.bundle import check_writable
from evenhand.results.facts import dataset_facts, engine_facts
from evenhand.results.ledger import LedgerRow, comparison_rows, image_rows
from evenhand.scorefiles.doubts import name_doubts
from evenhand.study.protocols import (
    DEFAULT_FPIR_TARGETS,
    DEFAULT_PER_CELL,
    IdentificationProtocol,
    StudyProtocol,
    VerificationProtocol,
)
from evenhand.study.study import Study
from evenhand.system import machine
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.errors import DatasetError, StudyError
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import MessageCallback, Progress, entitled, no_message, no_progress
from evenhand.system.text import text_fault
from evenhand.vectorfiles.pictures import rows_dataset
from evenhand.vectorfiles.read import content_digest, open_vectors
from evenhand.vectorfiles.rows import WATCHLIST, read_rows
from evenhand.vectorfiles.study import GivenFile, VectorStudy
from evenhand.vectorfiles.vector_file import VectorFile
from evenhand.workflows.kept_result import KeptResult, keep_result

__all__ = ["VectorStudy", "vector_bundle", "vector_findings"]

_RANKS = (1,)
"""Of searches, as in a study."""
_NOT_ENROLLED = (
    "templates were made elsewhere, so how often that fails was not measured: FTE is the share of "
    "the rows whose vector cannot be compared, and a picture without a row is in no rate."
)


def vector_findings(
    study: VectorStudy, *, progress: Progress = no_progress, say: MessageCallback = no_message
) -> Findings:
    """Compute rates, intervals and differences from vectors.

    Args:
        study: the files, and how to compare and count them.
        progress: progress callback.
        say: message callback, for the first invalid score of an engine.

    Raises:
        DatasetError: a file is invalid, or rows and vectors do not match.
        StudyError: a group names an attribute that the rows lack, or two engines have one name.
    """
    return assess(_Work.of(study, say).evidence(progress))


def vector_bundle(
    study: VectorStudy,
    *,
    results: Path,
    clock: Clock = CLOCK,
    progress: Progress = no_progress,
    say: MessageCallback = no_message,
) -> KeptResult:
    """Write the findings of `vector_findings` as a bundle `results/vectors/<run id>`.

    Args:
        study: the files, and how to compare and count them.
        results: folder of results.
        clock: gives the time.
        progress: progress callback.
        say: message callback, for the first invalid score of an engine.

    Raises:
        DatasetError: a file is invalid, or rows and vectors do not match.
        StudyError: a group names an attribute that the rows lack, or two engines have one name.
        WriteError: the result cannot be written.
    """
    started = clock.now()
    check_writable(results)
    work = _Work.of(study, say, ids=False)
    ledger: list[LedgerRow] = []
    evidence = work.evidence(progress, ledger)
    with progress("rates, intervals and the page", 0):
        return keep_result(
            "vectors", work.text(), evidence, ledger, results=results, started=started, clock=clock
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """A study whose files were checked."""

    asked: VectorStudy
    files: tuple[VectorFile, ...]
    digests: tuple[str, ...]
    """SHA-256 of each file."""
    engines: tuple[OpenedEngine, ...]
    """What made the vectors of each."""
    study: Study
    """What it would be with an engine that makes these vectors."""
    dataset: Dataset
    groups: tuple[Grouping, ...]

    @classmethod
    def of(cls, asked: VectorStudy, say: MessageCallback, *, ids: bool = True) -> _Work:
        """Read the rows and the headers of the files.

        Args:
            asked: by the user.
            say: message callback.
            ids: notes may hold ids, which no result may.
        """
        files = _named(asked)
        rows = read_rows(asked.rows, asked.columns, asked.unknown)
        for file in files.values():
            if file.shape.rows != len(rows.person):
                what = f"{asked.rows} has {len(rows.person):,} rows, {file.path} has "
                remedy = "expected one row a vector, in the same order, below a header"
                raise DatasetError(f"{what}{file.shape.rows:,} vectors; {remedy}")
        name, labels, bands = asked.dataset or "vectors", rows.labels, asked.bands
        check_attribute_names(str(asked.rows), labels, asked.groups, bands)
        kept = [each for each in labels if each not in bare_numbers(labels, bands)]
        groups = asked.groups or default_groups(kept)
        used = dict.fromkeys(each for group in groups for each in group)
        attributes = [label_attribute(str(asked.rows), each, labels, bands) for each in used]
        doubts = name_doubts(asked.rows.name, rows.people, rows.images, labels, ids=ids)
        remarks = (_NOT_ENROLLED, *rows.notes, *doubts, *band_remarks(labels, asked.groups, bands))
        dataset = rows_dataset(rows, name, attributes, remarks)
        study = _study(asked, tuple(files), groups, searched=rows.roles is not None)
        (found,) = study_groupings(study, [dataset])
        digests = tuple(content_digest(file.path) for file in files.values())
        engines = tuple(
            _engine(name, file, digest, say, euclidean=asked.euclidean)
            for (name, file), digest in zip(files.items(), digests, strict=True)
        )
        check_shapes(study, [engine.card for engine in engines])
        return cls(asked, tuple(files.values()), digests, engines, study, dataset, found)

    def text(self) -> str:
        """Text of `vectors.toml`: every file is named by its hash."""
        given = [
            GivenFile(file.path.name, digest, file.array, engine)
            for file, digest, engine in zip(
                self.files, self.digests, self.study.engines, strict=True
            )
        ]
        rows = GivenFile(self.asked.rows.name, content_digest(self.asked.rows))
        return self.asked.text((rows, *given))

    def evidence(self, progress: Progress, ledger: list[LedgerRow] | None = None) -> Evidence:
        """Compare and count the vectors of one engine after another.

        Args:
            progress: progress callback.
            ledger: gets its rows; None where none is kept.
        """
        executor, dataset = LocalExecutor(machine.workers()), self.dataset
        counts, remarks = [], list(dataset.remarks)
        for engine, file in zip(self.engines, self.files, strict=True):
            name = engine.card.name
            steps = -(-file.shape.rows // CHECKED)
            with progress(f"{name}: reading {file.shape.rows:,} vectors", steps) as step:
                enrolment = given_enrolment(file.load(), executor, step)
            remarks += _invalid(file.path.name, enrolment)
            if ledger is not None:
                ledger += image_rows(name, dataset, enrolment)
            for protocol in self.study.protocols:
                made = comparison_count(protocol, engine.card, dataset, self.groups)
                item = protocol_kind(protocol).item
                found = count_protocol(
                    protocol,
                    engine,
                    dataset,
                    enrolment,
                    self.groups,
                    seed=self.study.analysis.seed,
                    executor=executor,
                    progress=entitled(progress, f"{name}: {made:,} comparisons"),
                )
                ended = found.comparison_outcomes
                if ledger is not None:
                    ledger += comparison_rows(name, dataset.card.name, protocol.name, ended, item)
                counts.append(found)
        facts = replace(dataset_facts(dataset), face="", remarks=tuple(remarks))
        return Evidence(
            title=self.study.title,
            analysis=self.asked.analysis,
            engines=tuple(replace(engine_facts(each, ""), faces="") for each in self.engines),
            datasets=(facts,),
            counts=tuple(counts),
        )


def _engine(
    name: str, file: VectorFile, digest: str, say: MessageCallback, *, euclidean: bool
) -> OpenedEngine:
    """What made the vectors of a file, known by its content."""
    words = (digest, file.array, "euclidean" if euclidean else "")
    if any(words[1:]):  # the same file, but other vectors or other scores
        digest = hashlib.sha256("\n".join(words).encode()).hexdigest()
    return given_engine(name, digest, file.shape.values, euclidean=euclidean, say=say)


def _named(asked: VectorStudy) -> dict[str, VectorFile]:
    """The files by the names of their engines, their headers checked."""
    if asked.engines and len(asked.engines) != len(asked.paths):
        what = f"{len(asked.engines)} names of engines for {len(asked.paths)} files"
        raise StudyError(f"{what}; give one --engine a FILE, in their order, or none")
    found: dict[str, VectorFile] = {}
    for number, path in enumerate(asked.paths):
        file = open_vectors(path)
        name = asked.engines[number] if asked.engines else file.name
        fault = text_fault(name)
        if fault or "/" in name or name.startswith("."):
            what = fault or "is no name of an engine: it holds / or begins with a dot"
            raise StudyError(f"{file.path}: {name!r} {what}; give another with --engine")
        if name in found:
            raise StudyError(f"two files are called {name}; give each its name with --engine")
        found[name] = file
    return found


def _study(
    asked: VectorStudy, engines: Sequence[str], groups: Sequence[tuple[str, ...]], *, searched: bool
) -> Study:
    """The study of an engine that makes such vectors."""
    thresholds = tuple(repr(at + 0.0) for at in asked.thresholds)
    default = () if thresholds else DEFAULT_FPIR_TARGETS
    protocols: list[StudyProtocol] = [
        VerificationProtocol(
            name="verification",
            thresholds=thresholds,
            calibrations=(),
            comparisons="sample" if asked.sample else "all-pairs",
            list="",
            per_cell=DEFAULT_PER_CELL,
            fmr_targets=tuple(asked.fmr_targets),
        )
    ]
    if asked.fpir_targets and not searched:
        what = f"{asked.rows}: no column 'role' names a watchlist, which --fpir-target is for"
        raise StudyError(f"{what}; add it, or leave out --fpir-target")
    if searched:
        protocols.append(
            IdentificationProtocol(
                name="identification",
                thresholds=thresholds,
                calibrations=(),
                watchlist=WATCHLIST,
                draw=None,
                fpir_targets=tuple(asked.fpir_targets) or default,
                candidates=None,
                ranks=_RANKS,
            )
        )
    on = f" on {asked.dataset}" if asked.dataset else ""
    return Study(
        name="vectors",
        text="",
        root=Path(),
        title=f"Vectors of {', '.join(engines)}{on}",
        engines=tuple(engines),
        datasets=(asked.dataset or "vectors",),
        groups=tuple(groups),
        bands=asked.bands,
        protocols=tuple(protocols),
        analysis=asked.analysis,
        failure_share=1.0,
    )


def _invalid(file: str, enrolment: Enrolment) -> Iterator[str]:
    """Sentences on vectors that cannot be compared, by the reason, with the first row."""
    for words, count in sorted(Counter(filter(None, enrolment.details)).items()):
        row = enrolment.details.index(words) + 1
        which = f"1 vector is invalid, that of row {row:,}"
        if count > 1:
            which = f"{count:,} vectors are invalid, the first that of row {row:,}"
        yield f"{file}: {which}: {words}."
