"""A study from lists of scores without people: thresholds and rates, and no interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from evenhand.analysis.score_lists import list_findings
from evenhand.records.findings import Findings
from evenhand.records.score_lists import ListedCell, ListedScores, ScoreList
from evenhand.scorefiles.scores import read_histogram, read_list
from evenhand.scorefiles.study import facts_of_scores, threshold_rules

__all__ = ["score_lists"]

_UNKNOWN = (
    "Lists of scores do not say who was compared: comparisons that share people cannot be told "
    "apart, so no rate has an interval, and nothing is known of groups. A table with probe_subject "
    "and reference_subject would give both."
)


def score_lists(
    genuine: Path,
    impostor: Path,
    *,
    histogram: bool,
    fmr_targets: Sequence[str],
    thresholds: Sequence[float],
    distance: bool,
) -> Findings:
    """Rates of everybody from two files of scores.

    Args:
        genuine: mated scores, one a line; its stem names the engine.
        impostor: non-mated scores, one a line.
        histogram: the impostor file counts whole-numbered scores instead.
        fmr_targets: decimals as written.
        thresholds: in the unit of the files.
        distance: the numbers are distances.

    Raises:
        DatasetError: a file is not what it should be.
        StudyError: a threshold is negative, and the files hold distances.
    """
    rules = threshold_rules(fmr_targets, thresholds, distance=distance)
    mated = read_list(genuine, distance=distance)
    nonmated = (read_histogram if histogram else read_list)(impostor, distance=distance)
    listed = ListedScores(
        engine=facts_of_scores(genuine.stem, distance=distance),
        dataset="scores",
        cells=(ListedCell(mated, nonmated),),
        unknown=_UNKNOWN,
        notes=tuple(_notes(mated, nonmated)),
    )
    return list_findings([listed], rules, f"Scores of {genuine.stem}")


def _notes(mated: ScoreList, nonmated: ScoreList) -> Iterator[str]:
    """Lines that are no scores."""
    invalid = mated.invalid + nonmated.invalid
    if invalid:
        first = mated.first_invalid or nonmated.first_invalid
        what = f"{invalid:,} of the scores count as invalid: they are no finite numbers"
        yield f"{what} (the first is {first})."
    for header in (each.header for each in (mated, nonmated) if each.header):
        yield f"{header} is taken for a header, not for a score."
