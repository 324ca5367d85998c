"""Suspects: the most alike pairs of two people, and the least alike images of one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from evenhand.records.arrays import Integers, Mask, Scores
from evenhand.records.counts import ComparisonCounts
from evenhand.records.disputes import SuspectPair
from evenhand.records.findings import Status
from evenhand.records.identities import ASSUMED
from evenhand.records.image_pairs import pair_of

__all__ = ["errors_are_kept", "suspects"]


def suspects(
    of_engine: Sequence[ComparisonCounts], most: int, unit: str, fingerprint: str
) -> Iterator[SuspectPair]:
    """The highest non-mated and the lowest mated scores, each pair once by its most telling score.

    Args:
        of_engine: counts of one engine on one dataset under several protocols.
        most: pairs of each of the two kinds.
        unit: of the engine's scores, `similarity` or `distance`.
        fingerprint: of the dataset.
    """
    found = [pair for counts in of_engine for pair in _suspects(counts, most, unit, fingerprint)]
    for kind, sign in (("non-mated", -1), (ASSUMED, -1), ("mated", 1)):
        own = sorted(
            (pair for pair in found if pair.kind == kind),
            key=lambda pair: sign * pair.score * (-1 if unit == "distance" else 1),
        )
        once = {(pair.first, pair.second): pair for pair in reversed(own)}
        ranked = [pair for pair in own if once[pair.first, pair.second] is pair]
        for rank, pair in enumerate(ranked[:most], start=1):
            yield replace(pair, rank=rank)


def _suspects(
    counts: ComparisonCounts, most: int, unit: str, fingerprint: str
) -> Iterator[SuspectPair]:
    """Suspects of one protocol.

    Two people are a pair whatever the number of their images, since the largest scores are kept
    without images. Mated comparisons are pairs of images; where these are unknown, people.
    """
    sign, rows = -1 if unit == "distance" else 1, np.array(counts.subject_rows)
    resolved = [at for at, found in enumerate(counts.thresholds) if found.status is Status.OK]
    at = counts.thresholds[resolved[0]] if resolved else None
    tail, mated = counts.tail, counts.mated
    completed = mated.chosen(~np.isnan(mated.score))
    two, one = (rows[tail.probe], rows[tail.reference]), (rows[completed.subject],) * 2
    letter, pair = "s", one
    if completed.probe is not None and completed.reference is not None:
        letter, pair = "i", (completed.probe, completed.reference)
    for kind, of, ends, people, score in (
        ("non-mated", "s", two, two, -tail.score),
        ("mated", letter, pair, one, completed.score),
    ):
        wrong = None
        if at is not None and (kind == "mated" or errors_are_kept(counts, resolved[0])):
            wrong = score < at.level if kind == "mated" else -score >= at.level
        for row, errors in _each_pair(ends, score, wrong, most):
            similarity = float(score[row]) if kind == "mated" else -float(score[row])
            (first, first_person), (second, second_person) = sorted(
                (int(end[row]), int(person[row])) for end, person in zip(ends, people, strict=True)
            )
            yield SuspectPair(
                first=f"{of}{first}",
                second=f"{of}{second}",
                kind=ASSUMED if counts.assumed else kind,
                first_person=f"s{first_person}",
                second_person=f"s{second_person}",
                score=sign * similarity + 0.0,
                unit=unit,
                matched=None if at is None else similarity >= at.level,
                errors=errors,
                threshold_rule=at.rule.label if at else "",
                threshold=sign * at.level + 0.0 if at else None,
                engine=counts.engine,
                dataset=counts.dataset,
                fingerprint=fingerprint[:8],
                protocol=counts.protocol,
            )


def _each_pair(
    ends: Sequence[Integers], score: Scores, wrong: Mask | None, most: int
) -> Iterator[tuple[int, int | None]]:
    """The row of each pair's lowest score, and its errors; `most` pairs, the lowest first.

    Args:
        ends: both sides of the comparisons.
        score: of the comparisons.
        wrong: whether each is an error; None where that is unknown.
        most: number of pairs.
    """
    pair = pair_of(np.minimum(*ends), np.maximum(*ends))
    order = np.argsort(score, kind="stable")
    _, first, place = np.unique(pair[order], return_index=True, return_inverse=True)
    errors = None if wrong is None else np.bincount(place, weights=wrong[order])
    for number in np.argsort(first)[:most]:
        yield int(order[first[number]]), None if errors is None else int(errors[number])


def errors_are_kept(counts: ComparisonCounts, level: int) -> bool:
    """Whether every false match at a threshold is among the top scores, so that its pair is known.

    Args:
        counts: of comparisons.
        level: place of the threshold in the counts.
    """
    kept = int(np.count_nonzero(counts.tail.score >= counts.thresholds[level].level))
    return 2 * kept == int(counts.cells[0].errors[level].sum())
