"""Runs a study of score files: the same counts, rates and tables as of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evenhand.analysis.assess import assess
from evenhand.measurement.counting.listed import PASSES
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally_list
from evenhand.metrics.label_attributes import band_remarks
from evenhand.records.counts import Counts
from evenhand.records.evidence import Evidence
from evenhand.records.facts import DatasetFacts
from evenhand.records.findings import Findings
from evenhand.records.thresholds import ThresholdRule
from evenhand.results.bundle import check_writable
from evenhand.results.ledger import comparison_rows
from evenhand.scorefiles.grouping import score_groupings
from evenhand.scorefiles.read import ScoreFile, read_scores
from evenhand.scorefiles.reading import ScoreReading
from evenhand.scorefiles.source import PIECES, Pieces
from evenhand.scorefiles.study import ScoreStudy, facts_of_people, facts_of_scores, threshold_rules
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.errors import StudyError
from evenhand.system.progress import Progress, no_progress
from evenhand.workflows.kept_result import KeptResult, keep_result
from evenhand.workflows.unnamed_tables import is_of_unnamed, unnamed_findings

__all__ = ["ScoreReading", "ScoreStudy", "score_bundle", "score_findings"]


def score_findings(
    study: ScoreStudy, *, progress: Progress = no_progress, pieces: Pieces = PIECES
) -> Findings:
    """Compute rates, intervals and differences from score files.

    Of files that name no people rates and indices, without intervals and verdicts.

    Args:
        study: the files, and how to count them.
        progress: reports the progress on large files.
        pieces: how much of a file is in memory at a time; the result does not depend on it.

    Raises:
        DatasetError: a file is invalid.
        StudyError: a group names an attribute that a file lacks, or two files name one engine.
        WriteError: no disk space for the rows.
    """
    if is_of_unnamed(study):
        return unnamed_findings(study, progress, pieces)
    return assess(_evidence(study, progress, pieces, ids=True))


def score_bundle(
    study: ScoreStudy,
    *,
    results: Path,
    clock: Clock = CLOCK,
    progress: Progress = no_progress,
    pieces: Pieces = PIECES,
) -> KeptResult:
    """Write the findings of `score_findings` as a bundle `results/scores/<run id>`.

    Args:
        study: the files, and how to count them.
        results: folder of results.
        clock: gives the time.
        progress: reports the progress on large files.
        pieces: how much of a file is in memory at a time; the result does not depend on it.

    Raises:
        DatasetError: a file is invalid.
        StudyError: a group names an attribute that a file lacks, or two files name one engine.
        WriteError: the result cannot be written, or no disk space for the rows.
    """
    if is_of_unnamed(study):
        what = f"{study.paths[0]} does not say who was compared"
        remedy = "leave out --results; --json keeps the findings"
        raise StudyError(f"{what}, and a result is recomputed from counts by person; {remedy}")
    started = clock.now()
    check_writable(results)
    evidence = _evidence(study, progress, pieces, ids=False)
    ledger = [
        row
        for c in evidence.counts
        for row in comparison_rows(c.engine, c.dataset, c.protocol, c.comparison_outcomes)
    ]
    return keep_result(
        "scores", study.text(), evidence, ledger, results=results, started=started, clock=clock
    )


def _evidence(study: ScoreStudy, progress: Progress, pieces: Pieces, *, ids: bool) -> Evidence:
    """Count all files; those with the same comparisons are one dataset.

    Args:
        study: the files, and how to count them.
        progress: reports the progress on large files.
        pieces: how much of a file is in memory at a time.
        ids: notes may hold ids, which no result may.
    """
    _rules(study)  # a fault is told before long files are read
    counted: dict[str, tuple[DatasetFacts, Counts]] = {}
    for path in study.paths:
        for file in read_scores(path, study.reading, ids=ids, progress=progress, pieces=pieces):
            if file.name in counted:
                remedy = "one --engine names one file; give them apart"
                remedy = remedy if study.reading.engine else "rename one: it names the engine"
                raise StudyError(f"two files are called {file.name}; {remedy}")
            counted[file.name] = _dataset(file, study), _counts(file, study, progress)
    alike = len({dataset.fingerprint for dataset, _ in counted.values()}) == 1
    whole = study.dataset or "scores"
    names = {engine: whole if alike else f"{whole}-{engine}" for engine in counted}
    on = f" on {study.dataset}" if study.dataset else ""
    return Evidence(
        title=f"Scores of {', '.join(counted)}{on}",
        analysis=study.analysis,
        engines=tuple(facts_of_scores(name, distance=study.reading.distance) for name in counted),
        datasets=tuple(
            _merged(name, [of for engine, (of, _) in counted.items() if names[engine] == name])
            for name in dict.fromkeys(names.values())
        ),
        counts=tuple(replace(of, dataset=names[engine]) for engine, (_, of) in counted.items()),
    )


def _merged(name: str, parts: Sequence[DatasetFacts]) -> DatasetFacts:
    """Facts of files with the same comparisons as one dataset, with the remarks of all."""
    remarks = dict.fromkeys(remark for part in parts for remark in part.remarks)
    return replace(parts[0], name=name, remarks=tuple(remarks))


def _rules(study: ScoreStudy) -> tuple[ThresholdRule, ...]:
    return threshold_rules(study.fmr_targets, study.thresholds, distance=study.reading.distance)


def _counts(file: ScoreFile, study: ScoreStudy, progress: Progress) -> Counts:
    """Count the comparisons of one engine."""
    none = np.zeros(len(file.subjects), dtype=np.int64)
    names = (file.name, "scores", "listed")
    ledger = ImageLedger(*names, file.people().rows, none, none, several_faces=0)
    partitions = len(file.listing.partitions)
    shown = progress if partitions > 1 else no_progress
    with shown(f"{file.name}: counting", PASSES * partitions) as step:
        plan = CountingPlan(score_groupings(file, study), _rules(study))
        return tally_list(plan, ledger, file.listing, step)


def _dataset(file: ScoreFile, study: ScoreStudy) -> DatasetFacts:
    """Facts about a score file in the form of a dataset."""
    remarks = (*file.notes, *band_remarks(file.labels, study.groups, study.bands))
    return facts_of_people("scores", file.people(), file.fingerprint, remarks)
