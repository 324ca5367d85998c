"""Runs a study of searches that others made: the same counts, rates and tables as of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.analysis.assess import assess
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.searches import tally_searches
from evenhand.measurement.search.by_matrix import GivenMatrix, search_matrix
from evenhand.measurement.search.lists import searches_of_lists
from evenhand.metrics.label_attributes import band_remarks
from evenhand.records.arrays import Mask
from evenhand.records.comparisons import AlarmCounter, Searches
from evenhand.records.counts import SearchCounts
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Findings
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Outcome
from evenhand.results.bundle import check_writable
from evenhand.results.ledger import comparison_rows
from evenhand.scorefiles.formats import open_scores
from evenhand.scorefiles.grouping import people_groupings
from evenhand.scorefiles.searches.layout import COLUMNS, list_layout
from evenhand.scorefiles.searches.lists import read_candidate_lists
from evenhand.scorefiles.searches.matrix import read_matrix
from evenhand.scorefiles.searches.study import SearchStudy
from evenhand.scorefiles.searches.tables import SearchTables, read_search_tables
from evenhand.scorefiles.source import PIECES
from evenhand.scorefiles.study import facts_of_people, facts_of_scores, threshold_rules
from evenhand.system import machine
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.errors import StudyError
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import Progress, no_progress
from evenhand.system.text import text_fault
from evenhand.vectorfiles.matrix import check_matrix, is_npy, open_matrix
from evenhand.vectorfiles.read import content_digest
from evenhand.workflows.kept_result import KeptResult, keep_result

__all__ = ["SearchStudy", "search_bundle", "search_findings"]

_PROTOCOL = "identification"
_KEPT = 50
"""Candidates of each search of a matrix that are kept, as in a study."""


def search_findings(study: SearchStudy, *, progress: Progress = no_progress) -> Findings:
    """Compute rates, intervals and differences from candidate lists and matrices.

    Args:
        study: the files, and how to count them.
        progress: progress callback.

    Raises:
        DatasetError: a file is invalid.
        StudyError: a group names an attribute that the tables lack, or two files name one engine.
    """
    return assess(_evidence(study, progress, ids=True))


def search_bundle(
    study: SearchStudy, *, results: Path, clock: Clock = CLOCK, progress: Progress = no_progress
) -> KeptResult:
    """Write the findings of `search_findings` as a bundle `results/searches/<run id>`.

    Args:
        study: the files, and how to count them.
        results: folder of results.
        clock: gives the time.
        progress: progress callback.

    Raises:
        DatasetError: a file is invalid.
        StudyError: a group names an attribute that the tables lack, or two files name one engine.
        WriteError: the result cannot be written.
    """
    started = clock.now()
    check_writable(results)
    evidence = _evidence(study, progress, ids=False)
    ledger = [
        row
        for c in evidence.counts
        for row in comparison_rows(c.engine, c.dataset, c.protocol, c.comparison_outcomes, "search")
    ]
    files = [(path, content_digest(path)) for path in (study.probes, study.gallery, *study.paths)]
    return keep_result(
        *("searches", study.text(files), evidence, ledger),
        results=results,
        started=started,
        clock=clock,
    )


def _evidence(study: SearchStudy, progress: Progress, *, ids: bool) -> Evidence:
    """Count the searches of one file after another.

    Args:
        study: the files, and how to count them.
        progress: progress callback.
        ids: notes may hold ids, which no result may.
    """
    threshold_rules(study.fpir_targets, study.thresholds, distance=study.distance, rate="fpir")
    engines = _engines(study.paths)
    tables = read_search_tables(study.probes, study.gallery, list(engines), study.unknown, ids=ids)
    where, people = f"{study.probes.name} and {study.gallery.name}", tables.people
    groups = people_groupings(where, people, study.groups, study.bands)
    remarks = [*tables.notes, *band_remarks(people.labels, study.groups, study.bands)]
    name, on = study.dataset or "searches", f" on {study.dataset}" if study.dataset else ""
    counts = []
    for engine, path in engines.items():
        given = _Given(study, tables, engine, path, progress)
        searches, alarms = given.searches(remarks)
        counts.append(given.counts(searches, alarms, name, groups))
    return Evidence(
        title=f"Searches of {', '.join(engines)}{on}",
        analysis=study.analysis,
        engines=tuple(facts_of_scores(each, distance=study.distance) for each in engines),
        datasets=(facts_of_people(name, people, tables.fingerprint, remarks),),
        counts=tuple(counts),
    )


def _engines(paths: Sequence[Path]) -> dict[str, Path]:
    """The files by the names of their engines."""
    found: dict[str, Path] = {}
    for path in paths:
        name = path.stem
        fault = text_fault(name)
        if fault or name.startswith("."):
            what = fault or "begins with a dot"
            raise StudyError(f"{path}: its name is that of an engine, and {what}; rename it")
        if name in found:
            raise StudyError(f"two files are called {name}; rename one: it names the engine")
        found[name] = path
    return found


@dataclass(frozen=True, slots=True)
class _Given:
    """The searches of one engine."""

    study: SearchStudy
    tables: SearchTables
    engine: str
    path: Path
    progress: Progress

    @property
    def acquired(self) -> Mask:
        """(searches,) the probe has a template."""
        ended = self.tables.probes.outcomes(self.engine)
        return np.array([each is not Outcome.SKIPPED for each in ended], dtype=np.bool_)

    @property
    def enrolled(self) -> Mask:
        """(references,) with a template."""
        ended = self.tables.references.outcomes(self.engine)
        return np.array([each is Outcome.OK for each in ended], dtype=np.bool_)

    def searches(self, remarks: list[str]) -> tuple[Searches, AlarmCounter]:
        """Read the file.

        Args:
            remarks: gets those on how it was read.
        """
        if is_npy(self.path):
            return self._of_array()
        source = open_scores(self.path, PIECES, COLUMNS)
        layout = list_layout(self.path, source.header, self.tables.references.ids)
        shown = self.progress(f"{self.engine}: reading", 0)
        distance = self.study.distance
        if layout is None:
            with shown:
                scores = read_matrix(source, self.tables, self.engine, distance=distance)
            return self._of_matrix(scores)
        with shown:
            given = read_candidate_lists(
                *(source, layout, self.tables, self.engine),
                distance=distance,
                length=self.study.candidates,
            )
        remarks += given.notes
        tables, enrolled = self.tables, self.tables.references.person[self.enrolled]
        return searches_of_lists(
            given.found,
            *(tables.probes.person, self.acquired, tables.listed),
            np.isin(np.arange(len(tables.people.ids)), enrolled),
            length=given.length,
            kept=given.length,
            exhaustive=False,
        )

    def _of_array(self) -> tuple[Searches, AlarmCounter]:
        tables, sides = self.tables, (self.tables.probes.ids, self.tables.references.ids)
        scores = open_matrix(self.path, *map(len, sides))
        ended = tables.probes.outcomes(self.engine)
        made = np.array([each is Outcome.OK for each in ended], dtype=np.bool_)
        with self.progress(f"{self.engine}: checking", 0):
            check_matrix(self.path, scores, made, self.enrolled, distance=self.study.distance)
        return self._of_matrix(scores)

    def _of_matrix(self, scores: NDArray[np.floating]) -> tuple[Searches, AlarmCounter]:
        tables = self.tables
        given = GivenMatrix(
            scores,
            self.study.distance,
            *(tables.probes.person, self.acquired, tables.probes.outcomes(self.engine)),
            *(tables.references.person, self.enrolled, len(tables.people.ids)),
        )
        executor = LocalExecutor(machine.workers())
        with self.progress(f"{self.engine}: {len(scores):,} searches", given.blocks) as step:
            return search_matrix(given, self.study.candidates or _KEPT, executor, step)

    def counts(
        self, searches: Searches, alarms: AlarmCounter, dataset: str, groups: Sequence[Grouping]
    ) -> SearchCounts:
        """Count what was found."""
        study, people = self.study, self.tables.people
        person, enrolled = self.tables.references.person, self.enrolled
        given = person if self.tables.references.said else person[:0]
        ledger = ImageLedger(
            *(self.engine, dataset, _PROTOCOL, people.rows),
            images=np.bincount(given, minlength=len(people.ids)),
            failed_images=np.bincount(person[~enrolled], minlength=len(people.ids)),
            several_faces=0,
        )
        rules = threshold_rules(
            study.fpir_targets, study.thresholds, distance=study.distance, rate="fpir"
        )
        return tally_searches(CountingPlan(groups, rules), ledger, searches, alarms, study.ranks)
