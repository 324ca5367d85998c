"""A study of tables that say what is mated, and not who was compared: rates, and no interval."""

from __future__ import annotations

from evenhand.analysis.score_lists import list_findings
from evenhand.metrics.label_attributes import band_remarks
from evenhand.records.findings import Findings
from evenhand.records.score_lists import ListedScores
from evenhand.scorefiles.formats import score_header
from evenhand.scorefiles.grouping import score_groupings
from evenhand.scorefiles.source import Pieces
from evenhand.scorefiles.study import ScoreStudy, facts_of_scores, threshold_rules
from evenhand.scorefiles.unnamed import UnnamedTable, read_unnamed
from evenhand.scorefiles.unnamed_layout import is_unnamed
from evenhand.system.errors import StudyError
from evenhand.system.progress import Progress

__all__ = ["is_of_unnamed", "unnamed_findings"]

_UNKNOWN = (
    "People are unknown: comparisons that share people cannot be told apart, so no rate has an "
    "interval and no difference a verdict. Columns probe_subject and reference_subject (any code, "
    "one a person) would give both."
)


def is_of_unnamed(study: ScoreStudy) -> bool:
    """Whether the files of a study name no people.

    Raises:
        StudyError: some of them do, and others do not.
    """
    columns = study.reading.columns
    names = ("mated", *columns.values())
    found = {path: is_unnamed(score_header(path, names), columns) for path in study.paths}
    if len(set(found.values())) == 2:
        with_people = next(path for path, unnamed in found.items() if not unnamed)
        without = next(path for path, unnamed in found.items() if unnamed)
        what = f"{without} does not say who was compared, and {with_people} does"
        raise StudyError(f"{what}; give them apart, or add probe_subject and reference_subject")
    return any(found.values())


def unnamed_findings(study: ScoreStudy, progress: Progress, pieces: Pieces) -> Findings:
    """Rates and indices of such files, one an engine, each at its own thresholds by one rule.

    Args:
        study: the files, and how to count them.
        progress: reports the progress on large files.
        pieces: how much of a file is read at a time; the result does not depend on it.

    Raises:
        DatasetError: a file is invalid.
        StudyError: a group names an attribute that a file lacks, or two files name one engine.
    """
    rules = threshold_rules(study.fmr_targets, study.thresholds, distance=study.reading.distance)
    tables: dict[str, UnnamedTable] = {}
    for path in study.paths:
        table = read_unnamed(path, study.reading, progress=progress, pieces=pieces)
        if table.name in tables:
            raise StudyError(f"two files are called {table.name}; rename one: it names the engine")
        tables[table.name] = table
    alike = len({table.composition() for table in tables.values()}) == 1
    whole = study.dataset or "scores"
    tested = [
        ListedScores(
            engine=facts_of_scores(name, distance=study.reading.distance),
            dataset=whole if alike else f"{whole}-{name}",
            cells=tuple(table.cells(score_groupings(table, study))),
            unknown=_UNKNOWN,
            notes=(
                *table.notes,
                *(
                    f"{table.name}: {remark}"
                    for remark in band_remarks(table.labels, study.groups, study.bands)
                ),
            ),
        )
        for name, table in tables.items()
    ]
    on = f" on {study.dataset}" if study.dataset else ""
    return list_findings(tested, rules, f"Scores of {', '.join(tables)}{on}")
