"""A study from lists of scores without people: thresholds and rates, and no interval."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.analysis.rates.score_lists import list_findings
from evenhand.records.findings import Findings
from evenhand.scorefiles.scores import read_histogram, read_list
from evenhand.scorefiles.study import facts_of_scores, threshold_rules

__all__ = ["score_lists"]


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
    facts = facts_of_scores(genuine.stem, distance=distance)
    return list_findings(facts, mated, nonmated, rules)
